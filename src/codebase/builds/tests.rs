//! Who deploys what, and what becomes of it, in small codebases.

use crate::codebase::Codebase;
use crate::config::Config;
use crate::discover::Discovery;
use crate::documents;
use crate::kustomize::Build;
use crate::yaml::{Node, Schema};
use serde_json::{Value as Json, json};

const REPOSITORY: &str = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {url: ssh://git@git.example.com/me/cluster}\n";
const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1, template: {spec: {containers: [{name: web, image: example/web}]}}}\n";
const LIST: &str = "resources: [web.yaml]\n";
const URL: &str = "https://git.example.com/me/cluster";

fn codebase(files: &[(&str, &str)]) -> Codebase {
    let discovery = Discovery::of_texts(files);
    let documents = documents::parse_all(&discovery.sources);
    Codebase::new(&Config::for_folder("."), discovery, documents)
}

fn flux(name: &str, spec: &str) -> String {
    let head = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n";
    let source = "sourceRef: {kind: GitRepository, name: flux-system}";
    format!("{head}metadata: {{name: {name}, namespace: flux-system}}\nspec:\n  {source}\n{spec}")
}

/// What Flux makes of one folder, `web`, when its Kustomization says this.
fn by_flux(spec: &str, more: &[(&str, &str)]) -> Codebase {
    let kustomization = flux("web", &format!("  path: ./web\n{spec}"));
    let mut files = vec![("flux/source.yaml", REPOSITORY), ("flux/web.yaml", &*kustomization)];
    files.extend(more);
    if !more.iter().any(|(path, _)| path.starts_with("web/")) {
        files.extend([("web/kustomization.yaml", LIST), ("web/web.yaml", WEB)]);
    }
    codebase(&files)
}

fn application(source: &str) -> String {
    let head =
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n";
    format!("{head}spec:\n  destination: {{name: prod-eu}}\n  source:\n    repoURL: {URL}\n{source}")
}

/// What Argo CD makes of the folder `web`.
fn by_argo(source: &str) -> Codebase {
    let application = application(&format!("    path: web\n{source}"));
    codebase(&[("argo/web.yaml", &application), ("web/kustomization.yaml", LIST), ("web/web.yaml", WEB)])
}

fn builds(codebase: &Codebase) -> Vec<(&str, Vec<String>)> {
    let by = |build: &Build| build.deployment.by.iter().map(|by| by.title.clone()).collect();
    codebase.builds().list().iter().map(|build| (build.folder.as_str(), by(build))).collect()
}

fn in_folder<'a>(codebase: &'a Codebase, folder: &str) -> &'a Build {
    codebase.builds().list().iter().find(|build| build.folder == folder).expect("it is built")
}

fn objects(build: &Build) -> Vec<Json> {
    build.objects.iter().map(|object| object.root().to_json(Schema::Kustomize).expect("it is JSON")).collect()
}

fn web(codebase: &Codebase) -> Json {
    objects(in_folder(codebase, "web")).remove(0)
}

/// Where the pieces of a value are written.
fn written<'a>(codebase: &'a Codebase, node: Node<'_>) -> Vec<(&'a str, &'a str)> {
    let pieces = node.place().map(|place| place.pieces(node.text().len())).unwrap_or_default();
    let place = |span: crate::source::Span| {
        let source = codebase.source(span.file);
        (source.path(), source.slice(span))
    };
    pieces.iter().map(|piece| place(piece.span)).collect()
}

#[test]
fn flux_edits_the_kustomization() {
    let spec = "  targetNamespace: shop\n  namePrefix: a-\n  nameSuffix: -b\n  images: [{name: example/web, newTag: 2.0.0}]\n  commonMetadata: {labels: {team: blue}, annotations: {owner: red}}\n";
    let web = web(&by_flux(spec, &[]));
    let metadata = json!({"name": "a-web-b", "namespace": "shop", "labels": {"team": "blue"}, "annotations": {"owner": "red"}});
    assert_eq!(web["metadata"], metadata);
    assert_eq!(web["spec"]["template"]["spec"]["containers"][0]["image"], "example/web:2.0.0");
    assert_eq!(web["spec"]["template"]["metadata"], Json::Null);
}

#[test]
fn flux_patches_as_text_and_in_the_older_forms() {
    let spec = "  patches: [{patch: 'apiVersion: apps/v1\n\n      kind: Deployment\n\n      metadata: {name: web}\n\n      spec: {replicas: 2}'}]\n  patchesStrategicMerge: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {paused: true}}]\n  patchesJson6902: [{target: {kind: Deployment, name: web}, patch: [{op: add, path: /spec/minReadySeconds, value: 5}]}]\n";
    let codebase = by_flux(spec, &[]);
    assert_eq!(in_folder(&codebase, "web").gaps, []);
    let web = web(&codebase);
    let spec = &web["spec"];
    assert_eq!(
        (&spec["replicas"], &spec["paused"], &spec["minReadySeconds"]),
        (&json!(2), &json!(true), &json!(5))
    );
}

#[test]
fn flux_adds_components() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n";
    let more =
        [("web/kustomization.yaml", LIST), ("web/web.yaml", WEB), ("parts/a/kustomization.yaml", component)];
    assert_eq!(web(&by_flux("  components: [../parts/a]\n", &more))["metadata"]["name"], "c-web");
}

#[test]
fn variables_come_from_config_maps_and_from_the_object_itself() {
    let map = |name: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: flux-system}}\ndata: {data}\n"
        )
    };
    let (one, two) = (map("one", "{a: '1', b: '1', c: '1'}"), map("two", "{b: '2', c: '2'}"));
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: three, namespace: flux-system}\nstringData: {d: x}\n";
    let texts = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: texts}\ndata: {t: \"${a}${b}-${c}/${d}\", n: \"${a}\", e: '$${a}', f: '${x:=y}'}\n";
    let off = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: off, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {t: \"${a}\"}\n";
    let more = [
        ("flux/one.yaml", &*one),
        ("flux/two.yaml", &*two),
        ("flux/three.yaml", secret),
        ("web/texts.yaml", texts),
        ("web/off.yaml", off),
    ];
    let spec = "  postBuild:\n    substituteFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}, {kind: Secret, name: three}, {kind: ConfigMap, name: four, optional: true}]\n    substitute: {c: own}\n";
    let codebase = by_flux(spec, &more);
    let build = in_folder(&codebase, "web");
    let data: Vec<Json> = objects(build).iter().map(|object| object["data"].clone()).collect();
    assert!(data.contains(&json!({"t": "${a}"})), "{data:?}");
    assert!(data.contains(&json!({"t": "12-own/${d}", "n": 1, "e": "${a}", "f": "y"})), "{data:?}");
    let texts = build.objects.iter().map(|object| object.root());
    let node = texts.filter_map(|root| root.at(&["data", "t"])).find(|node| node.text().starts_with("12"));
    let node = node.expect("it is built");
    let pieces = written(&codebase, node);
    assert_eq!(pieces.first(), Some(&("flux/one.yaml", "1")), "{pieces:?}");
    assert!(
        pieces.contains(&("flux/web.yaml", "own")) && pieces.contains(&("web/texts.yaml", "/${d}")),
        "{pieces:?}"
    );
    let change = node.place().and_then(|place| place.changes().last()).expect("it was changed");
    assert_eq!(codebase.source(change.by.file).path(), "flux/web.yaml");
}

#[test]
fn nothing_is_substituted_without_variables() {
    let texts = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: texts}\ndata: {t: '${x:=y} $${z}'}\n";
    let codebase = by_flux("  postBuild: {substitute: {}}\n", &[("web/texts.yaml", texts)]);
    assert_eq!(web(&codebase)["data"]["t"], "${x:=y} $${z}");
}

#[test]
fn of_config_maps_of_one_name_the_closest_counts() {
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: vars, namespace: flux-system}}\ndata: {{v: {value}}}\n"
        )
    };
    let spec = "  path: web\n  postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}\n";
    let (kustomization, a, b) = (flux("web", spec), map("a"), map("b"));
    let codebase = codebase(&[
        ("clusters/a/web.yaml", &kustomization),
        ("clusters/b/web.yaml", &kustomization),
        ("clusters/a/vars/vars.yaml", &a),
        ("clusters/b/vars/vars.yaml", &b),
        ("flux/source.yaml", REPOSITORY),
        ("web/kustomization.yaml", "resources: [web.yaml]\n"),
        ("web/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {v: \"${v}\"}\n"),
    ]);
    let builds = codebase.builds().list().iter().filter(|build| build.folder == "web");
    let values: Vec<_> =
        builds.map(|build| (build.title(), objects(build)[0]["data"]["v"].clone())).collect();
    let title = |cluster: &str| format!("web (Kustomization flux-system/web in clusters/{cluster}/web.yaml)");
    assert_eq!(values, [(&*title("a"), json!("a")), (&*title("b"), json!("b"))]);
}

#[test]
fn a_folder_without_kustomization_is_taken_in_as_it_is() {
    let more = [
        ("web/a.yaml", WEB),
        ("web/deep/b.yml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"),
        ("web/notes.yaml", "just: data\n"),
        ("web/part/kustomization.yaml", "resources: [c.yaml]\nnamePrefix: p-\n"),
        ("web/part/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"),
        ("web/part/unlisted.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n"),
    ];
    let codebase = by_flux("  nameSuffix: -s\n", &more);
    let names: Vec<_> =
        objects(in_folder(&codebase, "web")).iter().map(|o| o["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["b-s", "p-c-s", "web-s"]);
    assert_eq!(builds(&codebase), [("web", vec!["Kustomization flux-system/web".to_owned()])]);
}

#[test]
fn deployers_are_taken_as_they_are_built() {
    let child = flux("web", "  path: ./${where}\n");
    let parent =
        flux("all", "  path: ./children\n  postBuild: {substitute: {where: web}}\n  nameSuffix: -x\n");
    let itself = flux("flux-system", "  path: ./flux\n");
    let codebase = codebase(&[
        ("children/web.yaml", &child),
        ("flux/source.yaml", REPOSITORY),
        ("flux/all.yaml", &parent),
        ("flux/itself.yaml", &itself),
        ("web/kustomization.yaml", LIST),
        ("web/web.yaml", WEB),
    ]);
    let by = |name: &str| vec![format!("Kustomization flux-system/{name}")];
    assert_eq!(
        builds(&codebase),
        [("children", by("all")), ("flux", by("flux-system")), ("web", by("web-x"))]
    );
}

#[test]
fn another_repository_is_not_this_one() {
    let other = application("    path: web\n").replace("me/cluster", "me/other");
    let this = application("    path: api\n");
    let codebase = codebase(&[
        ("argo/a.yaml", &other),
        ("argo/b.yaml", &this),
        ("argo/c.yaml", &this.replace("name: web", "name: c").replace("path: api", "path: api/x")),
        ("api/x/kustomization.yaml", "resources: [../web.yaml]\n"),
        ("api/web.yaml", WEB),
        ("web/kustomization.yaml", LIST),
        ("web/web.yaml", WEB),
    ]);
    assert_eq!(in_folder(&codebase, "web").deployment.by, []);
    assert!(!in_folder(&codebase, "api/x").deployment.by.is_empty());
}

#[test]
fn argo_edits_the_kustomization() {
    let source = "    kustomize:\n      namePrefix: a-\n      nameSuffix: -b\n      namespace: shop\n      images: ['example/web=mirror.example.com:5000/web:2.0.0']\n      replicas: [{name: web, count: 3}]\n      commonLabels: {app: web}\n      labelWithoutSelector: true\n      commonAnnotations: {owner: red}\n      patches: [{target: {kind: Deployment}, patch: '- {op: add, path: /spec/paused, value: true}'}]\n";
    let codebase = by_argo(source);
    assert_eq!(in_folder(&codebase, "web").gaps, []);
    let web = web(&codebase);
    assert_eq!(
        (&web["metadata"]["name"], &web["metadata"]["namespace"]),
        (&json!("a-web-b"), &json!("shop"))
    );
    assert_eq!(web["metadata"]["labels"], json!({"app": "web"}));
    let spec = &web["spec"];
    assert_eq!(
        (&spec["replicas"], &spec["paused"], &spec["selector"]),
        (&json!(3), &json!(true), &Json::Null)
    );
    let image = &spec["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "mirror.example.com:5000/web:2.0.0");
}

#[test]
fn argo_labels_selectors_unless_it_is_told_not_to() {
    let web = web(&by_argo("    kustomize: {commonLabels: {app: web}}\n"));
    assert_eq!(web["spec"]["selector"]["matchLabels"], json!({"app": "web"}));
}

#[test]
fn values_of_an_application_stand_in_its_file() {
    let codebase = by_argo("    kustomize: {images: ['example/web:2.0.0']}\n");
    let build = in_folder(&codebase, "web");
    let root = build.objects[0].root();
    let containers = root.at(&["spec", "template", "spec", "containers"]).expect("it has some");
    let image = containers.items().next().and_then(|container| container.get("image")).expect("it has one");
    let pieces = written(&codebase, image);
    assert!(pieces.contains(&("argo/web.yaml", "2.0.0")), "{pieces:?}");
    assert_eq!(build.deployment.environment.as_deref(), Some("prod-eu"));
}

#[test]
fn argo_takes_plain_folders_file_by_file() {
    let files = |source: &str| {
        let application = application(&format!("    path: plain\n{source}"));
        let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
        let (a, b, c) = (map("a"), map("b"), map("c"));
        let codebase = codebase(&[
            ("argo/web.yaml", &application),
            ("plain/a.yaml", &a),
            ("plain/b.yaml", &b),
            ("plain/deep/c.yaml", &c),
        ]);
        let names = objects(in_folder(&codebase, "plain"));
        names
            .iter()
            .map(|object| object["metadata"]["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let of = |source: &str| -> Vec<String> { files(source) };
    assert_eq!(of(""), ["a", "b"]);
    assert_eq!(of("    directory: {recurse: true}\n"), ["a", "b", "c"]);
    assert_eq!(of("    directory: {recurse: true, exclude: '{a,b}.yaml'}\n"), ["c"]);
    assert_eq!(of("    directory: {include: 'b*'}\n"), ["b"]);
}

#[test]
fn a_chart_is_no_build() {
    let application = application("    path: chart\n");
    let codebase = codebase(&[
        ("argo/web.yaml", &application),
        ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
        ("chart/crd.yaml", WEB),
    ]);
    assert_eq!(builds(&codebase), []);
}

/// The folders that a set with these generators deploys, and whether it certainly does.
fn of_set(generators: &str, path: &str) -> Vec<(String, bool)> {
    let head =
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\n";
    let template = format!(
        "  template: {{metadata: {{name: a}}, spec: {{source: {{repoURL: '{URL}', path: '{path}'}}}}}}\n"
    );
    let set = format!("{head}spec:\n  generators:\n{generators}{template}");
    let anchor = application("    path: apps\n").replace("name: web", "name: anchor");
    let folders = ["apps/a/prod", "apps/a/dev", "apps/b/prod"];
    let kustomizations: Vec<_> = folders.iter().map(|f| (format!("{f}/kustomization.yaml"), LIST)).collect();
    let webs: Vec<_> = folders.iter().map(|f| (format!("{f}/web.yaml"), WEB)).collect();
    let mut files = vec![
        ("argo/set.yaml", &*set),
        ("argo/anchor.yaml", &*anchor),
        ("config/one.yaml", "app: {name: a}\nstage: dev\n"),
        ("config/two.yaml", "app: {name: b}\nstage: prod\n"),
    ];
    files.extend(kustomizations.iter().chain(&webs).map(|(path, text)| (&**path, *text)));
    let codebase = codebase(&files);
    let builds = codebase.builds().list().iter();
    let deployed =
        builds.filter_map(|build| Some((build.folder.clone(), build.deployment.by.first()?.is_certain)));
    deployed.collect()
}

#[test]
fn generators_are_evaluated() {
    let sure = |folders: &[&str]| folders.iter().map(|f| (String::from(*f), true)).collect::<Vec<_>>();
    let maybe = |folders: &[&str]| folders.iter().map(|f| (String::from(*f), false)).collect::<Vec<_>>();
    let list = "  - list: {elements: [{app: a, stage: prod}, {app: a, stage: dev}]}\n";
    assert_eq!(of_set(list, "apps/{{app}}/{{ .stage }}"), sure(&["apps/a/dev", "apps/a/prod"]));
    let git = format!(
        "  - git: {{repoURL: '{URL}', directories: [{{path: apps/*/*}}, {{path: apps/a/dev, exclude: true}}]}}\n"
    );
    assert_eq!(of_set(&git, "{{path}}"), sure(&["apps/a/prod", "apps/b/prod"]));
    let files = format!("  - git: {{repoURL: '{URL}', files: [{{path: config/*.yaml}}]}}\n");
    assert_eq!(of_set(&files, "apps/{{app.name}}/{{stage}}"), sure(&["apps/a/dev", "apps/b/prod"]));
    let matrix = format!(
        "  - matrix: {{generators: [{{git: {{repoURL: '{URL}', directories: [{{path: apps/*}}]}}}}, {{list: {{elements: [{{stage: prod}}]}}}}]}}\n"
    );
    assert_eq!(of_set(&matrix, "{{path}}/{{stage}}"), sure(&["apps/a/prod", "apps/b/prod"]));
    assert_eq!(
        of_set("  - clusters: {}\n", "apps/a/{{metadata.labels.env}}"),
        maybe(&["apps/a/dev", "apps/a/prod"])
    );
    assert_eq!(
        of_set("  - clusters: {values: {env: dev}}\n", "apps/a/{{values.env}}"),
        maybe(&["apps/a/dev"])
    );
    let merge = "  - merge: {mergeKeys: [name], generators: [{clusters: {values: {env: prod}}}, {list: {elements: [{name: x, values.env: dev}]}}]}\n";
    assert_eq!(of_set(merge, "apps/a/{{values.env}}"), maybe(&["apps/a/dev", "apps/a/prod"]));
    let known = "  - merge: {mergeKeys: [app], generators: [{list: {elements: [{app: a, stage: prod}]}}, {list: {elements: [{app: a, stage: dev}]}}]}\n";
    assert_eq!(of_set(known, "apps/{{app}}/{{stage}}"), sure(&["apps/a/dev"]));
    assert_eq!(of_set("  - clusters: {}\n", "{{path}}"), []);
}
