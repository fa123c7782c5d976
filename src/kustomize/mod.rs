//! Builds kustomizations: what an overlay makes of its bases, every value knowing where it was written.
//!
//! A build is a pure function of the files that were read. It runs no program and fetches nothing; what would need
//! that, or is broken, becomes a [`gap::Gap`], and everything around it is built.

pub mod compose;
pub mod configuration;
pub mod field_spec;
pub mod gap;
pub mod generator;
pub mod hash;
pub mod id;
pub mod json_patch;
pub mod merge;
pub mod name_reference;
pub mod patch;
pub mod replacement;
pub mod resource;
pub mod selector;
pub mod store;
pub mod transform;
pub mod value;
pub mod variable;

#[cfg(test)]
mod testing;
