//! What each tool writes is known for what it is, and read in the right places; what only looks like it is not.
#![allow(clippy::print_stderr, reason = "figures are for people to read")]

mod common;

use common::rules::files_below;
use common::shared;
use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::discover::{self, Discovery};
use k8factor::documents;
use k8factor::model::cluster::{Format, Spec};
use k8factor::model::object::TypeMeta;
use k8factor::problem::SkipReason;
use k8factor::source::FileKind;
use k8factor::yaml::Node;
use std::collections::BTreeMap;
use std::path::Path;

/// File below `fixtures/formats`, and what is read there: tool, name, version, addresses of the API server. `-` is not
/// written, `?` is filled in later, and `!` is not written although the tool then chooses.
#[rustfmt::skip]
const READ: &[(&str, &[&str])] = &[
    ("ack/minimal.yaml", &["AWS Controllers for Kubernetes | tokyo-2 | ! | -"]),
    ("ack/realistic.yaml", &["AWS Controllers for Kubernetes | osaka-20261101 | 1.36 | -"]),
    ("aks/minimal.tf", &["AKS | tokyo-2 | ! | -"]),
    ("aks/realistic.tf", &["AKS | osaka-20261101 | 1.36.1 | -", "AKS | nagoya-20261101 | - | -", "AKS | sapporo-20261101 | 1.36 | -"]),
    ("cke/minimal.yml", &["CKE | tokyo-2 | - | -"]),
    ("cke/realistic.yml", &["CKE | osaka | - | -"]),
    ("cluster-api/minimal.yaml", &["Cluster API | tokyo-2 | - | -"]),
    ("cluster-api/realistic.yaml", &[
        "Cluster API | osaka-20261101 | v1.36.4 | api.osaka-20261101.example.com",
        "Cluster API | - | v1.36.4 | -",
        "Cluster API | - | v1.36.4 | -",
    ]),
    ("cluster-api/template.yaml", &["Cluster API | ?${CLUSTER_NAME} | ?${KUBERNETES_VERSION} | -"]),
    ("config-connector/minimal.yaml", &["Config Connector | tokyo-2 | ! | -"]),
    ("config-connector/realistic.yaml", &["Config Connector | osaka-20261101 | 1.36.2-gke.1500000 | -"]),
    ("crossplane/minimal.yaml", &["Crossplane | tokyo-2 | ! | -"]),
    ("crossplane/realistic.yaml", &[
        "Crossplane | osaka-20261101 | 1.36 | -",
        "Crossplane | nagoya-20261101 | 1.36.2-gke.1500000 | -",
        "Crossplane | sapporo-20261101 | 1.36.1 | -",
    ]),
    ("eks-anywhere/minimal.yaml", &["EKS Anywhere | tokyo-2 | 1.34 | -"]),
    ("eks-anywhere/realistic.yaml", &["EKS Anywhere | osaka-20261101 | 1.34 | 10.3.0.10"]),
    ("eks/minimal.tf", &["EKS | tokyo-2 | ! | -"]),
    ("eks/minimal.tf.json", &["EKS | tokyo-3 | 1.36 | -", "EKS | ?${var.name} | ?${var.version} | -"]),
    ("eks/module.tf", &["EKS | tokyo-1 | 1.33 | -", "EKS | tokyo-2 | 1.36 | -", "EKS | tokyo-3 | ! | -"]),
    ("eks/realistic.tf", &["EKS | ?local.name | ?var.kubernetes_version | -", "EKS | osaka-20261201 | 1.36 | -"]),
    ("eks/terragrunt.hcl", &["EKS | tokyo-4 | 1.36 | -"]),
    ("eksctl/minimal.json", &["eksctl | tokyo-3 | 1.36 | -"]),
    ("eksctl/minimal.yaml", &["eksctl | tokyo-2 | ! | -"]),
    ("eksctl/old.yaml", &["eksctl | tokyo-0 | 1.12 | -"]),
    ("eksctl/realistic.yaml", &["eksctl | osaka-20261101 | 1.36 | -"]),
    ("gardener/minimal.yaml", &["Gardener | tokyo-2 | ! | -"]),
    ("gardener/realistic.yaml", &["Gardener | osaka-1101 | 1.36 | -"]),
    ("gke/minimal.tf", &["GKE | tokyo-2 | ! | -"]),
    ("gke/realistic.tf", &[
        "GKE | osaka-20261101 | 1.36.2-gke.1500000 | -",
        "GKE | nagoya-20261101 | - | -",
        "GKE | ?\"${var.environment}-20261101\" | 1.36 | -",
    ]),
    ("k3d/minimal.yaml", &["k3d | - | ! | -"]),
    ("k3d/realistic.yaml", &["k3d | web-development | rancher/k3s:v1.35.5-k3s1 | k3d.example.com"]),
    ("k3s/minimal/etc/rancher/k3s/config.yaml", &["k3s | - | - | -"]),
    ("k3s/realistic.yaml", &["k3s | - | - | api.osaka.example.com, api.osaka-20261101.example.com"]),
    ("kind/minimal.yaml", &["kind | - | ! | -"]),
    ("kind/realistic.yaml", &["kind | web-development | kindest/node:v1.36.1@sha256:0000000000000000000000000000000000000000000000000000000000000001 | -"]),
    ("kops/conditions.yaml", &[]),
    ("kops/jinja.yaml", &[]),
    ("kops/legacy.yaml", &["kops | tokyo-1.example.com | ! | -"]),
    ("kops/minimal.yaml", &["kops | tokyo-2.example.com | 1.36.4 | -"]),
    ("kops/realistic.yaml", &["kops | osaka-20261101.example.com | v1.36.4 | api.osaka-20261101.example.com, api.osaka.example.com"]),
    ("kops/template.yaml", &[]),
    ("kops/v1alpha3.yaml", &["kops | tokyo-3.example.com | 1.36.4 | api.tokyo.example.com, api.tokyo-3.internal.example.com"]),
    ("kube-aws/minimal.yaml", &["kube-aws | tokyo-0 | ! | -"]),
    ("kube-aws/realistic.yaml", &["kube-aws | osaka-2019 | v1.15.3 | api.osaka-2019.example.com"]),
    ("kubeadm/minimal.yaml", &["kubeadm | - | ! | -"]),
    ("kubeadm/realistic.yaml", &["kubeadm | osaka-20261101 | v1.36.4 | api.osaka.example.com:6443, api.osaka-20261101.example.com"]),
    ("none/databases.yaml", &[]),
    ("none/docker-compose.yaml", &[]),
    ("none/job.nomad.hcl", &[]),
    ("none/not-hcl.hcl", &[]),
    ("none/others.tf", &[]),
    ("none/policy.hcl", &[]),
    ("none/services.yaml", &[]),
    ("none/values.yaml", &[]),
    ("rancher/minimal.yaml", &["Rancher | tokyo-2 | ! | -"]),
    ("rancher/realistic.yaml", &["Rancher | osaka-20261101 | v1.35.6+rke2r1 | api.osaka.example.com:6443"]),
    ("rancher/terraform.tf", &["Rancher | tokyo-1 | - | -", "Rancher | tokyo-2 | v1.30.14-rancher1-1 | -", "Rancher | tokyo-3 | v1.35.6+rke2r1 | api.tokyo.example.com"]),
    ("rke/in-rancher.yaml", &["Rancher | tokyo-2 | v1.30.14-rancher1-1 | api.tokyo.example.com"]),
    ("rke/minimal.yml", &["RKE | - | ! | -"]),
    ("rke/realistic.yml", &["RKE | osaka-20261101 | v1.30.14-rancher1-1 | api.osaka.example.com, api.osaka-20261101.example.com"]),
    ("rke/terraform.tf", &["RKE | tokyo-2 | v1.30.14-rancher1-1 | api.tokyo.example.com", "RKE | tokyo-1 | ! | -"]),
    ("rke2/minimal/etc/rancher/rke2/config.yaml", &["RKE2 | - | - | https://api.tokyo-2.example.com:9345"]),
    ("rke2/realistic/roles/server/files/rancher/rke2/config.yaml.d/10-server.yaml", &["RKE2 | - | - | api.osaka-20261101.example.com"]),
    ("talhelper/minimal.yaml", &["talhelper | tokyo-2 | ! | https://api.tokyo-2.example.com:6443"]),
    ("talhelper/realistic.yaml", &["talhelper | osaka-20261101 | v1.36.4 | https://api.osaka-20261101.example.com:6443, api.osaka.example.com"]),
    ("talos/documents.yaml", &["Talos | tokyo-3 | - | https://api.tokyo-3.example.com:6443", "Talos | - | ghcr.io/siderolabs/kubelet:v1.37.0 | -"]),
    ("talos/minimal.yaml", &["Talos | tokyo-2 | - | https://api.tokyo-2.example.com:6443"]),
    ("talos/realistic.yaml", &["Talos | osaka-20261101 | ghcr.io/siderolabs/kubelet:v1.36.4 | https://api.osaka-20261101.example.com:6443, api.osaka.example.com"]),
];

#[test]
fn every_format_is_read_in_the_right_places() {
    let files = files_below("fixtures/formats");
    let paths: Vec<_> = files.iter().map(|(path, _)| below_formats(path)).collect();
    assert_eq!(paths, READ.iter().map(|(path, _)| *path).collect::<Vec<_>>(), "every file has its row");
    let mut wrong = Vec::new();
    for ((path, text), (_, expected)) in files.iter().zip(READ) {
        let codebase = codebase(below_formats(path), text);
        let read: Vec<_> = codebase.specs().map(in_words).collect();
        if read != *expected {
            wrong.push(format!("{path}: {read:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_others_and_templates_are_no_problems() {
    let skipped = [("kops/conditions.yaml", SkipReason::Template), ("kops/jinja.yaml", SkipReason::Template)];
    for (path, text) in files_below("fixtures/formats") {
        let path = below_formats(&path);
        let codebase = codebase(path, &text);
        assert!(codebase.problems().is_empty(), "{path}: {:?}", codebase.problems());
        let expected: Vec<_> =
            skipped.iter().filter(|(file, _)| *file == path).map(|(_, reason)| *reason).collect();
        assert_eq!(codebase.skipped().iter().map(|one| one.reason).collect::<Vec<_>>(), expected, "{path}");
    }
}

fn below_formats(path: &str) -> &str {
    path.trim_start_matches("fixtures/formats/")
}

fn codebase(path: &str, text: &str) -> Codebase {
    let discovery = Discovery::of_texts(&[(path, text)]);
    let documents = documents::parse_all(&discovery.sources);
    Codebase::new(&Config::for_folder(Path::new("/nowhere")), discovery, documents)
}

fn in_words(spec: Spec<'_>) -> String {
    let version = spec.format.version.as_ref();
    let written = version.and_then(|version| version.path.node(spec.root));
    let is_left_open = version.is_some_and(|version| version.absent(spec.root).is_some());
    let otherwise = if is_left_open { "!" } else { "-" };
    let version = written.map_or(otherwise.to_owned(), text);
    let name = spec.name().map_or("-".to_owned(), text);
    let endpoints: Vec<_> = spec.endpoints().map(text).collect();
    let endpoints = if endpoints.is_empty() { "-".to_owned() } else { endpoints.join(", ") };
    format!("{} | {name} | {version} | {endpoints}", spec.format.tool)
}

fn text(node: Node<'_>) -> String {
    match node.as_str() {
        Some(text) if text.contains("${") => format!("?{text}"),
        Some(text) => text.into_owned(),
        None => format!("?{}", node.raw()),
    }
}

/// Texts of Terraform and Terragrunt, and whether they tell the name of the cluster `osaka-7`.
const TOLD: [(&str, &str, bool); 12] = [
    ("a.tf", "resource \"aws_eks_cluster\" \"a\" {\n  name = \"osaka-7\"\n}\n", true),
    ("a.tf", "locals {\n  cluster_name = \"osaka-7\"\n}\n", true),
    ("a.tf", "variable \"eks_cluster_name\" {\n  type    = string\n  default = \"osaka-7\"\n}\n", true),
    ("a.tf", "module \"my-eks\" {\n  source       = \"./a\"\n  cluster_name = \"osaka-7\"\n}\n", true),
    ("a.tf.json", "{\"locals\": [{\"cluster_name\": \"osaka-7\"}]}\n", true),
    ("a.tfvars", "gke_cluster_name = \"osaka-7\"\n", true),
    ("a/terragrunt.hcl", "inputs = {\n  cluster = { cluster_name = \"osaka-7\" }\n}\n", true),
    ("a.tf", "module \"vpc\" {\n  source       = \"./a\"\n  cluster_name = \"osaka-7\"\n}\n", false),
    ("a.tf", "variable \"ecs_cluster_name\" {\n  default = \"osaka-7\"\n}\n", false),
    ("a.tf", "locals {\n  cluster_name = \"osaka-7${var.a}\"\n  # cluster_name = \"osaka-7\"\n}\n", false),
    ("a.tf", "data \"aws_eks_cluster\" \"a\" {\n  name = \"osaka-7\"\n}\n", true),
    ("a.hcl", "job \"a\" {\n  cluster_name = \"osaka-7\"\n}\n", false),
];

#[test]
fn terraform_tells_names_of_clusters() {
    for (path, text, is_told) in TOLD {
        let codebase = codebase(path, text);
        let found = codebase.identities().iter().flat_map(|identity| &identity.evidence);
        let found: Vec<_> =
            found.map(|evidence| codebase.source(evidence.span.file).slice(evidence.span)).collect();
        let expected = if is_told { vec!["osaka-7"] } else { Vec::new() };
        assert_eq!(found, expected, "{path}: {text}");
    }
}

/// Only what Terraform and Terragrunt read themselves has to make sense as HCL.
#[test]
fn broken_terraform_is_a_problem_and_a_template_is_none() {
    let cases = [
        ("a.tf", "a {\n", 1, 0),
        ("a.tfvars", "a = = 1\n", 1, 0),
        ("terragrunt.hcl", "inputs = {\n", 1, 0),
        ("a.hcl", "inputs = {\n", 0, 0),
        (".terraform.lock.hcl", "provider \"a\" {\n", 0, 0),
        ("a.tf", "a = \"{{b}}\"\nc {\n", 1, 0),
        ("a.tf", "a = {{ b }}\n", 0, 1),
        ("a.tf", "{% if a %}\nb = 1\n{% endif %}\n", 0, 1),
        ("a.tf", "<% if a %>\nb = 1\n<% end %>\n", 0, 1),
    ];
    for (path, text, problems, skipped) in cases {
        let codebase = codebase(path, text);
        assert_eq!(
            (codebase.problems().len(), codebase.skipped().len()),
            (problems, skipped),
            "{path}: {text}"
        );
    }
}

/// Groups of the formats that public codebases have many of, and how many documents with them there are at least.
const CORPORA: [(&str, &str, usize); 10] = [
    ("kops.k8s.io", "Cluster", 130),
    ("kops", "Cluster", 1),
    ("eksctl.io", "ClusterConfig", 45),
    ("cluster.x-k8s.io", "Cluster", 1),
    ("cluster.x-k8s.io", "MachineDeployment", 1),
    ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane", 1),
    ("kubeadm.k8s.io", "ClusterConfiguration", 0),
    ("kind.x-k8s.io", "Cluster", 0),
    ("k3d.io", "Simple", 0),
    ("upgrade.cattle.io", "Plan", 0),
];

/// Counted once from the text, line by line, and once as k8factor sees it.
#[test]
fn the_specs_of_public_codebases_are_recognised() {
    let Some(folder) = shared::folder("corpora", "public codebases") else { return };
    let mut config = Config::for_folder(&folder);
    config.respect_ignore_files = false;
    let discovery = discover::walk(&config).expect("the folder is there");
    let documents = documents::parse_all(&discovery.sources);
    let (mut written, mut read, mut others) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (mut cke_written, mut cke_read) = (0, 0);
    for (source, tree) in discovery.sources.iter().zip(&documents.trees) {
        let Some(tree) = tree.as_deref().filter(|_| source.kind() != FileKind::Json) else { continue };
        for document in source.text().split("\n---") {
            cke_written +=
                usize::from(["name", "nodes", "service_subnet"].iter().all(|key| has_line(document, key)));
            if let Some(key) = type_in(document) {
                *written.entry(key).or_insert(0) += 1;
            }
        }
        for root in tree.roots() {
            cke_read +=
                usize::from(Format::of_data(root, source.path()).is_some_and(|format| format.tool == "CKE"));
            let Some(meta) = TypeMeta::of(root) else { continue };
            let key = (meta.group().to_owned(), meta.kind().to_owned());
            if Format::of_type(&meta).is_some() {
                *read.entry(key).or_insert(0) += 1;
            } else if meta.kind().contains("Cluster") {
                *others.entry(key).or_insert(0) += 1;
            }
        }
    }
    eprintln!("\nrecognised: {read:#?}\nno clusters: {others:#?}\nCKE: {cke_read}");
    assert_eq!(cke_read, cke_written);
    assert!(cke_read > 0);
    for (group, kind, least) in CORPORA {
        let key = (group.to_owned(), kind.to_owned());
        let count = |counts: &BTreeMap<_, usize>| counts.get(&key).copied().unwrap_or_default();
        assert_eq!(count(&read), count(&written), "{group} {kind}");
        assert!(count(&read) >= least, "{group} {kind}: {}", count(&read));
    }
}

/// Group and kind as they stand at the beginning of lines.
fn type_in(document: &str) -> Option<(String, String)> {
    let value = |key: &str| {
        let line =
            document.lines().find(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))?;
        let value = line[key.len() + 1..].split(" #").next().unwrap_or_default();
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let (version, kind) = (value("apiVersion")?, value("kind")?);
    Some((version.rsplit_once('/').map_or(String::new(), |(group, _)| group.to_owned()), kind))
}

fn has_line(document: &str, key: &str) -> bool {
    document.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
}
