//! Credentials that only their keys give away: environment variables, arguments, `ConfigMap`s, values, settings.

use super::{Found, Place};
use crate::check::credential::{Leak, by_key, leak_under};
use crate::codebase::{Codebase, Document};
use crate::model::kustomization::Kustomization;
use crate::model::object::{Object, TypeMeta};
use crate::model::role::Role;
use crate::model::secret::{is_mixed, is_sops, is_sops_text};
use crate::source::{FileKind, Source, Span};
use crate::yaml::{Entry, Node, Shape, Style, Tree};
use regex::Regex;
use std::sync::LazyLock;

/// Looks at the settings in a file; what lies in `known` was found by its shape.
pub(super) fn look_at(codebase: &Codebase, source: &Source, known: &[Span], found: &mut Found) {
    let before = found.places.len();
    match source.kind() {
        FileKind::Terraform
        | FileKind::Settings
        | FileKind::Shell
        | FileKind::Makefile
        | FileKind::HelmTemplate => in_text(codebase, source, found),
        _ => {
            for document in codebase.documents_of(source.id()) {
                in_document(codebase, document, found);
            }
        }
    }
    let mut known = known.to_vec();
    known.sort();
    // What was found by its shape never overlaps itself, so that the nearest before the end tells.
    let overlaps = |place: &Place| {
        let next = known.partition_point(|span| span.start < place.span.end);
        next > 0 && place.span.start < known[next - 1].end
    };
    let fresh = found.places.split_off(before);
    found.places.extend(fresh.into_iter().filter(|place| !overlaps(place)));
}

/// Lines of `key = value`. Passwords that people chose count in settings only: scripts ask for them by that name, and
/// templates give defaults.
fn in_text(codebase: &Codebase, source: &Source, found: &mut Found) {
    let is_script = matches!(source.kind(), FileKind::Shell | FileKind::Makefile | FileKind::HelmTemplate);
    if is_sops_text(source.text()) {
        return;
    }
    found.looked_at += usize::from(!is_script);
    let mut leaks = by_key(source.text());
    if source.kind() == FileKind::Terraform {
        leaks.extend(by_name(source.text()));
    }
    leaks.retain(|leak| !is_script || !leak.is_unsure || is_mixed(&leak.credential));
    for leak in leaks {
        if !is_comment(source, leak.range.start) {
            let span = Span::new(source.id(), leak.range.start as u32, leak.range.end as u32);
            let place = found.add(codebase, span, leak);
            place.weaker += u8::from(!is_script);
            place.less_sure += u8::from(is_script);
        }
    }
}

/// Terraform says the key before the value: the `default` of a `variable`, the `value` of a `set`.
fn by_name(text: &str) -> impl Iterator<Item = Leak> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?x)
            (?:^|\n) \s* variable \s+ "([^"]+)" \s* \{ [^{}]*? \n \s* default \s* = \s* "([^"\n]+)"
          | \b name \s* = \s* "([^"\n]+)" [\s,]* value \s* = \s* "([^"\n]+)"
        "#;
        Regex::new(pattern).expect("the pattern is constant")
    });
    NAMED.captures_iter(text).filter_map(|captures| {
        let mut groups = captures.iter().skip(1).flatten();
        let (key, value) = (groups.next()?, groups.next()?);
        leak_under(key.as_str(), value.as_str(), value.range())
    })
}

fn is_comment(source: &Source, at: usize) -> bool {
    let line = source.text()[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    ["#", "//", ";", "--"].iter().any(|mark| line.starts_with(mark))
}

/// What kind of values a document holds, which decides how much a key alone proves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// Settings of what runs: a word under `password` is one.
    Settings,
    /// The defaults of a chart, which everybody overrides.
    Defaults,
    /// Anything: only what was generated is surely a credential.
    Anything,
}

fn in_document(codebase: &Codebase, document: Document<'_>, found: &mut Found) {
    let meta = TypeMeta::of(document.root);
    let is = |group: &str, kind: &str| meta.as_ref().is_some_and(|meta| meta.is(group, kind));
    let is_schema = is("apiextensions.k8s.io", "CustomResourceDefinition");
    if !document.zone.is_judged() || is_sops(document.root) || is_schema || is("", "Secret") {
        return;
    }
    let values = values(&document, meta.as_ref());
    let meta_of_object = meta.as_ref().filter(|_| matches!(document.role, Role::Object | Role::Patch));
    let object = meta_of_object.map(|meta| Object::new(document.root, meta, document.zone));
    let is_login = is("", "Config");
    let mut walk = Walk { codebase, source: document.source, values, object, is_login, found };
    if is("", "ConfigMap") {
        walk.config_map(document.root);
    } else if document.role == Role::Kustomization {
        walk.generated(document.root);
    } else {
        walk.everything(document.root);
    }
}

fn values(document: &Document<'_>, meta: Option<&TypeMeta>) -> Values {
    let path = document.source.path();
    match document.source.kind() {
        FileKind::HelmValues => Values::Defaults,
        FileKind::Ci(_) | FileKind::Json => Values::Anything,
        _ if meta.is_some() => Values::Settings,
        _ if path.contains("values") || document.spec().is_some() => Values::Settings,
        _ => Values::Anything,
    }
}

struct Walk<'a, 'f> {
    codebase: &'a Codebase,
    source: &'a Source,
    values: Values,
    object: Option<Object<'a>>,
    /// Whether the document is a kubeconfig: what stands there opens the cluster.
    is_login: bool,
    found: &'f mut Found,
}

impl Walk<'_, '_> {
    fn everything(&mut self, root: Node<'_>) {
        // What a SealedSecret holds here only the controller of its cluster can read. Its template is as plain as any.
        let sealed = root.at(&["spec", "encryptedData"]);
        for node in root.walk().filter(|node| !sealed.is_some_and(|sealed| sealed.holds(*node))) {
            match node.shape() {
                Shape::Mapping => self.mapping(node),
                Shape::Sequence => self.arguments(node),
                Shape::Scalar => {}
            }
        }
    }

    /// The keys are read once: this runs for every mapping there is.
    fn mapping(&mut self, mapping: Node<'_>) {
        let (mut name, mut value) = (None, None);
        for entry in mapping.entries() {
            if entry.key.is_text("name") {
                name = Some(entry.value);
            } else if entry.key.is_text("value") {
                value = Some(entry.value);
            } else if entry.key.is_text("secretKeyRef") {
                // What is referenced was looked at too: it is the good form.
                self.found.looked_at += 1;
            } else if entry.value.shape() == Shape::Scalar && may_tell(entry.key.raw()) {
                self.found.looked_at += 1;
                self.pair(&entry.key.text(), entry.value, false);
            }
        }
        if let (Some(name), Some(value)) = (name, value) {
            self.found.looked_at += 1;
            if may_tell(name.raw()) {
                self.pair(&name.text(), value, true);
            }
        }
    }

    /// `--password=x`, and `--password` with `x` as the next item.
    fn arguments(&mut self, sequence: Node<'_>) {
        let mut flag: Option<String> = None;
        for item in sequence.items() {
            let is_flag = item.raw().trim_start_matches(['"', '\'']).starts_with("--");
            if let Some(key) = flag.take().filter(|_| !is_flag && item.shape() == Shape::Scalar) {
                self.argument(&key, &item.text(), item);
            }
            if is_flag && may_tell(item.raw()) {
                let text = item.text();
                match text.trim_start_matches('-').split_once('=') {
                    Some((key, value)) => self.argument(key, value, item),
                    None => flag = Some(text.trim_start_matches('-').to_owned()),
                }
            }
        }
    }

    fn argument(&mut self, key: &str, value: &str, item: Node<'_>) {
        self.found.looked_at += 1;
        if !item.is_templated()
            && let Some(leak) = leak_under(key, value, 0..value.len())
        {
            self.add(key, item, item.span_within(end_of(&item.text(), value)), leak, true);
        }
    }

    /// A key and a value. Environment variables are what runs; a key of an unknown object is less.
    fn pair(&mut self, key: &str, value: Node<'_>, is_variable: bool) {
        let Some(text) = value.as_str() else { return };
        if let Some(leak) = leak_under(key, &text, 0..text.len()) {
            self.add(key, value, value.span_within(leak.range.clone()), leak, is_variable);
        }
    }

    fn config_map(&mut self, root: Node<'_>) {
        for entry in root.get("data").into_iter().flat_map(Node::entries) {
            self.found.looked_at += 1;
            if entry.value.style() == Style::Literal {
                self.file(entry);
            } else if may_tell(entry.key.raw()) {
                self.pair(&entry.key.text(), entry.value, false);
            }
        }
    }

    /// A file in a `ConfigMap`. Its text stands in the source line by line, so that places are exact.
    fn file(&mut self, entry: Entry<'_>) {
        let span = entry.value.span();
        for leak in by_key(self.source.slice(span)) {
            let start = span.start as usize + leak.range.start;
            if !is_comment(self.source, start) && !entry.value.is_templated() {
                let place = Span::new(span.file, start as u32, (start + leak.range.len()) as u32);
                self.add(&entry.key.text(), entry.value, place, leak, false);
            }
        }
    }

    fn generated(&mut self, root: Node<'_>) {
        let generators = root.get("configMapGenerator").into_iter().flat_map(Node::items);
        for literal in generators.filter_map(|generator| generator.get("literals")).flat_map(Node::items) {
            let text = literal.text();
            let Some((key, value)) = text.split_once('=') else { continue };
            self.found.looked_at += 1;
            let bare = value.trim_matches(['"', '\'']);
            if let Some(leak) = leak_under(key, bare, 0..bare.len()) {
                let end = end_of(&text, value.trim_start_matches(['"', '\'']));
                let span = literal.span_within(end.start..end.start + bare.len());
                self.add(key, literal, span, leak, false);
            }
        }
        for patch in Kustomization::new(root, self.source).inline_patches() {
            let tree = patch.embedded();
            tree.iter().flat_map(Tree::roots).for_each(|root| self.everything(root));
        }
        for chart in root.get("helmCharts").into_iter().flat_map(Node::items) {
            chart.get("valuesInline").into_iter().for_each(|values| self.everything(values));
        }
    }

    /// The text of an alias is written at its target, and so is the span.
    fn add(&mut self, key: &str, node: Node<'_>, span: Span, leak: Leak, runs: bool) {
        let is_chosen = leak.is_unsure && !is_mixed(&leak.credential);
        if is_chosen && self.values == Values::Anything {
            return;
        }
        let runs = runs || self.is_login;
        let weaker = match self.values {
            Values::Defaults => 2,
            _ => u8::from(!runs),
        };
        let object = self.object.map(|object| object.id(node.target()));
        let place = self.found.add(self.codebase, span, leak);
        place.key = Some(key.to_owned());
        place.object = object;
        place.weaker += weaker;
        place.less_sure += u8::from(!runs);
    }
}

/// Where the last part of a text stands.
fn end_of(text: &str, part: &str) -> std::ops::Range<usize> {
    text.len() - part.len()..text.len()
}

/// Nearly no key does, and there are very many: one look at each byte sorts them out.
fn may_tell(key: &str) -> bool {
    let key = key.as_bytes();
    let begins = |at: usize, word: &[u8]| {
        key.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    (0..key.len().min(MAX_KEY)).any(|at| match key[at] | 0x20 {
        b'p' => begins(at, b"pass") || begins(at, b"pwd"),
        b't' => begins(at, b"token"),
        b'k' => begins(at, b"key"),
        b's' => begins(at, b"secret") || begins(at, b"string"),
        b'd' => begins(at, b"dsn"),
        b'c' => begins(at, b"credential"),
        _ => false,
    })
}

/// Longer keys are no keys but texts.
const MAX_KEY: usize = 128;
