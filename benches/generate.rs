//! A large cluster codebase, the same on every machine: files as people and generators write them.

use fastrand::Rng;
use std::fmt::Write;

/// A file that exists only in memory.
pub(crate) struct File {
    /// Path relative to the codebase.
    #[allow(dead_code, reason = "the reader needs texts only")]
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

/// As many files as asked for, 1.4 kB each on average.
pub(crate) fn codebase(files: usize, seed: u64) -> Vec<File> {
    let mut random = Rng::with_seed(seed);
    (0..files).map(|number| file(number, &mut random)).collect()
}

/// All files of a codebase as one text of many documents.
#[allow(dead_code, reason = "the reader needs texts only")]
pub(crate) fn joined(files: &[File]) -> String {
    files.iter().fold(String::new(), |text, file| text + "---\n" + &file.text)
}

fn file(number: usize, random: &mut Rng) -> File {
    let app = format!("{}-{}", random.choice(APPS).unwrap_or(&"app"), number / 5);
    let (name, text) = match number % 10 {
        0 => ("kustomization.yaml", kustomization(&app, random)),
        1..=4 => ("deployment.yaml", deployment(&app, random)),
        5 | 6 => ("service.yaml", service(&app, random)),
        7 => ("configmap.yaml", config_map(&app, random)),
        8 => ("definition.yaml", definition(&app, random)),
        _ => ("rules.yaml", alerts(&app, random)),
    };
    File { path: format!("apps/{app}/{number}-{name}"), text }
}

const APPS: &[&str] = &["web", "api", "worker", "queue", "ledger", "search", "mailer", "検索"];
const WORDS: &[&str] = &[
    "the",
    "value",
    "of",
    "this",
    "field",
    "is",
    "kept",
    "when",
    "a",
    "node",
    "joins",
    "namespace",
    "must",
    "not",
];

fn words(count: usize, random: &mut Rng) -> String {
    let words: Vec<_> = (0..count).filter_map(|_| random.choice(WORDS).copied()).collect();
    words.join(" ")
}

fn header(text: &mut String, version: &str, kind: &str, app: &str) {
    let _ = writeln!(
        text,
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {app}\n  namespace: team-{}\n  labels:\n    app.kubernetes.io/name: {app}\n    app.kubernetes.io/part-of: \"platform\"",
        app.len()
    );
}

fn deployment(app: &str, random: &mut Rng) -> String {
    let mut text = format!("# {}\n", words(8, random));
    header(&mut text, "apps/v1", "Deployment", app);
    let _ = writeln!(
        text,
        "spec:\n  replicas: {}\n  selector:\n    matchLabels: {{app: {app}}}\n  template:\n    metadata:\n      labels:\n        app: {app}\n    spec:\n      containers:",
        random.u8(1..9)
    );
    for container in 0..random.usize(1..4) {
        let _ = writeln!(
            text,
            "      - name: c{container}\n        image: registry.example.com/{app}/c{container}:v1.{}.{}  # pinned\n        args: [\"--port=80{container}0\", '--verbose']\n        resources:\n          limits:\n            cpu: {}m\n            memory: \"{}Mi\"\n        env:",
            random.u8(0..30),
            random.u8(0..9),
            random.u16(50..2000),
            random.u16(64..4096)
        );
        for variable in 0..random.usize(1..12) {
            let _ = writeln!(
                text,
                "        - name: SETTING_{variable}\n          value: \"{}\"",
                words(3, random)
            );
        }
    }
    text
}

fn service(app: &str, random: &mut Rng) -> String {
    let mut text = String::new();
    header(&mut text, "v1", "Service", app);
    let _ = writeln!(text, "spec:\n  type: ClusterIP\n  selector:\n    app: {app}\n  ports:");
    for port in 0..random.usize(1..5) {
        let number = random.u16(1024..9999);
        let _ = writeln!(
            text,
            "  - name: port-{port}\n    port: {number}\n    targetPort: {number}\n    protocol: TCP"
        );
    }
    text
}

fn config_map(app: &str, random: &mut Rng) -> String {
    let mut text = String::new();
    header(&mut text, "v1", "ConfigMap", app);
    text.push_str("data:\n  settings.yaml: |\n");
    for line in 0..random.usize(10..40) {
        let _ = writeln!(text, "    key_{line}: {}", words(5, random));
    }
    text.push_str("  dashboard.json: |-\n    {\n");
    for line in 0..random.usize(10..30) {
        let _ = writeln!(
            text,
            "      \"panel{line}\": {{\"title\": \"{}\", \"span\": {line}}},",
            words(3, random)
        );
    }
    text.push_str("      \"last\": null\n    }\n");
    text
}

fn kustomization(app: &str, random: &mut Rng) -> String {
    let mut text =
        String::from("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
    for resource in 0..random.usize(2..8) {
        let _ = writeln!(text, "- ../base-{resource}/{app}.yaml");
    }
    let _ = writeln!(
        text,
        "images:\n- name: {app}\n  newTag: 1.{}.0\npatches:\n- target: {{kind: Deployment, name: {app}}}\n  patch: |-\n    - op: replace\n      path: /spec/replicas\n      value: {}",
        random.u8(0..40),
        random.u8(1..9)
    );
    text
}

fn definition(app: &str, random: &mut Rng) -> String {
    let mut text = String::new();
    header(&mut text, "apiextensions.k8s.io/v1", "CustomResourceDefinition", app);
    text.push_str(
        "spec:\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n",
    );
    for property in 0..random.usize(8..25) {
        let _ = writeln!(
            text,
            "          field{property}:\n            description: |-\n              {}\n              {}\n            type: string",
            words(12, random),
            words(9, random)
        );
    }
    text
}

fn alerts(app: &str, random: &mut Rng) -> String {
    let mut text = String::new();
    header(&mut text, "monitoring.coreos.com/v1", "PrometheusRule", app);
    let _ = writeln!(text, "spec:\n  groups:\n  - name: {app}\n    rules:");
    for alert in 0..random.usize(2..8) {
        let _ = writeln!(
            text,
            "    - alert: Alert{alert}\n      expr: sum(rate(http_requests_total{{job=\"{app}\"}}[5m])) > {}\n      for: 10m\n      labels:\n        severity: warning\n      annotations:\n        summary: \"{{{{ $labels.pod }}}} {}\"",
            random.u8(1..99),
            words(6, random)
        );
    }
    text
}
