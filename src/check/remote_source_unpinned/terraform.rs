//! What Terraform fetches to build clusters: modules and releases of charts. HCL is read line by line.

use super::{Fetched, Written};
use crate::codebase::Codebase;
use crate::model::remote::{Pinned, chart_version, revision};
use crate::source::{FileKind, Source, Span};
use regex::Regex;
use std::sync::LazyLock;

const MODULE: &str = "Write one `version`, or add `?ref=` with a tag or a commit.";
const CHART: &str = "Write the `version` of the chart that is installed today.";

/// The modules and charts of every configuration.
pub(super) fn sources(codebase: &Codebase) -> Vec<Fetched<'_>> {
    let files = codebase
        .sources()
        .iter()
        .filter(|source| source.kind() == FileKind::Terraform && codebase.zone(source.id()).is_judged());
    files
        .flat_map(blocks)
        .filter_map(|block| if block.is_module { module(&block) } else { chart(&block) })
        .collect()
}

/// A block with the attributes that matter here.
struct Block<'a> {
    is_module: bool,
    /// Name, value, and where the value is written.
    attributes: Vec<(&'a str, &'a str, Span)>,
}

impl<'a> Block<'a> {
    /// The text of an attribute; an expression as it is written.
    fn get(&self, name: &str) -> Option<(&'a str, Span)> {
        let found = self.attributes.iter().find(|(key, ..)| *key == name);
        found.map(|(_, value, span)| (*value, *span))
    }
}

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:module\s+"[^"]*"|resource\s+"helm_release"\s+"[^"]*")\s*\{"#)
        .expect("the pattern is constant")
});
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(source|version|chart|repository)\s*=\s*(.+?)\s*$").expect("the pattern is constant")
});

fn blocks(source: &Source) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        if depth == 0 && HEAD.is_match(line) {
            blocks.push(Block { is_module: line.starts_with("module"), attributes: Vec::new() });
            depth = braces(line).saturating_sub(line.matches('}').count());
        } else if depth > 0 {
            let attribute = ATTRIBUTE.captures(line).filter(|_| depth == 1);
            let attribute = attribute.and_then(|captures| Some((captures.get(1)?, captures.get(2)?)));
            if let (Some((name, value)), Some(block)) = (attribute, blocks.last_mut()) {
                let at = |offset: usize| (start + offset) as u32;
                let span = Span::new(source.id(), at(value.start()), at(value.end()));
                block.attributes.push((name.as_str(), value.as_str(), span));
            }
            depth = (depth + braces(line)).saturating_sub(line.matches('}').count());
        }
        start += line.len();
    }
    blocks
}

fn braces(line: &str) -> usize {
    line.matches('{').count()
}

/// The text between quotes, where the value is one and nothing is filled in.
fn literal(value: &str) -> Option<&str> {
    let text = value.strip_prefix('"')?.split('"').next()?;
    (!text.contains("${")).then_some(text)
}

fn module<'a>(block: &Block<'_>) -> Option<Fetched<'a>> {
    let (source, span) = block.get("source")?;
    let text = literal(source)?;
    let is_git =
        ["git::", "git@", "github.com/", "bitbucket.org/"].iter().any(|start| text.starts_with(start));
    let path = text.split("//").next().unwrap_or_default();
    let is_registry = (3..=4).contains(&path.split('/').count()) && !text.contains([':', '?']);
    let (pinned, written, span) = if is_git {
        let reference =
            text.split_once("ref=").map(|(_, reference)| reference.split('&').next().unwrap_or_default());
        (reference.map_or(Pinned::Missing, revision), reference.unwrap_or_default(), span)
    } else if is_registry && !text.starts_with(['.', '/']) {
        version(block, span)
    } else {
        return None;
    };
    let at = Written::Text(span, written.to_owned());
    Some(Fetched { what: format!("Module `{text}`"), at, pinned, object: None, help: MODULE, weaker: 0 })
}

fn chart<'a>(block: &Block<'_>) -> Option<Fetched<'a>> {
    let (chart, span) = block.get("chart")?;
    let name = literal(chart)?;
    if block.get("repository").is_none() && !name.starts_with("oci://") || name.starts_with('.') {
        return None;
    }
    let (pinned, written, span) = version(block, span);
    let at = Written::Text(span, written.to_owned());
    Some(Fetched { what: format!("Chart `{name}`"), at, pinned, object: None, help: CHART, weaker: 0 })
}

/// What `version` pins, and where to point.
fn version<'t>(block: &Block<'t>, otherwise: Span) -> (Pinned, &'t str, Span) {
    match block.get("version") {
        None => (Pinned::Missing, "", otherwise),
        Some((value, span)) => match literal(value) {
            Some(text) => (chart_version(text), text, span),
            None => (Pinned::Yes, value, span),
        },
    }
}
