//! Everything that reads a text, and what must hold of it whatever the text is. The fuzz targets include this file.
#![allow(dead_code, reason = "each fuzz target uses one function")]

use k8factor::baseline::Baseline;
use k8factor::config::{Config, FILE_NAME, Flags};
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::error::Error;
use k8factor::hcl::{self, Unread};
use k8factor::kustomize::id::Gvk;
use k8factor::kustomize::json_patch;
use k8factor::kustomize::merge::{Notes, merge};
use k8factor::kustomize::store::Store;
use k8factor::kustomize::value::Value;
use k8factor::kustomize::{self, Build};
use k8factor::model::cluster::Spec;
use k8factor::model::image::ImageName;
use k8factor::model::kinds::KindPattern;
use k8factor::model::monitor::Language;
use k8factor::model::path::Path;
use k8factor::model::shell::{self, Command, LineBreaks, Word};
use k8factor::model::waiver::{self, Mistake, Wording};
use k8factor::model::{glob, remote};
use k8factor::paths::resolve_path;
use k8factor::rule::{self, Origin, command};
use k8factor::source::{FileKind, Source, Sources, Span};
use k8factor::yaml::{Node, Schema};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

/// A rule page of the user's own: it loads and can be tested and explained, or the error has its place.
pub(crate) fn rule_page(text: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config::for_folder(folder.path());
    let pages = config.rules_folder.join("1-x");
    fs::create_dir_all(&pages).expect("a new folder");
    fs::write(pages.join("own-page.md"), text).expect("a new file");
    let rules = match rule::load(&config) {
        Ok(rules) => rules,
        Err(error) => return has_place(&error, ".k8factor/rules/1-x/own-page.md:", text),
    };
    let own = rules.iter().find(|rule| rule.origin == Origin::Own).expect("it was written above");
    assert!(!command::explain(own).is_empty(), "an explanation says something");
    if let Err(error) = rule::test(own) {
        has_place(&error, ".k8factor/rules/1-x/own-page.md:", text);
    }
}

/// A configuration: it means something, or the error has its place.
pub(crate) fn configuration(text: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(FILE_NAME), text).expect("a new file");
    if let Err(error) = Flags::default().resolve(folder.path(), None) {
        has_place(&error, ".k8factor.yaml:", text);
    }
}

/// Terraform: it is a tree whose parts all have a place, or the mistake has one.
pub(crate) fn terraform(text: &str) {
    let file = Sources::default().add("a.tf".into(), FileKind::Terraform, text.into());
    let is_inside =
        |span: Span| span.file == file && text.get(span.start as usize..span.end as usize).is_some();
    let tree = match hcl::parse(file, text.into()) {
        Ok(tree) => tree,
        Err(Unread::Broken { span, message }) => {
            return assert!(is_inside(span) && !message.is_empty(), "{span:?}");
        }
        Err(Unread::TooLarge) => return,
    };
    for node in tree.roots().flat_map(Node::walk) {
        let known = node.as_str();
        assert!(is_inside(node.span()), "{:?}", node.span());
        assert!(known.is_none_or(|known| is_inside(node.span_within(0..known.len()))), "{:?}", node.span());
        let _ = (node.value(), node.step());
    }
    for root in tree.roots() {
        assert!(root.is_mapping());
        let _ = root.to_json(Schema::Kubectl);
        assert!(Spec::of_terraform(root).all(|spec| is_inside(spec.head().span())));
    }
}

/// Waivers, in the comments of some lines and in an annotation.
pub(crate) fn waivers(text: &str) {
    for line in text.lines() {
        if let Some(waiver) = waiver::in_comment(line) {
            waiver_in(line, &waiver);
        }
    }
    for waiver in waiver::in_annotation(text) {
        waiver_in(text, &waiver);
    }
}

fn waiver_in(text: &str, waiver: &Result<Wording, Mistake>) {
    let ranges = match waiver {
        Ok(Wording { range, rules, reason, .. }) => {
            assert!(!rules.is_empty(), "no rule in {text:?}");
            assert!(
                reason.as_ref().is_none_or(|reason| reason.chars().any(char::is_alphanumeric)),
                "{reason:?}"
            );
            rules.iter().chain([range]).collect::<Vec<_>>()
        }
        Err(Mistake { range, message }) => {
            assert!(!message.is_empty(), "nothing is said of {text:?}");
            vec![range]
        }
    };
    assert!(ranges.iter().all(|range| text.get((*range).clone()).is_some()), "{ranges:?} in {text:?}");
}

/// A baseline: it is written as it was read, or the error names the file.
pub(crate) fn baseline(text: &str) {
    match Baseline::parse("known.json", text) {
        Ok(baseline) => {
            let again = Baseline::parse("known.json", &baseline.text()).expect("it was written a moment ago");
            assert_eq!(again, baseline);
        }
        Err(error) => match error.to_string() {
            said if said.starts_with("known.json: ") => {}
            _ => has_place(&error, "known.json:", text),
        },
    }
}

fn has_place(error: &Error, path: &str, text: &str) {
    let said = error.to_string();
    let place = said.strip_prefix(path).and_then(|rest| rest.split_once(": "));
    let numbers = place.and_then(|(place, _)| place.split_once(':'));
    let (line, column) = numbers.unwrap_or_else(|| panic!("no place in {said}"));
    let line: usize = line.parse().expect("a line is a number");
    let column: usize = column.parse().expect("a column is a number");
    let there = text.split('\n').nth(line - 1).unwrap_or_else(|| panic!("there is no line {line}: {said}"));
    assert!(column <= there.chars().count() + 1, "there is no column {column}: {said}");
    assert!(place.is_some_and(|(_, message)| !message.trim().is_empty()), "nothing is said: {said}");
}

/// A shell script.
pub(crate) fn script(text: &str) {
    for line_breaks in [LineBreaks::End, LineBreaks::Fold] {
        for pipeline in shell::read(text, line_breaks) {
            assert!(text.get(pipeline.range()).is_some(), "{:?} is no part of {text:?}", pipeline.range());
            pipeline.commands.iter().for_each(|command| part_of(text, command));
        }
    }
}

fn part_of(text: &str, command: &Command) {
    let is_part = |word: &Word| text.get(word.range.clone()).is_some();
    let targets = command.outputs.iter().map(|output| &output.target);
    assert!(command.words.iter().chain(targets).all(is_part), "{command:?} is no part of {text:?}");
    assert!(text.get(command.range()).is_some(), "{command:?} is no part of {text:?}");
    let _ = (command.program(), command.operands(&["-n"]).count(), command.flag(&["-o", "--output"]));
    let _ = command.has_flag("-o");
}

/// An object and, below a line `%%%`, a patch for it of either kind. What is said has its place in one of both.
pub(crate) fn patch(text: &str) {
    let (object, patch) = text.split_once("%%%\n").unwrap_or((text, text));
    let value = |file, text: &str| {
        let tree = Arc::new(k8factor::yaml::parse(file, text.into()));
        let root = tree.roots().next()?;
        Some(Value::written(&tree, root))
    };
    let mut sources = Sources::default();
    let files = [object, patch].map(|text| sources.add("object.yaml".into(), FileKind::Yaml, text.into()));
    let (Some(mut root), Some(patch)) = (value(files[0], object), value(files[1], patch)) else { return };
    let mut notes = Notes::default();
    let _ = json_patch::apply(&mut root, &patch, patch.span(), &mut notes);
    let _ = merge(&mut root, &patch, &Gvk::new("apps/v1", "Deployment"), patch.span(), &mut notes);
    let spans = notes.gaps.iter().map(|gap| gap.span).chain(notes.removed.iter().map(|removed| removed.span));
    for span in spans {
        let text = sources.get(span.file).text();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no place");
    }
    let _ = root.to_json();
}

/// A tree of kustomizations: a line that begins with `%%% ` names the next file. Whatever is built knows where it was
/// written.
pub(crate) fn kustomization(text: &str) {
    let parts = text.split("%%% ").filter_map(|part| part.split_once('\n'));
    let files: BTreeMap<_, _> = parts.filter(|(path, _)| !path.is_empty()).collect();
    let discovery = Discovery::of_texts(&files.into_iter().collect::<Vec<_>>());
    let documents = documents::parse_all(&discovery.sources);
    let folders: BTreeSet<_> = discovery.sources.iter().map(Source::folder).collect();
    let folders: Vec<_> = folders.into_iter().collect();
    let store = Store::new(&discovery.sources, &documents.trees);
    for build in kustomize::build(store, &folders).into_iter().flatten() {
        knows_its_places(&build, &discovery.sources);
    }
}

fn knows_its_places(build: &Build, sources: &Sources) {
    let is_place = |span: Span| {
        let text = sources.get(span.file).text();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no place");
    };
    build.gaps.iter().for_each(|gap| is_place(gap.span));
    for object in &build.objects {
        object.removed.iter().for_each(|removed| is_place(removed.span));
        let _ = object.root().to_json(Schema::Kustomize);
        for node in object.root().walk() {
            is_place(node.span());
            let Some(place) = node.place() else { continue };
            let pieces = place.pieces(node.text().len());
            for piece in &pieces {
                is_place(piece.span);
            }
            let length: usize = pieces.iter().map(|piece| piece.length as usize).sum();
            assert_eq!(length, node.text().len(), "the pieces of `{}` do not fit", node.text());
        }
    }
}

/// An address, a revision, a name of an image, a path, a pattern: what stands in one scalar.
pub(crate) fn address(text: &str) {
    let _ = (remote::revision(text), remote::chart_version(text), remote::address(text));
    let _ = (remote::repository(text), ImageName::parse(text).is_placeholder(), KindPattern::parse(text));
    let (before, after) = text.split_once('\n').unwrap_or((text, ""));
    let _ = (resolve_path(before, after), glob::matches(before, after));
    if let Err(error) = Path::parse(text) {
        assert!(text.get(error.at..).is_some(), "{} is no place in {text:?}", error.at);
    }
}

/// A text that holds conditions of monitors.
pub(crate) fn monitor(text: &str) {
    let file = Sources::default().add("any.yaml".into(), FileKind::Yaml, "".into());
    let languages = [
        Language::Rule,
        Language::Dashboard,
        Language::Variable,
        Language::Routing,
        Language::Datadog,
        Language::PagerDuty,
        Language::Nrql,
    ];
    for filter in languages.iter().flat_map(|language| language.filters(text, file, 0)) {
        let place = filter.span.start as usize..filter.span.end as usize;
        assert!(text.get(place).is_some(), "{filter:?} is no part of {text:?}");
    }
}
