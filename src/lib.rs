//! k8factor says how portable a cluster codebase is against the Kubernetes 8 Factors.
//!
//! Modules stand in the order of their dependencies: each uses only those above it.

pub mod source;
pub mod problem;
pub mod error;
pub mod spelling;
pub mod yaml;
pub mod config;
pub mod discover;
pub mod documents;
pub mod finding;
pub mod model;
pub mod codebase;
pub mod check;
pub mod rule;
pub mod report;
