//! Native checks by name: the one list of them.

use super::Check;
use super::address_literal::AddressLiteral;
use super::ambiguous_yaml::AmbiguousYaml;
use super::api_endpoint_without_alias::ApiEndpointWithoutAlias;
use super::cloud_endpoint_literal::CloudEndpointLiteral;
use super::cluster_named_twice::ClusterNamedTwice;
use super::cluster_without_spec::ClusterWithoutSpec;
use super::credential_literal::CredentialLiteral;
use super::dangling_reference::DanglingReference;
use super::delivery_selects_cluster_by_name::DeliverySelectsClusterByName;
use super::environment_read_from_cluster_name::EnvironmentReadFromClusterName;
use super::export_into_codebase::ExportIntoCodebase;
use super::fixed_load_balancer_name::FixedLoadBalancerName;
use super::hard_coded_cluster_name::HardCodedClusterName;
use super::image_without_version::ImageWithoutVersion;
use super::job_without_protection_label::JobWithoutProtectionLabel;
use super::kubernetes_version::{KubernetesVersionFloating, KubernetesVersionMissing};
use super::kustomization_cannot_be_built::KustomizationCannotBeBuilt;
use super::live_status::LiveStatus;
use super::monitor_filters_on_cluster_name::MonitorFiltersOnClusterName;
use super::namespace_not_backed_up::NamespaceNotBackedUp;
use super::no_backup::NoBackup;
use super::node_name_literal::NodeNameLiteral;
use super::object_in_one_environment_only::ObjectInOneEnvironmentOnly;
use super::plaintext_secret::PlaintextSecret;
use super::remote_source_unpinned::RemoteSourceUnpinned;
use super::series_without_environment_label::SeriesWithoutEnvironmentLabel;
use super::shared_dns_owner::SharedDnsOwner;
use super::shared_object_store::SharedObjectStore;
use super::stateful_workload::StatefulWorkload;
use super::timeless_cluster_name::TimelessClusterName;
use super::unknown_protection_value::UnknownProtectionValue;
use super::waiver_not_understood::WaiverNotUnderstood;
use crate::problem::Problem;
use crate::suggest::closest;
use crate::yaml::{self, Node};
use serde::de::DeserializeOwned;

/// The name that a rule page gives in `check:`, and how the check is made from the `with:` of that page.
const CHECKS: &[(&str, Constructor)] = &[
    ("address-literal", of::<AddressLiteral>),
    ("ambiguous-yaml", of::<AmbiguousYaml>),
    ("api-endpoint-without-alias", of::<ApiEndpointWithoutAlias>),
    ("cloud-endpoint-literal", of::<CloudEndpointLiteral>),
    ("cluster-named-twice", of::<ClusterNamedTwice>),
    ("cluster-without-spec", of::<ClusterWithoutSpec>),
    ("credential-literal", of::<CredentialLiteral>),
    ("dangling-reference", of::<DanglingReference>),
    ("delivery-selects-cluster-by-name", of::<DeliverySelectsClusterByName>),
    ("environment-read-from-cluster-name", of::<EnvironmentReadFromClusterName>),
    ("export-into-codebase", of::<ExportIntoCodebase>),
    ("fixed-load-balancer-name", of::<FixedLoadBalancerName>),
    ("hard-coded-cluster-name", of::<HardCodedClusterName>),
    ("image-without-version", of::<ImageWithoutVersion>),
    ("job-without-protection-label", of::<JobWithoutProtectionLabel>),
    ("kubernetes-version-floating", of::<KubernetesVersionFloating>),
    ("kubernetes-version-missing", of::<KubernetesVersionMissing>),
    ("kustomization-cannot-be-built", of::<KustomizationCannotBeBuilt>),
    ("live-status", of::<LiveStatus>),
    ("monitor-filters-on-cluster-name", of::<MonitorFiltersOnClusterName>),
    ("namespace-not-backed-up", of::<NamespaceNotBackedUp>),
    ("no-backup", of::<NoBackup>),
    ("node-name-literal", of::<NodeNameLiteral>),
    ("object-in-one-environment-only", of::<ObjectInOneEnvironmentOnly>),
    ("plaintext-secret", of::<PlaintextSecret>),
    ("remote-source-unpinned", of::<RemoteSourceUnpinned>),
    ("series-without-environment-label", of::<SeriesWithoutEnvironmentLabel>),
    ("shared-dns-owner", of::<SharedDnsOwner>),
    ("shared-object-store", of::<SharedObjectStore>),
    ("stateful-workload", of::<StatefulWorkload>),
    ("timeless-cluster-name", of::<TimelessClusterName>),
    ("unknown-protection-value", of::<UnknownProtectionValue>),
    ("waiver-not-understood", of::<WaiverNotUnderstood>),
];

type Constructor = fn(&[Node<'_>]) -> Result<Box<dyn Check>, Problem>;

/// Makes the check that `check:` names, with the parameters in `with:`. Of several mappings with parameters what the
/// first says holds.
pub fn build(name: Node<'_>, with: &[Node<'_>]) -> Result<Box<dyn Check>, Problem> {
    let text = name.text();
    let known = CHECKS.iter().find(|(known, _)| *known == text);
    let unknown = || {
        let near = closest(&text, names()).map(|near| format!("did you mean `{near}`?"));
        let near = near.unwrap_or_else(|| format!("the checks are {}", names().join(", ")));
        Problem::at(name.span(), format!("there is no check `{text}`; {near}"))
    };
    let (_, constructor) = known.ok_or_else(unknown)?;
    constructor(with)
}

/// The names of all native checks.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|(name, _)| *name).collect()
}

/// A check from its parameters. Its type says `#[serde(deny_unknown_fields, default)]`.
fn of<C: Check + Default + DeserializeOwned + 'static>(with: &[Node<'_>]) -> Result<Box<dyn Check>, Problem> {
    let Some((first, others)) = with.split_first() else { return Ok(Box::new(C::default())) };
    let check: C = yaml::from_layers(*first, others)
        .map_err(|error| Problem::at(error.span().unwrap_or_else(|| first.span()), error.message()))?;
    Ok(Box::new(check))
}
