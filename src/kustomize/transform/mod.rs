//! The simple transformers of kustomize, one file each. Each is read from its field in a kustomization, or from the
//! object of a transformer file with fields of its own, and then applied to every object of a build.

pub mod affix;
pub mod annotations;
mod image_name;
pub mod images;
pub mod labels;
pub mod namespace;
mod pairs;
pub mod replicas;
mod setting;
#[cfg(test)]
mod testing;
