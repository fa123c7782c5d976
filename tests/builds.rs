//! What checks say of built objects: each cause once, at the place to mend, with the builds it comes to.

use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::finding::{Finding, Severity};
use k8factor::kustomize::gap::GapKind;
use k8factor::rule;
use std::fmt::Write as _;
use std::sync::Arc;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
                          spec:\n      containers:\n      - {name: a, image: 'busybox:1.37.0'}\n      \
                          - {name: b, image: redis}\n";
const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [web.yaml]\n");

/// What one rule says of a codebase.
fn findings(id: &str, texts: &[(&str, &str)]) -> (Codebase, Vec<Finding>) {
    let rules = rule::built_in().expect("every built-in page loads");
    let rule: Vec<_> = rules.into_iter().filter(|rule| rule.id.as_str() == id).collect();
    assert_eq!(rule.len(), 1, "{id}");
    let discovery = Discovery::of_texts(texts);
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&Config::for_folder("."), discovery, documents);
    let findings = rule::run(&rule, &codebase).findings;
    (codebase, findings)
}

/// `path:line` of a finding and the builds it comes to.
fn told(codebase: &Codebase, findings: &[Finding]) -> Vec<String> {
    let told = findings.iter().map(|finding| {
        let source = codebase.source(finding.span.file);
        let mut text = format!("{}:{}", source.path(), source.line(finding.span.start));
        finding.builds.iter().for_each(|build| write!(text, " {build}").expect("a String"));
        text
    });
    told.collect()
}

#[test]
fn one_cause_is_told_once_wherever_it_stands_in_the_built_list() {
    let patch = "patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    \
                 spec: {template: {spec: {containers: [{name: c, image: 'nginx:1.29.3'}]}}}\n";
    let first = format!("resources: [../base]\n{patch}");
    let second = "resources: [../base]\nnamePrefix: b-\n";
    let texts = [
        BASE,
        ("base/web.yaml", DEPLOYMENT),
        ("o1/kustomization.yaml", &first),
        ("o2/kustomization.yaml", second),
    ];
    let (codebase, findings) = findings("image-without-version", &texts);
    assert_eq!(told(&codebase, &findings), ["base/web.yaml:9 o1 o2"]);
}

#[test]
fn the_tag_of_an_overlay_is_told_where_the_overlay_writes_it() {
    let floating = "resources: [../base]\nimages:\n- {name: redis, newTag: latest}\n";
    let pinned = "resources: [../base]\nimages:\n- {name: redis, newTag: 8.2.1}\n";
    let texts = [
        BASE,
        ("base/web.yaml", DEPLOYMENT),
        ("o1/kustomization.yaml", floating),
        ("o2/kustomization.yaml", pinned),
    ];
    let (codebase, findings) = findings("image-without-version", &texts);
    assert_eq!(told(&codebase, &findings), ["o1/kustomization.yaml:3 o1"]);
    let related = findings[0].related.iter().map(|label| codebase.source(label.span.file).path());
    assert!(related.collect::<Vec<_>>().contains(&"base/web.yaml"), "{findings:#?}");
}

#[test]
fn a_reference_that_is_built_twice_is_one_place() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {volumes: [{name: a, configMap: {name: b}}]}\n";
    let overlay = "resources: [../base]\n";
    let texts = [
        BASE,
        ("base/web.yaml", pod),
        ("o1/kustomization.yaml", overlay),
        ("o2/kustomization.yaml", "resources: [../base]\nnamespace: x\n"),
    ];
    let (codebase, findings) = findings("dangling-reference", &texts);
    assert_eq!(told(&codebase, &findings), ["base/web.yaml:4 o1 o2"]);
    assert_eq!(findings[0].related, []);
}

#[test]
fn a_deployed_build_has_the_images_of_its_own_deployer_only() {
    let flux = |name: &str, images: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  path: ./{name}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{images}"
        )
    };
    let (one, two) = (flux("one", "  images: [{name: redis, newTag: 8.2.1}]\n"), flux("two", ""));
    let texts = [
        ("flux/one.yaml", one.as_str()),
        ("flux/two.yaml", two.as_str()),
        ("one/kustomization.yaml", "resources: [web.yaml]\n"),
        ("one/web.yaml", DEPLOYMENT),
        ("two/kustomization.yaml", "resources: [web.yaml]\n"),
        ("two/web.yaml", DEPLOYMENT),
    ];
    let (codebase, findings) = findings("image-without-version", &texts);
    assert_eq!(told(&codebase, &findings), ["two/web.yaml:9 two"]);
}

#[test]
fn argo_applies_a_plain_folder_without_kustomize() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\nspec:\n  source: {repoURL: 'https://example.com/me/cluster.git', path: app}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let texts = [("app/a.yaml", map), ("app/b.yaml", map), ("apps.yaml", application)];
    let (codebase, findings) = findings("kustomization-cannot-be-built", &texts);
    assert_eq!(told(&codebase, &findings), [""; 0]);
}

#[test]
fn what_ksops_decrypts_is_a_part_of_the_build() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: kB7-qarNu2_vtLm9x}\n";
    let generator = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: g}\nfiles: [plain.yaml]\n";
    let texts = [
        ("k/gen.yaml", generator),
        ("k/kustomization.yaml", "generators: [gen.yaml]\n"),
        ("k/plain.yaml", secret),
    ];
    let (codebase, findings) = findings("plaintext-secret", &texts);
    assert_eq!(told(&codebase, &findings), ["k/plain.yaml:4"]);
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn a_path_without_end_is_a_gap() {
    let path = vec!["a"; 20_000].join(".");
    let replacement = format!(
        "resources: [a.yaml]\nreplacements:\n- source: {{kind: ConfigMap, name: a}}\n  targets: [{{select: {{kind: ConfigMap}}, fieldPaths: [{path}], options: {{create: true}}}}]\n"
    );
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let (codebase, _) =
        findings("patch-without-target", &[("a.yaml", map), ("kustomization.yaml", &replacement)]);
    let gaps: Vec<_> = codebase.builds().list()[0].gaps.iter().map(|gap| gap.message.as_str()).collect();
    assert_eq!(gaps, ["this path is too long to be followed"]);
}

#[test]
fn fields_without_end_are_gaps() {
    let path = vec!["b"; 20_000].join("/");
    let configuration = format!("commonLabels:\n- {{path: {path}, create: true}}\n");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {b: c}}\n";
    let deeper = "- source: {kind: ConfigMap, name: a, fieldPath: data}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [PATH], options: {create: true}}]\n";
    let deeper = deeper.replace("PATH", &format!("data.{}", vec!["a"; 400].join("."))).repeat(20);
    let kustomization = format!("resources: [a.yaml]\nreplacements:\n{deeper}");
    let texts = [
        ("fields/a.yaml", map),
        ("fields/configuration.yaml", &configuration),
        (
            "fields/kustomization.yaml",
            "resources: [a.yaml]\nconfigurations: [configuration.yaml]\ncommonLabels: {a: b}\n",
        ),
        ("values/a.yaml", map),
        ("values/kustomization.yaml", &kustomization),
    ];
    let (codebase, _) = findings("patch-without-target", &texts);
    for build in codebase.builds().list() {
        assert!(build.gaps.iter().any(|gap| gap.kind == GapKind::Limit), "{:#?}", build.gaps);
        assert_eq!(build.objects.len(), 1);
    }
}

#[test]
fn what_builds_share_unchanged_is_built_and_checked_once() {
    let overlay = "resources: [../base]\n";
    let texts = [
        BASE,
        ("base/web.yaml", DEPLOYMENT),
        ("o1/kustomization.yaml", overlay),
        ("o2/kustomization.yaml", overlay),
        ("o3/kustomization.yaml", "resources: [../base]\nnamePrefix: x-\n"),
    ];
    let (codebase, _) = findings("image-without-version", &texts);
    let [one, two, three] = codebase.builds().list() else { panic!("three builds") };
    assert!(Arc::ptr_eq(&one.objects[0], &two.objects[0]));
    assert!(!Arc::ptr_eq(&one.objects[0], &three.objects[0]));
    let builds: Vec<_> = codebase.objects().map(|object| object.builds().to_vec()).collect();
    assert_eq!(builds, [vec![0, 1], vec![2]]);
}

/// A base with two jobs and a database, one overlay that changes every object, and one that changes none.
const JOBS: &str = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\n---\n\
                    apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: b}\n---\n\
                    apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\n\
                    spec: {volumeClaimTemplates: [{metadata: {name: data}}]}\n";

fn in_two_overlays(prod: &str) -> [(&str, &str); 4] {
    [
        ("base/kustomization.yaml", "resources: [jobs.yaml]\n"),
        ("base/jobs.yaml", JOBS),
        ("prod/kustomization.yaml", prod),
        ("stage/kustomization.yaml", "resources: [../base]\n"),
    ]
}

#[test]
fn what_an_overlay_changes_is_counted_once() {
    let words = [
        ("job-without-protection-label", "CronJob `a` and one more job here may run twice"),
        ("no-backup", "StatefulSet `db` keeps a volume for each pod in the cluster"),
        ("stateful-workload", "StatefulSet `db` keeps data in the cluster"),
    ];
    let changes = [
        "commonAnnotations: {team: web}",
        "commonAnnotations: {k8factor/allow: image-without-version why}",
        "namePrefix: prod-",
        "labels: [{pairs: {a: b}}]",
    ];
    for change in changes {
        let prod = format!("resources: [../base]\n{change}\n");
        for (rule, beginning) in words {
            let (_, findings) = findings(rule, &in_two_overlays(&prod));
            let [finding] = &findings[..] else { panic!("{change}: {findings:#?}") };
            assert!(finding.message.starts_with(beginning), "{change}: {}", finding.message);
            let builds: &[&str] = if rule == "no-backup" { &[] } else { &["prod", "stage"] };
            assert_eq!(finding.builds, builds, "{change}: {rule}");
        }
    }
}

#[test]
fn a_place_that_is_worse_in_one_build_is_told_once() {
    let patch = "resources: [../base]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: StatefulSet\n    \
                 metadata: {name: db, labels: {k8factor/protect-from: loss}}\n";
    let (_, findings) = findings("stateful-workload", &in_two_overlays(patch));
    let [finding] = &findings[..] else { panic!("{findings:#?}") };
    assert_eq!((finding.severity, finding.builds.len()), (Severity::Warning, 2));
}
