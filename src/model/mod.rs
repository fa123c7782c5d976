//! Thin typed views over nodes: what the documents of a cluster codebase mean.
//!
//! A view copies nothing and knows no rule. Group *and* kind decide what an object is, never the kind alone.

pub mod address;
pub mod api_endpoint;
pub mod backup;
pub mod cloud_host;
pub mod cloud_name;
pub mod cluster;
pub mod delivery;
pub mod environment;
pub mod external_dns;
pub mod field;
pub mod glob;
pub mod identity;
pub mod image;
pub mod injected;
pub mod kinds;
pub mod kubernetes_version;
pub mod kustomization;
pub mod mention;
pub mod monitor;
pub mod name;
pub mod object;
pub mod object_store;
pub mod own_repository;
pub mod path;
pub mod protection;
pub mod reference;
pub mod remote;
pub mod role;
pub mod script;
pub mod secret;
pub mod series_labels;
pub mod shell;
pub mod stateful;
pub mod terraform;
pub mod usage;
pub mod waiver;
mod window;
pub mod workload;
