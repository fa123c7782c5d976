//! Every built value knows where it was written: four promises, held for every overlay at hand.
//!
//! Our own cases are always there; kustomize's own tests and overlays of public codebases lie in ../shared.

mod common;
#[path = "common/kustomize.rs"]
mod harness;
#[path = "common/origins.rs"]
mod origins;

use common::{fixtures, shared};
use fastrand::Rng;
use harness::{Files, cases, folder_of};
use k8factor::kustomize::Build;
use k8factor::provenance::Operation;
use k8factor::source::Span;
use k8factor::yaml;
use origins::{Scalar, closure, dump, scalars, spans};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Files and folders in them that are built.
struct Codebase {
    name: String,
    root: PathBuf,
    folders: Vec<String>,
}

/// Overlays that are changed to see what changes with them, and how often.
const SAMPLES: usize = 2_000;

#[test]
fn the_text_of_every_value_stands_where_it_says() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for codebase in codebases("that every text stands at its origin") {
        for_each_build(&codebase, |files, build| {
            for scalar in scalars(build) {
                count += 1;
                if let Err(why) = stands_there(files, &scalar) {
                    wrong.push(format!("{} {} {}: {why}", codebase.name, build.title(), scalar.pointer));
                }
            }
        });
    }
    println!("{count} scalars, {} of them elsewhere", wrong.len());
    assert_nothing(&wrong);
}

#[test]
fn every_origin_lies_in_a_file_that_the_overlay_reads() {
    let mut wrong = Vec::new();
    for codebase in codebases("that every origin lies in the closure") {
        for_each_build(&codebase, |files, build| {
            let closure = closure(files, &build.folder);
            for span in spans(build) {
                let source = files.sources.get(span.file);
                let is_place = source.text().get(span.start as usize..span.end as usize).is_some();
                if !is_place || !closure.contains(source.path()) {
                    let place = files.line(span);
                    wrong.push(format!("{} {}: {place} is not read", codebase.name, build.title()));
                }
            }
        });
    }
    wrong.dedup();
    assert_nothing(&wrong);
}

#[test]
fn one_thread_and_many_build_the_same() {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let (one, many) = (pool(1), pool(8));
    let mut wrong = Vec::new();
    for codebase in codebases("that threads make no difference") {
        let files = Files::of_folder(&codebase.root);
        let folders: Vec<_> = codebase.folders.iter().map(String::as_str).collect();
        let build = || files.build(&folders).iter().flatten().map(dump).collect::<Vec<_>>();
        if one.install(build) != many.install(build) {
            wrong.push(codebase.name);
        }
    }
    assert_nothing(&wrong);
}

/// Letters and digits at an origin become other letters and digits. Then every text that has a piece there changes in
/// that piece, and nothing else does. What is computed from it, a hash for example, may change as it likes. Left out
/// is what steers a build: names and what refers to them, keys by which lists are merged, labels, images to look for.
#[test]
fn what_is_changed_at_an_origin_changes_what_came_from_there() {
    let mut random = Rng::with_seed(8);
    let codebases = codebases("that a change at an origin changes what came from there");
    let overlays: Vec<_> = codebases.iter().flat_map(overlays).collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for round in 0..SAMPLES {
        // Each overlay once before any comes again.
        let overlay =
            if round < overlays.len() { &overlays[round] } else { random.choice(&overlays).expect("some") };
        match sample(overlay, &mut random) {
            Some(Ok(())) => count += 1,
            Some(Err(why)) => wrong.push(format!("{}: {why}", overlay.name)),
            None => {}
        }
    }
    println!("{count} of {SAMPLES} samples changed what they had to, {} did not", wrong.len());
    assert!(count > SAMPLES / 4, "too few samples hold something to change");
    assert_nothing(&wrong);
}

fn assert_nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

fn codebases(test: &str) -> Vec<Codebase> {
    let one = |case: PathBuf| Codebase {
        name: case.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        root: case.join("in"),
        folders: vec![folder_of(&case)],
    };
    let mut all: Vec<_> = cases(&fixtures("kustomize")).into_iter().map(one).collect();
    if let Some(folder) = shared::folder("oracles/krusty", test) {
        all.extend(cases(&folder).iter().flat_map(|folder| cases(folder)).map(one));
    }
    if let Some(folder) = shared::folder("oracles/overlays", test)
        && let Some(corpora) = shared::folder("corpora", test)
    {
        let index = fs::read_to_string(folder.join("index.tsv")).expect("the index of the overlays");
        let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for line in index.lines().skip(1) {
            let path = line.split('\t').next().unwrap_or_default();
            let (codebase, path) = path.split_once('/').unwrap_or((path, ""));
            folders.entry(codebase).or_default().push(path.to_owned());
        }
        let codebase = |(name, folders): (&str, Vec<String>)| Codebase {
            name: name.to_owned(),
            root: corpora.join(name),
            folders,
        };
        all.extend(folders.into_iter().map(codebase));
    }
    all
}

fn for_each_build(codebase: &Codebase, mut check: impl FnMut(&Files, &Build)) {
    let files = Files::of_folder(&codebase.root);
    let folders: Vec<_> = codebase.folders.iter().map(String::as_str).collect();
    files.build(&folders).iter().flatten().for_each(|build| check(&files, build));
}

fn stands_there(files: &Files, scalar: &Scalar) -> Result<(), String> {
    let mut at = 0;
    let pieces = scalar.place.pieces(scalar.text.len());
    for piece in &pieces {
        let Some(part) = scalar.text.get(at..at + piece.length as usize) else {
            return Err(format!("the pieces do not fit `{}`: {pieces:?}", scalar.text));
        };
        at += piece.length as usize;
        let slice = files.sources.get(piece.span.file).slice(piece.span);
        if !piece.computed && !reads_as(slice, part) {
            return Err(format!("`{part}` is not `{slice}` at {}", files.line(piece.span)));
        }
    }
    if at == scalar.text.len() { Ok(()) } else { Err(format!("the pieces are too short: {pieces:?}")) }
}

/// Whether a scalar that is written like this has this text.
fn reads_as(slice: &str, text: &str) -> bool {
    // The last line break of a block is not part of its place.
    let read_again =
        || [slice.to_owned(), format!("{slice}\n")].iter().any(|slice| read(slice).as_deref() == Some(text));
    slice == text || read_again()
}

/// The text of a scalar as it is written: quoted, escaped, folded.
fn read(slice: &str) -> Option<String> {
    let tree = yaml::parse(common::file(), slice.into());
    let root = tree.roots().next()?;
    Some(if root.is_alias() { return None } else { root.text().into_owned() })
}

/// One overlay and the files it reads, so that it is quickly built again.
struct Overlay {
    name: String,
    texts: Vec<(String, String)>,
    folder: String,
}

fn overlays(codebase: &Codebase) -> Vec<Overlay> {
    let files = Files::of_folder(&codebase.root);
    let overlay = |folder: &String| {
        let folder = folder.trim_matches('.').trim_matches('/').to_owned();
        let closure = closure(&files, &folder);
        let sources = files.sources.iter().filter(|source| closure.contains(source.path()));
        let texts: Vec<_> =
            sources.map(|source| (source.path().to_owned(), source.text().to_owned())).collect();
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        let name = format!("{}/{folder}", codebase.name);
        // An operation that tests a value depends on all of it.
        let has_tests = texts.iter().any(|(_, text)| text.contains("op: test"));
        (bytes < LARGEST && !has_tests).then_some(Overlay { name, texts, folder })
    };
    codebase.folders.iter().filter_map(overlay).collect()
}

/// Bytes of the largest overlay that is built again and again.
const LARGEST: usize = 200_000;

/// Changes one place and says whether the right texts changed; nothing where there is nothing to change.
fn sample(overlay: &Overlay, random: &mut Rng) -> Option<Result<(), String>> {
    let files = Files::of_texts(&overlay.texts);
    let before = files.build(&[&overlay.folder]).pop()??;
    let before = scalars(&before);
    let steering: Vec<_> = before.iter().flat_map(|scalar| pieces(scalar, true)).collect();
    let is_free = |span: Span| !steering.iter().any(|steering| overlap(*steering, span));
    let candidates = before.iter().flat_map(|scalar| {
        let spans = pieces(scalar, false).into_iter().filter(|&span| is_free(span));
        spans.map(move |span| (scalar, span))
    });
    let candidates: Vec<_> = candidates.collect();
    let &(scalar, span) = random.choice(&candidates)?;
    let (start, end) = (span.start as usize, span.end as usize);
    let source = files.sources.get(span.file);
    let old = source.slice(span);
    let new = sentinel(old)?;
    let mut texts = overlay.texts.clone();
    let text = texts.iter_mut().find(|(path, _)| path == source.path())?;
    text.1.replace_range(start..end, &new);
    let changed = Files::of_texts(&texts);
    let after = scalars(&changed.build(&[&overlay.folder]).pop()??);
    let what = format!("`{old}` at {} ({})", files.line(span), scalar.pointer);
    if before.len() != after.len() {
        return Some(Err(format!("{what} changes the objects: {} and {}", before.len(), after.len())));
    }
    for (before, after) in before.iter().zip(&after) {
        if before.pointer != after.pointer {
            return Some(Err(format!("{what} moves {} to {}", before.pointer, after.pointer)));
        }
        if !is_expected(&files, &changed, before, &after.text, span) {
            let texts = format!("`{}` becomes `{}`", before.text, after.text);
            return Some(Err(format!("{what} at {}: {texts}, {:?}", before.pointer, before.place)));
        }
    }
    Some(Ok(()))
}

/// Whether a text is what its pieces say after the change.
fn is_expected(files: &Files, changed: &Files, before: &Scalar, after: &str, span: Span) -> bool {
    let mut at = 0;
    before.place.pieces(before.text.len()).iter().all(|piece| {
        let range = at..at + piece.length as usize;
        at = range.end;
        let Some(part) = after.get(range.clone()) else { return false };
        if !overlap(piece.span, span) {
            return piece.computed || before.text.get(range) == Some(part);
        }
        let (old, new) = (files.sources.get(span.file), changed.sources.get(span.file));
        let (old, new) = (old.slice(piece.span), new.slice(piece.span));
        piece.computed || (old != new && reads_as(new, part))
    }) && after.len() == before.text.len()
}

/// Other letters and other digits; nothing where there are none, or where the kind of the value would change.
fn sentinel(text: &str) -> Option<String> {
    if matches!(text, "true" | "false" | "null") || text.contains(['\\', '$', '*', '&', '!', '\n']) {
        return None;
    }
    let other = |letter: char| match letter {
        'q' => 'z',
        'a'..='z' => 'q',
        'Q' => 'Z',
        'A'..='Z' => 'Q',
        '7' => '6',
        '1'..='9' => '7',
        other => other,
    };
    let new: String = text.chars().map(other).collect();
    (new != text).then_some(new)
}

/// Where a scalar is written, as far as a build may depend on what stands there, or as far as it does not.
fn pieces(scalar: &Scalar, steering: bool) -> Vec<Span> {
    let pieces = scalar.place.pieces(scalar.text.len());
    let was_image = scalar.place.changes().iter().any(|change| change.operation == Operation::Image);
    let is_image = was_image || scalar.pointer.ends_with("/image");
    let last = pieces.len() - 1;
    let steers = |at: usize| steers(scalar) || is_image && (at < last || last == 0);
    let pieces = pieces.iter().enumerate().filter(|(at, piece)| !piece.computed && steers(*at) == steering);
    pieces.map(|(_, piece)| piece.span).collect()
}

fn steers(scalar: &Scalar) -> bool {
    let mut keys = scalar.pointer.rsplit('/').filter(|key| key.parse::<usize>().is_err());
    let key = keys.next().unwrap_or_default();
    let by_key = STEERING.contains(&key) || key.ends_with("Name");
    let above = ["labels", "annotations", "matchLabels", "selector"];
    let refers = scalar.place.changes().iter().any(|change| change.operation == Operation::Reference);
    by_key || refers || keys.any(|key| above.contains(&key))
}

fn overlap(one: Span, two: Span) -> bool {
    one.file == two.file && one.start < two.end && two.start < one.end
}

#[rustfmt::skip]
const STEERING: &[&str] = &[
    "apiVersion", "apiGroup", "kind", "name", "namespace", "resourceNames", "finalizers",
    // What lists are merged by.
    "containerPort", "port", "protocol", "mountPath", "devicePath", "ip", "topologyKey", "whenUnsatisfiable", "uid",
];
