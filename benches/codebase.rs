//! A whole cluster codebase: what the other generator writes, put into bases and overlays, and everything else that
//! rules look at. Not a realistic one: it has every kind of file, so that every rule has work.

use crate::generate::{self, File};
use fastrand::Rng;
use std::fmt::Write;

/// Texts of the other generator in one base.
const FILES_OF_BASE: usize = 19;
/// A base, its kustomization, and an overlay of two files for each of three environments.
const FILES_OF_APP: usize = FILES_OF_BASE + 1 + 2 * ENVIRONMENTS.len();
const ENVIRONMENTS: [&str; 3] = ["prod", "stage", "dev"];
/// One file in so many is not of an application.
const OTHERS: usize = 10;

/// A codebase of about this many files.
pub(crate) fn codebase(files: usize, seed: u64) -> Vec<File> {
    let mut random = Rng::with_seed(seed);
    let others = files / OTHERS;
    let apps = (files - others) / FILES_OF_APP;
    let mut texts = generate::codebase(apps * FILES_OF_BASE, seed).into_iter();
    let mut codebase = Vec::with_capacity(files);
    for app in 0..apps {
        let texts = texts.by_ref().take(FILES_OF_BASE).collect();
        add_app(&mut codebase, app, texts, &mut random);
    }
    codebase.extend((0..others).map(|number| other(number, &mut random)));
    codebase
}

fn add_app(codebase: &mut Vec<File>, app: usize, texts: Vec<File>, random: &mut Rng) {
    let folder = format!("apps/app-{app}");
    let mut base =
        String::from("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
    for (number, file) in texts.into_iter().enumerate() {
        let _ = writeln!(base, "- {number}.yaml");
        codebase.push(File { path: format!("{folder}/base/{number}.yaml"), text: file.text });
    }
    codebase.push(File { path: format!("{folder}/base/kustomization.yaml"), text: base });
    for environment in ENVIRONMENTS {
        let folder = format!("{folder}/overlays/{environment}");
        let extra =
            (environment == "prod" && app.is_multiple_of(50)).then_some("- ../../../../shared/0.yaml\n");
        let text = format!(
            "resources:\n- ../../base\n{}namespace: app-{app}-{environment}\npatches:\n- path: replicas.yaml\nimages:\n- name: web\n  newTag: 1.{}.0\n",
            extra.unwrap_or_default(),
            random.u8(0..40)
        );
        codebase.push(File { path: format!("{folder}/kustomization.yaml"), text });
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{app}\nspec:\n  replicas: {}\n",
            random.u8(1..40)
        );
        codebase.push(File { path: format!("{folder}/replicas.yaml"), text });
    }
}

/// Files that are no application's.
fn other(number: usize, random: &mut Rng) -> File {
    let (path, text) = match number % 10 {
        0 => (format!("clusters/prod-{number}/cluster.yaml"), cluster(number)),
        1 => (format!(".github/workflows/deploy-{number}.yaml"), pipeline(number)),
        2 => (format!("scripts/deploy-{number}.sh"), script(number)),
        3 => (format!("terraform/cluster-{number}.tf"), terraform(number)),
        4 => (format!("charts/chart-{number}/Chart.yaml"), chart(number)),
        5 => (format!("charts/chart-{}/templates/web.yaml", number - 1), template().to_owned()),
        6 => (format!("charts/chart-{}/values.yaml", number - 2), values(number)),
        7 | 8 => (format!("monitors/dashboard-{number}.json"), dashboard(number, random)),
        _ => (format!("shared/{}.yaml", number / 10), shared(number)),
    };
    File { path, text }
}

fn cluster(number: usize) -> String {
    format!(
        "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata:\n  name: prod-{number}.cluster.example.com\nspec:\n  kubernetesVersion: 1.36.4\n  etcdClusters:\n  - name: main\n    version: 3.6.12\n"
    )
}

fn pipeline(number: usize) -> String {
    format!(
        "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n    - uses: actions/checkout@v5\n    - run: |\n        kubectl --context prod-{number} apply -k apps/app-{number}/overlays/prod\n        helm upgrade web charts/chart-{number}\n"
    )
}

fn script(number: usize) -> String {
    format!(
        "#!/bin/sh\nset -eu\nkubectl config use-context prod-{number}.cluster.example.com\nkubectl get deployment web -o yaml > live.yaml\nkubectl apply -k apps/app-{number}/overlays/prod\n"
    )
}

fn terraform(number: usize) -> String {
    format!(
        "module \"cluster_{number}\" {{\n  source  = \"terraform-aws-modules/eks/aws\"\n  version = \"21.0.{number}\"\n  name    = \"prod-{number}\"\n}}\n"
    )
}

fn chart(number: usize) -> String {
    format!(
        "apiVersion: v2\nname: chart-{number}\nversion: 1.0.{number}\ndependencies:\n- name: redis\n  version: 20.1.0\n  repository: https://charts.example.com\n"
    )
}

fn template() -> &'static str {
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n      - name: web\n        image: {{ .Values.image }}\n"
}

fn values(number: usize) -> String {
    format!("replicas: {number}\nimage: registry.example.com/web:1.2.{number}\nclusterName: prod-{number}\n")
}

/// Dashboards are the largest files that people keep.
fn dashboard(number: usize, random: &mut Rng) -> String {
    let mut text = format!("{{\n  \"title\": \"Dashboard {number}\",\n  \"panels\": [\n");
    for panel in 0..60 {
        let _ = writeln!(
            text,
            "    {{\"id\": {panel}, \"title\": \"Panel {panel}\", \"targets\": [{{\"expr\": \"sum(rate(http_requests_total{{cluster=\\\"prod-{number}\\\"}}[{}m])) by (pod)\"}}], \"span\": {}}},",
            random.u8(1..60),
            random.u8(1..12)
        );
    }
    text.push_str("    {}\n  ]\n}\n");
    text
}

/// What a cluster needs beside its applications.
fn shared(number: usize) -> String {
    let head = |version: &str, kind: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: shared-{number}\n  namespace: shared-{number}\n"
        )
    };
    let parts = [
        head("batch/v1", "CronJob")
            + "spec:\n  schedule: \"0 3 * * *\"\n  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: \"a:1.2.3\"}]}}}}\n",
        head("apps/v1", "StatefulSet")
            + "spec:\n  volumeClaimTemplates:\n  - metadata: {name: data}\n  template: {spec: {containers: [{name: a, image: a}]}}\n",
        head("v1", "Secret") + "stringData:\n  password: kB7-qarNu2_vtLm9x\n",
        head("velero.io/v1", "Schedule")
            + "spec:\n  schedule: \"0 3 * * *\"\n  template:\n    includedNamespaces: [web, \"app-*\"]\n",
        head("helm.toolkit.fluxcd.io/v2", "HelmRelease")
            + "spec:\n  chart: {spec: {chart: redis, version: 20.x}}\n  values: {clusterName: prod-1}\n",
    ];
    parts.join("---\n")
}
