//! What happens once, at the root of a build: hashes in names, references to what was renamed, variables.

use super::accumulation::Accumulation;
use super::file::File;
use super::gap::Gap;
use super::resource::Resources;
use super::{hash, name_reference, order, variable};

/// The objects as they come to a cluster, and what is wrong with them beyond what was gathered.
pub fn finish(gathered: &Accumulation, file: &File) -> (Resources, Vec<Gap>) {
    let (mut resources, mut gaps) = (gathered.resources.clone(), gathered.gaps.clone());
    hash::append_hashes(&mut resources);
    name_reference::fix_names(&mut resources, &gathered.configuration.name_reference, &mut gaps);
    variable::expand(&mut resources, &gathered.variables, &gathered.configuration.var_reference, &mut gaps);
    resources.retain(|resource| {
        !is_for_tools(resource.root.text_of(&["metadata", "annotations", LOCAL]).as_deref())
    });
    gaps.extend(order::wrong_options(file));
    order::sort(&mut resources, file);
    gaps.sort();
    gaps.dedup();
    (resources, gaps)
}

/// Objects that steer tools and never come to a cluster.
fn is_for_tools(annotation: Option<&str>) -> bool {
    annotation.is_some_and(|value| value != "false")
}

const LOCAL: &str = "config.kubernetes.io/local-config";
