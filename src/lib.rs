//! k8factor says how portable a cluster codebase is against the Kubernetes 8 Factors.
//!
//! Modules stand in the order of their dependencies: each uses only those above it.

pub mod suggest;
pub mod source;
pub mod finding;
pub mod problem;
pub mod error;
pub mod yaml;
pub mod config;
pub mod discover;
pub mod documents;
pub mod model;
pub mod codebase;
pub mod check;
pub mod report;
