//! Codebases that were made to be slow: whatever grows four times as large takes about four times as long.
//!
//! `K8FACTOR_HOSTILE` names one of them; with `--nocapture` each tells how long it took.
#![allow(clippy::print_stdout, reason = "the figures are for whoever runs it with --nocapture")]

#[path = "common/promises.rs"]
mod promises;

use std::time::{Duration, Instant};

/// What is quadratic takes sixteen times as long when it is four times as large.
const MOST: f64 = 9.0;
/// What is faster than this is noise.
const NOISE: Duration = Duration::from_millis(150);
/// A slow and busy machine needs a few seconds.
const LONGEST: Duration = Duration::from_secs(30);

/// A name, a size that takes a moment, and the files of that size.
type Case = (&'static str, usize, fn(usize) -> Vec<(String, String)>);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("one line of a dashboard", 20_000, |n| one("a.json", format!("{{\"panels\":[{}]}}", list(n, ",", |i| format!("{{\"expr\":\"up{{cluster=\\\"prod-{i}\\\"}}\"}}"))))),
    ("one query without a brace", 20_000, |n| one("a.yaml", rule_of(&"cluster=\"a\" ".repeat(n)))),
    ("one query with braces", 20_000, |n| one("a.yaml", rule_of(&"up{cluster=\"a\"} or ".repeat(n)))),
    ("one query of Datadog", 20_000, |n| one("a.json", format!("{{\"query\":\"{}\",\"message\":\"m\"}}", "avg:x kube_cluster_name:a ".repeat(n)))),
    ("routes", 10_000, |n| one("a.yaml", format!("receivers: []\nroute:\n  routes:\n{}", "  - match:\n      cluster: prod\n".repeat(n)))),
    ("one route", 10_000, |n| one("a.yaml", format!("receivers: []\nroute:\n  match:\n{}", list(n, "", |i| format!("    a{i}: b\n    cluster: prod\n"))))),
    ("one line with names", 100_000, |n| with_clusters(10, "a.json", format!("[\"{}\"]", "x prod-20261103 ".repeat(n)))),
    ("one word with names", 100_000, |n| with_clusters(10, "a.json", format!("[\"{}\"]", "prod-20261103/".repeat(n)))),
    ("one name of a megabyte", 400_000, |n| with_clusters(1, "a.yaml", format!("apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata: {{name: {0}b}}\n---\na: {0}c\n", "a-".repeat(n)))),
    ("clusters and files", 2_000, |n| with_clusters(n, "x.yaml", String::new()).into_iter().chain((0..n).map(|i| (format!("prod-20261103-{i}/a.yaml"), format!("a: prod-20261103-{i}\n")))).collect()),
    ("clusters without folders", 2_000, |n| with_clusters(n, "a.yaml", list(n, "", |i| format!("a{i}: prod-20261103-{i}\n")))),
    ("clusters and deliveries", 1_000, |n| with_clusters(n, "a.yaml", list(n, "", |i| format!("---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a{i}}}\nspec: {{destination: {{name: prod-20261103-{i}}}, source: {{repoURL: 'https://x.y/z{i}', path: p{i}}}}}\n")))),
    ("clusters of Terraform", 4_000, |n| one("a.tf", list(n, "", |i| format!("resource \"aws_eks_cluster\" \"c{i}\" {{\n  name = \"prod-{i}\"\n}}\n")))),
    ("keys of an object of Terraform", 20_000, |n| one("a.tf", format!("a = {{\n{}}}\n", list(n, "", |i| format!("  k{i} = 1\n"))))),
    ("equal keys of Terraform", 20_000, |n| one("a.tf", format!("a = [{}]\nb = {{\n{}}}\n", "1,".repeat(n), "k = 1\n".repeat(n)))),
    ("objects of Terraform", 20, |n| one("a.tf", list(n, "", |i| format!("a{i} = {{\n{}}}\n", list(1_500, "", |i| format!("  k{i} = 1\n")))))),
    ("attributes of Terraform", 40_000, |n| one("a.tf", format!("locals {{\n{}}}\n", list(n, "", |i| format!("  cluster_name{i} = 1\n"))))),
    ("blocks of Terraform", 10_000, |n| one("a.tf", list(n, "", |i| format!("resource \"t{i}\" \"n\" {{\n}}\n")))),
    ("equal blocks of Terraform", 20_000, |n| one("a.tf", "module \"eks\" {\n  cluster_name = \"prod-1\"\n}\n".repeat(n))),
    ("labels of Terraform", 50_000, |n| one("a.tf", format!("resource {} {{\n}}\n", "b ".repeat(n)))),
    ("nested Terraform", 200_000, |n| one("a.tf", format!("a = {}1{}\n", "[".repeat(n), "]".repeat(n)))),
    ("nested templates of Terraform", 100_000, |n| one("a.tf", format!("a = {}", "\"${".repeat(n)))),
    ("open comments of Terraform", 100_000, |n| one("a.tf", "/*".repeat(n))),
    ("here-documents of Terraform", 20_000, |n| one("a.tf", list(n, "", |i| format!("a{i} = <<X\n${{b}}\nX\n")))),
    ("here-document that never ends", 100_000, |n| one("a.tf", format!("a = <<X\n{}", "\n   ".repeat(n)))),
    ("filled-in text of Terraform", 100_000, |n| one("a.tf", format!("a = \"{}\"\n", "${b}".repeat(n)))),
    ("modules of Terraform", 10_000, |n| one("a.tf", list(n, "", |i| format!("module \"eks{i}\" {{\n  source = \"terraform-aws-modules/eks/aws\"\n}}\n")))),
    ("environments", 2_500, |n| (0..n).flat_map(|i| environment(&format!("overlays/prod-{i}"))).collect()),
    ("stages", 1_000, |n| (0..n).flat_map(|i| [environment(&format!("app{i}/prod")), environment(&format!("app{i}/dev"))].concat()).collect()),
    ("documents", 20_000, |n| one("velero.yaml", format!("schedules: a\n{}", "---\na: velero\n".repeat(n)))),
    ("documents with conditions", 30_000, |n| one("a.yaml", "---\nexpr: a\nreceivers: b\n".repeat(n))),
    ("broken documents", 20_000, |n| one("a.yaml", "---\na: [\n---\nb: 'x\n".repeat(n))),
    ("documents with a problem", 5_000, |n| one("a.yaml", format!("{}{}", "---\na: b\na: c\n".repeat(n), workloads("CronJob", 10)))),
    ("jobs", 4_000, |n| one("a.yaml", workloads("CronJob", n))),
    ("jobs in files", 2_000, |n| (0..n).map(|i| (format!("jobs/{i}.yaml"), workload("CronJob", i))).collect()),
    ("stateful sets", 3_000, |n| one("a.yaml", workloads("StatefulSet", n))),
    ("references and charts", 2_000, |n| one("a.yaml", workloads("Deployment", n) + &list(n, "", |i| format!("---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r{i}, namespace: m{i}}}\n")))),
    ("references and resources", 2_000, |n| one("a.yaml", workloads("Deployment", n) + &list(n, "", |i| format!("---\napiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: thing{i}}}\n")))),
    ("references and remotes", 2_000, |n| [one("k/kustomization.yaml", format!("resources:\n{}", list(n, "", |i| format!("- https://github.com/a/b{i}?ref=v1\n")))), one("a.yaml", workloads("Deployment", n))].concat()),
    ("services", 4_000, |n| one("a.yaml", list(n, "", |i| format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{i}}}\nspec: {{selector: {{app: a{i}}}}}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i{i}}}\nspec: {{defaultBackend: {{service: {{name: t{i}}}}}}}\n")))),
    ("namespaces and schedules", 2_000, |n| one("a.yaml", list(n, "", |i| format!("---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: a{i}}}\nspec: {{schedule: '@daily', template: {{includedNamespaces: [n{i}]}}}}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: p, namespace: n{i}}}\n")))),
    ("secrets", 4_000, |n| one("a.yaml", list(n, "", |i| format!("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: x{i}}}\ndata: {{password: cThadDJMbVgwdlI1eU43Y0o0Yldr}}\n")))),
    ("settings", 40_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n{}", list(n, "", |i| format!("  k{i}: \"cluster: prod-{i} password=cThadDJMbVgwdlI1eU43Y0o0Yldr{i}\"\n"))))),
    ("names in values of charts", 5_000, |n| one("a.yaml", list(n, "", |i| format!("- service.beta.kubernetes.io/aws-load-balancer-name: a{i}\n  externalLabels: {{cluster: a{i}}}\n  backupStorageLocation: {{bucket: a{i}, provider: aws}}\n  txtOwnerId: a{i}\n")))),
    ("names in a built release", 5_000, |n| [one("kustomization.yaml", "resources: [a.yaml]\nnamespace: x\n".to_owned()), one("a.yaml", format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a}}\nspec:\n  values:\n{}", list(n, "", |i| format!("  - service.beta.kubernetes.io/aws-load-balancer-name: a{i}\n    externalLabels: {{cluster: a{i}}}\n    backupStorageLocation: {{bucket: a{i}, provider: aws}}\n    txtOwnerId: a{i}\n"))))].concat()),
    ("owners of records", 1_000, |n| ["prod", "stage"].iter().flat_map(|stage| one(&format!("clusters/{stage}/a.yaml"), list(n, "", |i| format!("---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a{i}}}\nspec: {{values: {{txtOwnerId: main}}}}\n")))).collect()),
    ("keys of one secret", 10_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData:\n{}", list(n, "", |i| format!("  password{i}: cThadDJMbVgwdlI1eU43Y0o0Yldr{i}\n"))))),
    ("keys of one config map", 10_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n{}", list(n, "", |i| format!("  password{i}: cThadDJMbVgwdlI1eU43Y0o0Yldr{i}\n"))))),
    ("containers of one pod", 10_000, |n| one("a.yaml", pod(&list(n, "", |i| format!("  - {{name: a{i}, image: 'b{i}:latest'}}\n"))))),
    ("variables of one container", 10_000, |n| one("a.yaml", pod(&format!("  - name: a\n    image: b:latest\n    env:\n{}", list(n, "", |i| format!("    - {{name: PASSWORD_{i}, value: cThadDJMbVgwdlI1eU43Y0o0Yldr{i}}}\n")))))),
    ("arguments of one container", 10_000, |n| one("a.yaml", pod(&format!("  - name: a\n    image: b:latest\n    args:\n{}", list(n, "", |i| format!("    - --password=cThadDJMbVgwdlI1eU43Y0o0Yldr{i}\n")))))),
    ("items of one list", 10_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: List\nitems:\n{}", list(n, "", |i| format!("- {{apiVersion: v1, kind: Pod, metadata: {{name: x{i}}}, spec: {{containers: [{{name: a, image: 'b{i}:latest', env: [{{name: PASSWORD, value: cThadDJMbVgwdlI1eU43Y0o0Yldr{i}}}]}}]}}}}\n"))))),
    ("secrets and settings", 5_000, |n| one("a.yaml", list(n, "", |i| format!("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: x{i}}}\nstringData: {{password: cThadDJMbVgwdlI1eU43Y0o0Yldr{i}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x{i}}}\ndata: {{password: dThadDJMbVgwdlI1eU43Y0o0Yldr{i}}}\n")))),
    ("clusters without versions and patches", 5_000, |n| [one("kustomization.yaml", "resources: [a.yaml]\npatches: [{path: b.yaml}]\n".to_owned()), one("a.yaml", list(n, "", |i| kops(i, "cloudProvider: aws"))), one("b.yaml", list(n, "", |i| kops(i + 1_000_000, "kubernetesVersion: 1.36.4")))].concat()),
    ("clusters without versions and overlays", 1_000, |n| (0..n).map(|i| (format!("k{i}/kustomization.yaml"), "resources: [../base]\n".to_owned())).chain([("base/kustomization.yaml".to_owned(), "resources: [a.yaml]\n".to_owned()), ("base/a.yaml".to_owned(), list(n, "", |i| kops(i, "cloudProvider: aws")))]).collect()),
    ("a chain of kustomizations", 600, |n| (0..n).map(|i| (format!("k{i}/kustomization.yaml"), format!("resources: [../k{}]\n", i + 1))).collect()),
    ("a star of kustomizations", 3_000, |n| (0..n).map(|i| (format!("k{i}/kustomization.yaml"), "resources: [../base]\n".to_owned())).chain([("base/kustomization.yaml".to_owned(), "resources: [a.yaml]\n".to_owned()), ("base/a.yaml".to_owned(), workload("Deployment", 0))]).collect()),
    ("one kustomization of resources", 5_000, |n| one("kustomization.yaml", format!("resources:\n{}", list(n, "", |i| format!("- https://github.com/a/b{i}?ref=main\n- r{i}.yaml\n"))))),
    ("one kustomization of images", 1_000, |n| [one("kustomization.yaml", format!("resources: [a.yaml]\nimages:\n{}", list(n, "", |i| format!("- name: i{i}.*\n  newTag: v{i}\n")))), one("a.yaml", workloads("Deployment", n))].concat()),
    ("one kustomization of patches", 1_000, |n| [one("kustomization.yaml", format!("resources: [a.yaml]\npatches:\n{}", list(n, "", |i| format!("- patch: '[{{op: replace, path: /image, value: a{i}}}]'\n  target: {{name: x{i}}}\n")))), one("a.yaml", workloads("Deployment", n))].concat()),
    ("aliases", 20_000, |n| one("a.yaml", list(n, "", |i| format!("a{i}: &a{i} x\n")) + &list(n, "", |i| format!("b{i}: *a{i}\n")))),
    ("merges", 6_000, |n| one("a.yaml", format!("x: &x {{{}}}\n", list(50, ", ", |i| format!("k{i}: v"))) + &list(n, "", |i| format!("y{i}: {{<<: *x, a: b}}\n")))),
    ("nested blocks", 10_000, |n| one("a.yaml", list(n, "", |i| format!("{}a{i}:\n", " ".repeat(i.min(200)))))),
    ("nested brackets", 1_000_000, |n| one("a.json", "[".repeat(n) + &"]".repeat(n))),
    ("equal keys", 50_000, |n| one("a.yaml", "a: b\n".repeat(n))),
    ("embedded texts", 20_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n{}", list(n, "", |i| format!("  a{i}.yaml: |\n    expr: b\n"))))),
    ("open braces", 400_000, |n| one("a.yaml", format!("a: \"{}\"\n", "{{ b ".repeat(n)))),
    ("templates", 50_000, |n| one("chart/templates/a.yaml", "{{- if x }}\na: b\n".repeat(n) + &"{{ end }}\n".repeat(n))),
    ("one line of a template", 100_000, |n| one("chart/templates/a.yaml", format!("{{{{ x }}}}\n{}", "expr: up{cluster=\"a\"} ".repeat(n)))),
    ("open braces in a shell", 100_000, |n| one("a.sh", script(&"a {{ ".repeat(n)))),
    ("open tests in a shell", 200_000, |n| one("a.sh", script(&format!("[[ {}", "a ".repeat(n))))),
    ("groups that end", 30_000, |n| one("a.sh", script(&("(a;".repeat(n) + &") >x;".repeat(n))))),
    ("groups that never end", 200_000, |n| one("a.sh", script(&("{ ".repeat(n) + &"done\n".repeat(n))))),
    ("substitutions", 200_000, |n| one("a.sh", script(&"\"$(a '".repeat(n)))),
    ("here-documents", 100_000, |n| one("a.sh", script(&"cat <<A <<B\n".repeat(n)))),
    ("one pipeline", 20_000, |n| one("a.sh", script(&format!("kubectl get x -o yaml {} > y.yaml\n", "| sed -e a ".repeat(n))))),
    ("one command", 20_000, |n| one("a.sh", script(&format!("kubectl {}", "sudo get -o yaml --password x ".repeat(n))))),
    ("one long assignment", 500_000, |n| one("a.sh", script(&"A=".repeat(n)))),
    ("one line of make", 10_000, |n| one("Makefile", format!("a:\n\t{}", "kubectl get x -o yaml > y.yaml; ".repeat(n)))),
    ("recipes", 5_000, |n| one("Makefile", "a:\n\tkubectl get x -o yaml > y.yaml\n".repeat(n))),
    ("open quotes of Jenkins", 50_000, |n| one("Jenkinsfile", "sh '''a\nsh \"b\"\n".repeat(n))),
    ("steps", 5_000, |n| one(".github/workflows/a.yaml", format!("jobs:\n  a:\n    steps:\n{}", "    - run: kubectl get x -o yaml > y.yaml && git commit -am x\n".repeat(n)))),
    ("variables", 10_000, |n| one("a.env", list(n, "", |i| format!("PASSWORD_{i}=cThadDJMbVgwdlI1eU43Y0o0Yldr\n")))),
    ("installers", 5_000, |n| one("a.sh", script(&"curl https://get.k3s.io | sh -\n".repeat(n)))),
    ("tokens", 3_000, |n| one("a.sh", script(&list(n, "", |i| format!("export TOKEN=ghp_k8factorMadeThisTokenUpForItsPa{i:04}\n"))))),
    ("waivers", 10_000, |n| one("a.yaml", pod(&list(n, "", |i| format!("  # k8factor: allow(image-without-version) x\n  - {{name: a{i}, image: 'b{i}:latest'}}\n"))))),
    ("waivers of one line", 10_000, |n| one("a.yaml", "# k8factor: allow(image-without-version) x\n".repeat(n) + &pod(&list(n, "", |i| format!("  - {{name: a{i}, image: 'b{i}:latest'}}\n"))))),
    ("waivers of blocks that never end", 10_000, |n| one("a.tf", "# k8factor: allow(image-without-version) x\nresource {\n".repeat(n))),
    ("waivers of statements that never end", 10_000, |n| one("a.sh", script(&"# k8factor: allow(image-without-version) x\ndocker run \\\n".repeat(n)))),
    ("waivers of nothing", 20_000, |n| one("a.sh", script(&list(n, "", |i| format!("# k8factor: allow(none-{i})\n# k8factor: alow(x) y until {i}\n"))))),
    ("one waiver", 200_000, |n| one("a.yaml", format!("# k8factor: allow({}) {} until 2026-01-01\na: b\n", "image-without-version, ".repeat(n), "until ".repeat(n)))),
    ("lines of an annotation", 10_000, |n| one("a.yaml", format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n    k8factor/allow: |\n{}spec:\n  containers:\n{}", "      image-without-version x\n".repeat(n), list(n, "", |i| format!("  - {{name: a{i}, image: 'b{i}:latest'}}\n"))))),
    ("comments", 10_000, |n| with_clusters(10, "a.yaml", "# prod-20261103-1\na: prod-20261103-1\n".repeat(n))),
];

#[test]
fn four_times_as_much_takes_four_times_as_long() {
    let only = std::env::var("K8FACTOR_HOSTILE").unwrap_or_default();
    let mut slow = Vec::new();
    for (name, size, files) in CASES.iter().filter(|(name, ..)| name.contains(&only)) {
        // A busy machine is slow at one moment and fast at the next.
        let measure = || (time(&files(size / 2)), time(&files(2 * size)));
        let mut figures = measure();
        for _ in 0..3 {
            if !is_slow(figures) {
                break;
            }
            let again = measure();
            figures = (figures.0.min(again.0), figures.1.min(again.1));
        }
        println!(
            "{name}: {:?} {:?} {:.1}",
            figures.0,
            figures.1,
            figures.1.as_secs_f64() / figures.0.as_secs_f64()
        );
        if is_slow(figures) {
            slow.push(format!("{name}: {figures:?}"));
        }
    }
    assert_eq!(slow, [""; 0], "these take more than they ought to");
}

fn is_slow((one, two): (Duration, Duration)) -> bool {
    two > LONGEST || two > NOISE && two.as_secs_f64() > MOST * one.as_secs_f64()
}

/// How long the whole program takes, its report included.
fn time(files: &[(String, String)]) -> Duration {
    let texts: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let start = Instant::now();
    let report = promises::check(&texts);
    promises::json(&report);
    promises::human(&report, 100, false);
    start.elapsed()
}

fn one(path: &str, text: String) -> Vec<(String, String)> {
    vec![(path.to_owned(), text)]
}

fn list(count: usize, between: &str, item: fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(between)
}

fn with_clusters(count: usize, path: &str, text: String) -> Vec<(String, String)> {
    let cluster = |i| {
        format!(
            "---\napiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata: {{name: prod-20261103-{i}}}\nspec: {{topology: {{version: v1.30.0}}}}\n"
        )
    };
    vec![("clusters.yaml".to_owned(), list(count, "", cluster)), (path.to_owned(), text)]
}

fn environment(folder: &str) -> Vec<(String, String)> {
    let text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{a: {folder}}}\n");
    vec![
        (format!("{folder}/kustomization.yaml"), "resources: [a.yaml]\n".to_owned()),
        (format!("{folder}/a.yaml"), text),
    ]
}

/// A script that every check reads.
fn script(text: &str) -> String {
    format!("kubectl get x -o yaml > y.yaml; velero backup create x\n{text}")
}

fn pod(containers: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n{containers}")
}

fn kops(i: usize, spec: &str) -> String {
    format!(
        "---\napiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {{name: prod-20261103-{i}.example.com}}\nspec: {{{spec}}}\n"
    )
}

fn rule_of(query: &str) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  groups:\n  - rules:\n    - expr: '{query}'\n"
    )
}

fn workloads(kind: &'static str, count: usize) -> String {
    (0..count).map(|i| workload(kind, i)).collect()
}

fn workload(kind: &str, i: usize) -> String {
    let pod = format!(
        "{{metadata: {{labels: {{app: a{i}}}}}, spec: {{serviceAccountName: s{i}, containers: [{{name: x{i}, image: 'i{i}:1.2.3', envFrom: [{{configMapRef: {{name: c{i}}}}}]}}]}}}}"
    );
    let (group, spec) = match kind {
        "CronJob" => ("batch", format!("{{jobTemplate: {{spec: {{template: {pod}}}}}}}")),
        _ => ("apps", format!("{{template: {pod}, volumeClaimTemplates: [{{metadata: {{name: d}}}}]}}")),
    };
    format!(
        "---\napiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: x{i}, namespace: n{i}}}\nspec: {spec}\n"
    )
}
