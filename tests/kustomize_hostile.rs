//! Kustomizations that were made to be slow, or to lead out of the codebase.
//!
//! `K8FACTOR_HOSTILE` names one of them; with `--nocapture` each tells how long it took.
#![allow(clippy::print_stdout, reason = "the figures are for whoever runs it with --nocapture")]

mod common;
#[path = "common/kustomize.rs"]
mod harness;

use harness::Files;
use k8factor::kustomize::gap::GapKind;
use k8factor::kustomize::{Build, Object};
use std::fs;
use std::time::{Duration, Instant};

/// What is quadratic takes sixteen times as long when it is four times as large.
const MOST: f64 = 9.0;
/// What is faster than this may be quadratic: the sizes are far beyond what anybody has.
const NOISE: Duration = Duration::from_secs(3);
/// A slow and busy machine needs a few seconds.
const LONGEST: Duration = Duration::from_secs(30);

type Texts = Vec<(String, String)>;

/// A name, a size that takes a moment, and the files of that size. What is built is the folder `k`.
type Case = (&'static str, usize, fn(usize) -> Texts);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("resources in files", 5_000, |n| (0..n).map(|i| (format!("k/{i}.yaml"), map(i))).chain(k(&format!("resources:\n{}", list(n, |i| format!("- {i}.yaml\n"))))).collect()),
    ("resources in one file", 5_000, |n| with(list(n, map), "")),
    ("overlays of one base", 5_000, |n| (0..n).map(|i| (format!("o{i}/kustomization.yaml"), format!("resources: [../k]\nnamePrefix: o{i}-\n"))).chain(with(map(0), "")).collect()),
    ("a chain", 1_500, |n| chain(n, "")),
    ("a chain of prefixes", 1_500, |n| chain(n, "namePrefix: abcdefgh-\n")),
    ("a chain of labels", 1_500, |n| chain(n, "commonLabels: {a: b}\n")),
    ("nested components", 500, |n| nested_components(n, 1)),
    ("components that come twice", 25, |n| nested_components(n, 2)),
    ("a component that comes often", 2_500, |n| [with(map(0), &format!("components:\n{}", "- ../c\n".repeat(n))), vec![("c/kustomization.yaml".into(), "kind: Component\nlabels: [{pairs: {a: b}}]\n".into())]].concat()),
    ("a diamond of the same", 15, |n| diamond(n, false)),
    ("patches by identity", 2_500, |n| with(list(n, map), &format!("patches:\n{}", list(n, |i| format!("- patch: '{{apiVersion: v1, kind: ConfigMap, metadata: {{name: m{i}}}, data: {{a: c}}}}'\n"))))),
    ("patches by name", 2_500, |n| with(list(n, map), &format!("patches:\n{}", list(n, |i| format!("- {{patch: '- {{op: replace, path: /data/a, value: c}}', target: {{kind: ConfigMap, name: m{i}}}}}\n"))))),
    ("patches of one object", 1_000, |n| with(map(0), &format!("patches:\n{}", list(n, |i| format!("- {{patch: '- {{op: add, path: /data/a{i}, value: c}}', target: {{name: m0}}}}\n"))))),
    ("one long patch", 5_000, |n| with(map(0), &format!("patches:\n- target: {{name: m0}}\n  patch: |\n{}", list(n, |i| format!("    - {{op: add, path: /data/a{i}, value: c}}\n"))))),
    ("one long selector", 20_000, |n| with(list(100, map), &format!("patches:\n- target: {{name: '{}'}}\n  patch: '- {{op: remove, path: /data/a}}'\n", list(n, |i| format!("m{i}|"))))),
    ("selectors of repetitions", 500, |n| with(list(100, map), &format!("patches:\n{}", list(n, |i| format!("- {{target: {{name: '(a{{1,99}}){{1,99}}{i}'}}, patch: '- {{op: remove, path: /data/a}}'}}\n"))))),
    ("images", 2_500, |n| with(list(n, pod), &format!("images:\n{}", list(n, |i| format!("- {{name: i{i}, newTag: v2}}\n"))))),
    ("replicas", 2_500, |n| with(list(n, |i| map(i).replace("ConfigMap", "ReplicationController")), &format!("replicas:\n{}", list(n, |i| format!("- {{name: m{i}, count: 2}}\n"))))),
    ("labels", 2_500, |n| with(map(0), &format!("labels:\n{}", list(n, |i| format!("- pairs: {{l{i}: b}}\n"))))),
    ("many labels", 5_000, |n| with(map(0), &format!("commonLabels:\n{}", list(n, |i| format!("  l{i}: b\n"))))),
    ("generated maps", 2_500, |n| k(&format!("configMapGenerator:\n{}", list(n, |i| format!("- {{name: g{i}, literals: [a=b]}}\n"))))),
    ("merged maps", 1_000, |n| [k(&format!("resources: [../b]\nconfigMapGenerator:\n{}", list(n, |i| format!("- {{name: g{i}, behavior: merge, literals: [a=b]}}\n")))), vec![("b/kustomization.yaml".into(), format!("configMapGenerator:\n{}", list(n, |i| format!("- {{name: g{i}, literals: [a=b]}}\n"))))]].concat()),
    ("literals", 10_000, |n| k(&format!("configMapGenerator:\n- name: g\n  literals:\n{}", list(n, |i| format!("  - k{i}=v\n"))))),
    ("lines of one environment file", 10_000, |n| k("configMapGenerator: [{name: g, envs: [a.env]}]\n").into_iter().chain([("k/a.env".to_owned(), list(n, |i| format!("K{i}=v\n")))]).collect()),
    ("targets of one replacement", 5_000, |n| with(list(n, map), "replacements:\n- source: {kind: ConfigMap, name: m0, fieldPath: data.a}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b], options: {create: true}}]\n")),
    ("replacements", 1_500, |n| with(list(n, map), &format!("replacements:\n{}", list(n, |i| format!("- source: {{kind: ConfigMap, name: m{i}, fieldPath: data.a}}\n  targets: [{{select: {{kind: ConfigMap, name: m{i}}}, fieldPaths: [data.b], options: {{create: true}}}}]\n"))))),
    ("doubling replacements", 20, |n| with(map(0), &format!("replacements:\n{}", "- source: {kind: ConfigMap, name: m0, fieldPath: data.a}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.a], options: {delimiter: '/', index: 99}}]\n".repeat(n)))),
    ("doubling copies", 20, |n| with(map(0), &format!("patches:\n- target: {{name: m0}}\n  patch: |\n{}", "    - {op: copy, from: /data, path: /data/x}\n    - {op: copy, from: /data, path: /data/y}\n".repeat(n)))),
    ("doubling variables", 20, |n| with(format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: a\n    env:\n    - {{name: v0, value: aaaaaaaa}}\n{}", list(n, |i| format!("    - {{name: v{}, value: $(V{i})$(V{i})}}\n", i + 1))), &format!("vars:\n{}", list(n, |i| format!("- {{name: V{i}, objref: {{apiVersion: v1, kind: Pod, name: p}}, fieldref: {{fieldpath: 'spec.containers[0].env[{i}].value'}}}}\n"))))),
    ("variables", 1_000, |n| with(list(n, |i| format!("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\nspec: {{containers: [{{name: a, args: [$(V{i})]}}]}}\n")), &format!("vars:\n{}", list(n, |i| format!("- {{name: V{i}, objref: {{apiVersion: v1, kind: Pod, name: p{i}}}}}\n"))))),
    ("references", 2_500, |n| with(list(n, |i| map(i) + &pod(i)), "namePrefix: x-\n")),
    ("references to equal names", 1_000, |n| with(list(n, |i| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m, namespace: n{i}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: n{i}}}\nspec: {{containers: [{{envFrom: [{{configMapRef: {{name: m}}}}]}}]}}\n")), "namePrefix: x-\n")),
    ("references from everywhere to equal names", 1_000, |n| with(list(n, |i| format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: m, namespace: n{i}}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: p{i}}}\nsubjects: [{{kind: ServiceAccount, name: m, namespace: n{i}}}]\n")), "namePrefix: x-\n")),
    ("subjects of one binding", 2_500, |n| with(format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b}}\nsubjects:\n{}{}", list(n, |i| format!("- {{kind: ServiceAccount, name: s{i}, namespace: n}}\n")), list(n, |i| format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: s{i}, namespace: n}}\n"))), "namePrefix: x-\n")),
    ("merge keys and many keys", 10_000, |n| with(format!("apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: m}}\nx: &x\n{}y:\n  <<: *x\n{}", list(n, |i| format!("  k{i}: v\n")), list(n, |i| format!("  l{i}: v\n"))), "patches: [{target: {name: m}, patch: '- {op: add, path: /y/z, value: a}'}]\n")),
    ("many keys patched", 10_000, |n| with(format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n{}", list(n, |i| format!("  k{i}: v\n"))), &format!("patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {{name: m}}\n    data:\n{}", list(n, |i| format!("      k{i}: w\n"))))),
    ("many containers patched", 2_500, |n| with(format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: m}}\nspec:\n  containers:\n{}", list(n, |i| format!("  - {{name: c{i}, image: v}}\n"))), &format!("patches:\n- patch: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {{name: m}}\n    spec:\n      containers:\n{}", list(n, |i| format!("      - {{name: c{i}, image: w}}\n"))))),
    ("repeated keys", 20_000, |n| k(&format!("resources: []\ncommonLabels:\n{}", list(n, |i| format!("  k{}: v\n", i / 2))))),
    ("aliases in aliases", 8, |n| with(format!("apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: m}}\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n{}", list(n, |i| format!("x{0}: &x{0} [*x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}]\n", i + 1))), "namePrefix: a-\n")),
    ("aliases in a patch", 8, |n| with(map(0), &format!("patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {{name: m0}}\n    x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n{}", list(n, |i| format!("    x{0}: &x{0} [*x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}]\n", i + 1))))),
    ("aliases in a JSON patch", 8, |n| with(map(0), &format!("patches:\n- target: {{name: m0}}\n  patch: |\n    - op: add\n      path: /x\n      value:\n        x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n{}", list(n, |i| format!("        x{0}: &x{0} [*x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}]\n", i + 1))))),
    ("merges of merges", 8, |n| with(map(0), &format!("x0: &x0 {{a: b}}\n{}commonLabels: {{<<: *x{n}}}\n", list(n, |i| format!("x{0}: &x{0} {{<<: [*x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}, *x{i}]}}\n", i + 1))))),
    ("lists of lists", 5_000, |n| with(format!("apiVersion: v1\nkind: List\nitems:\n{}", list(n, |i| format!("- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: l{i}}}}}\n"))), "")),
    ("configured fields", 1_500, |n| [with(map(0), "configurations: [c.yaml]\n"), vec![("k/c.yaml".into(), format!("namePrefix:\n{}", list(n, |i| format!("- {{path: metadata/x{i}}}\n"))))]].concat()),
    ("a circle of many", 2_500, |n| (0..n).map(|i| (format!("k{}/kustomization.yaml", if i == 0 { String::new() } else { i.to_string() }), format!("resources: [../k{}]\n", if i + 1 == n { String::new() } else { (i + 1).to_string() }))).collect()),
];

#[test]
fn four_times_as_much_takes_four_times_as_long() {
    let only = std::env::var("K8FACTOR_HOSTILE").unwrap_or_default();
    let mut slow = Vec::new();
    for (name, size, files) in CASES.iter().filter(|(name, ..)| name.contains(&only)) {
        // A busy machine is slow at one moment and fast at the next.
        let mut figures = (time(&files(size / 2)), time(&files(2 * size)));
        for _ in 0..2 {
            if !is_slow(figures) || figures.1 > LONGEST {
                break;
            }
            figures = (figures.0.min(time(&files(size / 2))), figures.1.min(time(&files(2 * size))));
        }
        let ratio = figures.1.as_secs_f64() / figures.0.as_secs_f64();
        println!("{name}: {:?} {:?} {ratio:.1}", figures.0, figures.1);
        if is_slow(figures) {
            slow.push(format!("{name}: {figures:?}"));
        }
    }
    assert_eq!(slow, [""; 0], "these take more than they ought to");
}

fn is_slow((one, two): (Duration, Duration)) -> bool {
    two > LONGEST || two > NOISE && two.as_secs_f64() > MOST * one.as_secs_f64()
}

/// How long it takes to build every kustomization and to walk over what comes out.
fn time(texts: &[(String, String)]) -> Duration {
    let files = Files::of_texts(texts);
    let folders = files.sources.iter().filter(|source| source.file_name() == "kustomization.yaml");
    let folders: Vec<_> = folders.map(|source| source.folder().to_owned()).collect();
    let folders: Vec<_> = folders.iter().map(String::as_str).collect();
    let start = Instant::now();
    let builds = files.build(&folders);
    let objects = builds.iter().flatten().flat_map(|build| &build.objects);
    let nodes: usize = objects.map(|object| object.root().walk().count()).sum();
    let time = start.elapsed();
    assert!(nodes < 50_000_000, "nobody can hold {nodes} nodes");
    time
}

/// Each level has twice as many objects as the one below it.
#[test]
fn a_diamond_of_prefixes_ends_at_a_limit() {
    let mut texts = diamond(18, true);
    texts.push(("k/kustomization.yaml".to_owned(), "resources: [../a0]\n".to_owned()));
    let start = Instant::now();
    let build = build(&texts);
    println!("{} objects: {:?}", build.objects.len(), start.elapsed());
    assert!(build.gaps.iter().any(|gap| gap.kind == GapKind::Limit), "{:?}", build.gaps);
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}

#[test]
fn values_as_deep_as_can_be_read_are_merged_on_a_small_stack() {
    let deep = format!("{}a{}", "{a: ".repeat(400), "}".repeat(400));
    let object =
        format!("{{apiVersion: example.org/v1, kind: Thing, metadata: {{name: m}}, deep: {deep}}}\n");
    let patch = "patches: [{path: patch.yaml}]\nnamePrefix: a-\nimages: [{name: a, newTag: b}]\n".to_owned();
    let texts = [with(object.clone(), &patch), vec![("k/patch.yaml".to_owned(), object)]].concat();
    let build = move || {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(2 << 20).build().expect("a thread");
        pool.install(|| build(&texts).objects.iter().map(nodes).sum::<usize>())
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(build).expect("a thread");
    assert!(thread.join().expect("it does not overflow") > 800);
}

#[test]
fn a_kustomization_that_takes_itself_in_says_so() {
    let cycle = |texts: &[(&str, &str)]| {
        let texts: Vec<_> = texts.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        build(&texts).gaps.iter().any(|gap| gap.kind == GapKind::Cycle)
    };
    assert!(cycle(&[("k/kustomization.yaml", "resources: [../k]\n")]));
    assert!(cycle(&[("k/kustomization.yaml", "resources: [.]\n")]));
    assert!(cycle(&[("k/kustomization.yaml", "components: [.]\n")]));
    assert!(cycle(&[
        ("k/kustomization.yaml", "components: [../a]\n"),
        ("a/kustomization.yaml", "kind: Component\ncomponents: [../b]\n"),
        ("b/kustomization.yaml", "kind: Component\ncomponents: [../a]\n"),
    ]));
    assert!(cycle(&[("k/kustomization.yaml", "transformers: [../k]\n")]));
}

#[test]
fn nothing_outside_of_the_codebase_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    let secret = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outside-secret}\n";
    for (path, text) in [
        (outside.join("secret.yaml"), secret),
        (outside.join("base/kustomization.yaml"), "resources: [../secret.yaml]\n"),
        (root.join("k/own.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"),
    ] {
        fs::create_dir_all(path.parent().expect("it has one")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }
    let absolute = outside.join("secret.yaml");
    let kustomization = format!(
        "resources: [own.yaml, linked.yaml, linked, ../../outside/base, ../../outside/secret.yaml, {0}, {1}]\n\
         configMapGenerator:\n- name: a\n  files: [linked.txt]\n- name: b\n  files: [../../outside/secret.yaml]\n\
         - name: c\n  envs: [{0}]\npatches: [{{path: {0}}}, {{path: linked.yaml}}]\ncomponents: [../../../../..]\n",
        absolute.display(),
        outside.join("base").display(),
    );
    fs::write(root.join("k/kustomization.yaml"), kustomization).expect("a new file");
    #[cfg(unix)]
    for (from, to) in [("secret.yaml", "linked.yaml"), ("secret.yaml", "linked.txt"), ("base", "linked")] {
        std::os::unix::fs::symlink(outside.join(from), root.join("k").join(to)).expect("a new link");
    }
    let files = Files::of_folder(&root);
    let build = files.build(&["k"]).pop().flatten().expect("there is a kustomization");
    let texts = build.objects.iter().map(|object| object.root().to_json(k8factor::yaml::Schema::Kustomize));
    let text = format!("{:?}", texts.collect::<Vec<_>>());
    assert!(text.contains("own") && !text.contains("outside-secret"), "{text}");
    assert!(build.gaps.len() >= 10, "{:#?}", build.gaps);
}

fn build(texts: &[(String, String)]) -> Build {
    Files::of_texts(texts).build(&["k"]).pop().flatten().expect("there is a kustomization")
}

fn nodes(object: &std::sync::Arc<Object>) -> usize {
    object.root().walk().count()
}

fn list(count: usize, item: fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

fn k(text: &str) -> Texts {
    vec![("k/kustomization.yaml".to_owned(), text.to_owned())]
}

/// Objects and a kustomization that takes them in and does more.
fn with(objects: String, more: &str) -> Texts {
    [k(&format!("resources: [objects.yaml]\n{more}")), vec![("k/objects.yaml".to_owned(), objects)]].concat()
}

fn map(i: usize) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{i}}}\ndata: {{a: b}}\n")
}

fn pod(i: usize) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\nspec: {{containers: [{{name: a, image: 'i{i}:v1', envFrom: [{{configMapRef: {{name: m{i}}}}}]}}]}}\n"
    )
}

fn chain(n: usize, more: &str) -> Texts {
    let link = |i: usize| (format!("k{i}/kustomization.yaml"), format!("resources: [../k{}]\n{more}", i + 1));
    let last = [
        (format!("k{n}/kustomization.yaml"), "resources: [a.yaml]\n".to_owned()),
        (format!("k{n}/a.yaml"), map(0)),
    ];
    (0..n).map(link).chain(last).collect()
}

fn nested_components(n: usize, times: usize) -> Texts {
    let entries = |i: usize| format!("components: [{}]\n", vec![format!("../c{i}"); times].join(", "));
    let component = |i: usize| {
        (
            format!("c{i}/kustomization.yaml"),
            format!("kind: Component\nlabels: [{{pairs: {{a: b}}}}]\n{}", entries(i + 1)),
        )
    };
    let last =
        (format!("c{n}/kustomization.yaml"), "kind: Component\nlabels: [{pairs: {a: b}}]\n".to_owned());
    (0..n).map(component).chain([last]).chain(with(map(0), &entries(0))).collect()
}

/// On each level two kustomizations, each taking in both of the next level.
fn diamond(n: usize, is_told_apart: bool) -> Texts {
    let side = |side: &str, i: usize| {
        let more = if is_told_apart { format!("namePrefix: {side}-\n") } else { String::new() };
        (format!("{side}{i}/kustomization.yaml"), format!("resources: [../a{0}, ../b{0}]\n{more}", i + 1))
    };
    let end = |side: &str| {
        [
            (format!("{side}{n}/kustomization.yaml"), format!("resources: [a.yaml]\nnamePrefix: {side}-\n")),
            (format!("{side}{n}/a.yaml"), map(0)),
        ]
    };
    (0..n).flat_map(|i| [side("a", i), side("b", i)]).chain(end("a")).chain(end("b")).collect()
}
