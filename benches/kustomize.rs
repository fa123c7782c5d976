//! How long it takes to build many overlays, and which stage takes it.
//!
//! `cargo bench --bench kustomize [-- OVERLAYS]` builds 1,000 overlays over ten shared bases of 30 objects, each with
//! ten edits, and walks over everything that comes out. The goal is half a second on two cores.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use k8factor::discover::Discovery;
use k8factor::documents;
use k8factor::kustomize::Build;
use k8factor::kustomize::store::Store;
use k8factor::kustomize::workshop::{Task, Workshop};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const OVERLAYS: usize = 1_000;
const BASES: usize = 10;
/// Ten of each: Deployments, Services and maps of settings.
const OF_EACH: usize = 10;

fn main() {
    let number = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let overlays = number.unwrap_or(OVERLAYS);
    let texts = texts(overlays);
    let texts: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut times = Times::default();
    let mut what = String::new();
    for _ in 0..ROUNDS {
        what = round(&texts, &mut times);
    }
    println!("{overlays} overlays: {what}; {ROUNDS} rounds, milliseconds");
    println!("{:32} {:>8} {:>8}", "", "least", "median");
    for (name, times) in &times.0 {
        print_line(name, times);
    }
    println!("peak memory: {} MB", peak_memory() / 1024);
}

/// Times by the name of what took them, in the order of a build.
#[derive(Default)]
struct Times(BTreeMap<&'static str, Vec<Duration>>);

impl Times {
    fn stage<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.entry(name).or_default().push(start.elapsed());
        result
    }
}

fn round(texts: &[(&str, &str)], times: &mut Times) -> String {
    let discovery = Discovery::of_texts(texts);
    let documents = times.stage("1 read", || documents::parse_all(&discovery.sources));
    let store = Store::new(&discovery.sources, &documents.trees);
    let mut workshop = times.stage("2 graph", || Workshop::new(store));
    let tasks = tasks(&workshop);
    times.stage("3 gather and finish", || workshop.finish(&tasks));
    let builds = times.stage("4 freeze", || workshop.builds(&tasks));
    let nodes = times.stage("5 walk", || builds.par_iter().map(walk).sum::<usize>());
    let whole = Instant::now();
    let mut workshop = Workshop::new(store);
    workshop.finish(&tasks);
    let again = workshop.builds(&tasks);
    black_box(again.par_iter().map(walk).sum::<usize>());
    times.0.entry("6 graph to walk: the goal is 500").or_default().push(whole.elapsed());
    drop(again);
    let objects = || builds.iter().flat_map(|build| &build.objects);
    let unique: HashSet<_> = objects().map(Arc::as_ptr).collect();
    let gaps: usize = builds.iter().map(|build| build.gaps.len()).sum();
    let count = objects().count();
    format!("{count} objects, {} of them unique, {nodes} nodes, {gaps} gaps", unique.len())
}

fn tasks(workshop: &Workshop<'_>) -> Vec<Task> {
    let nodes = workshop.graph().nodes.iter().zip(0..);
    let overlays = nodes.filter(|(node, _)| node.file.folder.starts_with("overlays/"));
    overlays.map(|(_, number)| Task::plain(number)).collect()
}

fn walk(build: &Build) -> usize {
    build.objects.iter().map(|object| black_box(object.root().walk()).count()).sum()
}

/// The most memory that the process ever held, in kB; nothing where the system does not say.
fn peak_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn print_line(name: &str, times: &[Duration]) {
    let mut times: Vec<_> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    println!("{name:32} {:8.1} {:8.1}", times[0], times[times.len() / 2]);
}

fn texts(overlays: usize) -> Vec<(String, String)> {
    let bases = (0..BASES).flat_map(base);
    bases.chain((0..overlays).flat_map(overlay)).collect()
}

fn base(number: usize) -> Vec<(String, String)> {
    let folder = format!("bases/b{number}");
    let mut files = Vec::new();
    let mut resources = String::from("resources:\n");
    for app in 0..OF_EACH {
        let path = format!("app{app}.yaml");
        let _ = writeln!(resources, "- {path}");
        files.push((format!("{folder}/{path}"), objects(app)));
    }
    files.push((format!("{folder}/kustomization.yaml"), resources));
    files
}

/// Ten edits over a base.
fn overlay(number: usize) -> Vec<(String, String)> {
    let folder = format!("overlays/o{number}");
    let text = format!(
        "resources: [../../bases/b{}]\nnamespace: shop-{number}\ncommonAnnotations: {{owner: team-{number}}}\n\
         labels:\n- pairs: {{environment: e{number}}}\n\
         images:\n- {{name: registry.example.org/app1, newTag: v{number}}}\n\
         - {{name: registry.example.org/app2, newName: mirror.example.org/app2}}\n\
         replicas: [{{name: app3, count: {}}}]\n\
         configMapGenerator: [{{name: settings, literals: [number={number}]}}]\n\
         patches:\n- path: patch.yaml\n- target: {{kind: Deployment, name: app5}}\n  patch: |-\n    \
         - op: replace\n      path: /spec/template/spec/terminationGracePeriodSeconds\n      value: {number}\n\
         - target: {{kind: Deployment, labelSelector: tier=web}}\n  patch: |-\n    \
         - op: add\n      path: /spec/template/spec/priorityClassName\n      value: high\n",
        number % BASES,
        number % 7 + 1,
    );
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app4\nspec:\n  template:\n    spec:\n      \
                 containers:\n      - name: app\n        env:\n        - name: LEVEL\n          value: debug\n";
    vec![(format!("{folder}/kustomization.yaml"), text), (format!("{folder}/patch.yaml"), patch.to_owned())]
}

/// A Deployment of about 130 nodes, its Service and its settings.
fn objects(app: usize) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: app{app}
  labels: {{app: app{app}, tier: {tier}}}
spec:
  replicas: 2
  strategy: {{type: RollingUpdate, rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}}}
  selector:
    matchLabels: {{app: app{app}}}
  template:
    metadata:
      labels: {{app: app{app}}}
      annotations: {{prometheus.io/scrape: \"true\"}}
    spec:
      serviceAccountName: app{app}
      terminationGracePeriodSeconds: 30
      securityContext: {{runAsNonRoot: true, runAsUser: 1000}}
      containers:
      - name: app
        image: registry.example.org/app{app}:v1.2.3
        args: [--listen=:8080, --log=json]
        ports:
        - {{name: http, containerPort: 8080, protocol: TCP}}
        - {{name: metrics, containerPort: 9090, protocol: TCP}}
        env:
        - name: LEVEL
          value: info
        - name: HOST
          valueFrom: {{fieldRef: {{fieldPath: status.podIP}}}}
        envFrom:
        - configMapRef: {{name: app{app}}}
        readinessProbe: {{httpGet: {{path: /ready, port: http}}, periodSeconds: 5}}
        livenessProbe: {{httpGet: {{path: /live, port: http}}, periodSeconds: 10}}
        resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 256Mi}}}}
        volumeMounts:
        - {{name: config, mountPath: /etc/app, readOnly: true}}
        - {{name: tmp, mountPath: /tmp}}
      volumes:
      - name: config
        configMap: {{name: app{app}}}
      - name: tmp
        emptyDir: {{}}
---
apiVersion: v1
kind: Service
metadata:
  name: app{app}
spec:
  selector: {{app: app{app}}}
  ports:
  - {{name: http, port: 80, targetPort: http}}
  - {{name: metrics, port: 9090, targetPort: metrics}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app{app}
data:
  LISTEN: \":8080\"
  UPSTREAM: http://app{next}.example.org
",
        tier = if app.is_multiple_of(2) { "web" } else { "batch" },
        next = app + 1,
    )
}
