//! Which builds there are, who deploys each, and what a reader calls it.

use crate::codebase::deployments::{Content, Deployment, Folders};
use crate::config::DeclaredEnvironment;
use crate::kustomize::Build;
use crate::kustomize::input::Input;
use crate::kustomize::overlay::Deployer;
use crate::kustomize::workshop::{Task, Workshop};
use crate::model::environment::stage_of;
use crate::model::identity::Identities;
use crate::model::role::Zone;
use crate::source::{FileId, Sources};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The builds of a codebase, in the order of their folders.
pub(super) struct Plan {
    builds: Vec<Planned>,
}

struct Planned {
    folder: String,
    task: Task,
    by: Vec<Deployer>,
}

impl Plan {
    /// What is deployed, and what nobody deploys and no other kustomization takes in.
    pub(super) fn new(
        workshop: &mut Workshop<'_>,
        deployments: Vec<Deployment>,
        folders: &Folders<'_>,
        zones: &[Zone],
    ) -> Self {
        let mut builds: Vec<Planned> = Vec::new();
        let mut known = HashMap::new();
        let mut deployed = HashSet::new();
        for mut deployment in deployments {
            deployed.extend(workshop.graph().in_folder(&deployment.folder));
            let finishing = Arc::new(std::mem::take(&mut deployment.finishing));
            let Some(number) = number(workshop, &deployment, folders) else { continue };
            let task = Task { number, finishing };
            let at = *known.entry(task.key()).or_insert_with(|| {
                builds.push(Planned { folder: deployment.folder, task, by: Vec::new() });
                builds.len() - 1
            });
            builds[at].by.push(deployment.deployer);
        }
        let tasks: Vec<u32> = builds.iter().map(|build| build.task.number).collect();
        for number in entries(workshop, &tasks, &deployed, zones) {
            let folder = workshop.graph().nodes[number as usize].file.folder.clone();
            builds.push(Planned { folder, task: Task::plain(number), by: Vec::new() });
        }
        for build in &mut builds {
            build.by.sort();
            build.by.dedup();
        }
        builds.sort_by(|a, b| (&a.folder, &a.by, a.task.number).cmp(&(&b.folder, &b.by, b.task.number)));
        Self { builds }
    }

    pub(super) fn tasks(&self) -> Vec<Task> {
        self.builds.iter().map(|build| build.task.clone()).collect()
    }

    /// Whether both are the same builds for the same reasons.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Planned, &Planned)| a.task.key() == b.task.key() && a.by == b.by;
        self.builds.len() == other.builds.len() && self.builds.iter().zip(&other.builds).all(same)
    }

    /// The builds with what is known about each.
    pub(super) fn builds(self, workshop: &Workshop<'_>, sources: &Sources) -> Vec<Build> {
        let mut builds = workshop.builds(&self.tasks());
        let mut counts: HashMap<String, usize> = HashMap::new();
        let titles: Vec<String> = self.builds.iter().map(|planned| title(planned, None)).collect();
        for name in self.builds.iter().map(|build| &build.folder).chain(&titles) {
            *counts.entry(name.clone()).or_default() += 1;
        }
        let is_one = |name: &str| counts.get(name).is_none_or(|count| *count < 2);
        for ((build, planned), title_of) in builds.iter_mut().zip(self.builds).zip(titles) {
            if !planned.by.is_empty() && !is_one(&planned.folder) {
                let path = planned.by.first().map(|deployer| sources.get(deployer.span.file).path());
                let is_clear = is_one(&title_of);
                build.deployment.title = Some(if is_clear { title_of } else { title(&planned, path) });
            }
            build.deployment.environment = environment(&planned, sources);
            build.folder = planned.folder;
            build.deployment.by = planned.by;
        }
        builds
    }
}

/// The number of what is deployed; nothing if there is nothing to deploy.
fn number(workshop: &mut Workshop<'_>, deployment: &Deployment, folders: &Folders<'_>) -> Option<u32> {
    let listed = match &deployment.content {
        Content::Kustomization => {
            let number = workshop.graph().in_folder(&deployment.folder)?;
            let is_component = workshop.graph().nodes[number as usize].file.is_component;
            return (!is_component).then(|| workshop.edited(number, &deployment.overlay));
        }
        Content::Tree => folders.tree(&deployment.folder, &deployment.path),
        Content::Files(files) => Folders::inputs(files, &deployment.path),
    };
    let file = listed.iter().find_map(|(_, input)| match input {
        Input::File(file) => Some(*file),
        Input::Folder(number) => Some(workshop.graph().nodes[*number as usize].file.id),
        Input::Inline(_) | Input::Gap(_) => None,
    });
    let is_plain = matches!(deployment.content, Content::Files(_));
    Some(workshop.generated(file?, &deployment.folder, listed, &deployment.overlay, is_plain))
}

/// Kustomizations that nobody deploys and no other judged one needs. Of a circle the first counts as one.
fn entries(workshop: &Workshop<'_>, tasks: &[u32], deployed: &HashSet<u32>, zones: &[Zone]) -> Vec<u32> {
    let graph = workshop.graph();
    let judged = |at: &u32| {
        let file = &graph.nodes[*at as usize].file;
        let is_written = graph.in_folder(&file.folder) == Some(*at) && !file.is_generated;
        is_written && !file.is_component && zones[file.id.index()].is_judged()
    };
    let judged: Vec<u32> = (0..graph.nodes.len() as u32).filter(judged).collect();
    let mut needed = vec![false; graph.nodes.len()];
    let needs = judged.iter().chain(tasks).flat_map(|at| graph.nodes[*at as usize].needs());
    needs.for_each(|at| needed[at as usize] = true);
    judged.into_iter().filter(|at| !needed[*at as usize] && !deployed.contains(at)).collect()
}

/// The folder, and who deploys it: `apps/web (Kustomization flux-system/web)`.
fn title(planned: &Planned, path: Option<&str>) -> String {
    let folder = if planned.folder.is_empty() { "." } else { &planned.folder };
    match (planned.by.first(), path) {
        (Some(deployer), None) => format!("{folder} ({})", deployer.title),
        (Some(deployer), Some(path)) => format!("{folder} ({} in {path})", deployer.title),
        (None, _) => folder.to_owned(),
    }
}

/// The word for the environment in the folder, else in what deploys it, if all deployers agree.
fn environment(planned: &Planned, sources: &Sources) -> Option<String> {
    let word = |path: &str| path.rsplit('/').find(|part| stage_of(part).is_some()).map(str::to_owned);
    word(&planned.folder).or_else(|| {
        let of_deployer = |deployer: &Deployer| {
            let named = deployer.destination.as_deref().and_then(word);
            let named = named.or_else(|| deployer.title.split([' ', ':']).next_back().and_then(word));
            named.or_else(|| word(sources.get(deployer.span.file).folder()))
        };
        let words: BTreeSet<Option<String>> = planned.by.iter().map(of_deployer).collect();
        words.into_iter().reduce(|_, _| None).flatten()
    })
}

/// The environment that the user says the folder is part of, else what deploys it, if all deployers agree.
pub(super) fn declared_environment(
    build: &Build,
    sources: &Sources,
    environments: &[DeclaredEnvironment],
) -> Option<String> {
    let of_folder = environments.iter().find(|one| one.paths.match_folder(&build.folder));
    let of_deployer = |deployer: &Deployer| {
        let path = sources.get(deployer.span.file).path();
        environments.iter().find(|one| one.paths.match_file(path)).map(|one| one.name.clone())
    };
    of_folder.map(|one| one.name.clone()).or_else(|| {
        let named: BTreeSet<Option<String>> = build.deployment.by.iter().map(of_deployer).collect();
        named.into_iter().reduce(|_, _| None).flatten()
    })
}

/// The cluster that the deployers of a build name, where they stand or where they deploy to; else that of its folder.
pub(super) fn cluster(build: &Build, sources: &Sources, identities: &Identities) -> Option<String> {
    let one = |path: &str| match identities.owners(path)[..] {
        [identity] => Some(identity.name.clone()),
        _ => None,
    };
    let of_deployer = |deployer: &Deployer| {
        let named = deployer.destination.as_deref().and_then(|name| identities.of_spelling(name));
        let path = |file: FileId| sources.get(file).path();
        named.map(|identity| identity.name.clone()).or_else(|| one(path(deployer.span.file)))
    };
    let named: BTreeSet<Option<String>> = build.deployment.by.iter().map(of_deployer).collect();
    match named.into_iter().reduce(|_, _| None).flatten() {
        Some(name) => Some(name),
        None if build.deployment.by.len() < 2 => one(&build.folder),
        None => None,
    }
}
