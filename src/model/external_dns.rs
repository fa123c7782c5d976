//! What an external-dns is told: whose records are its own, and in which zones it works.

use super::image::ImageName;
use super::injected::is_injected;
use super::workload::Container;
use crate::yaml::{Node, Shape};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One external-dns, as far as its arguments or the values of its chart tell.
#[derive(Debug, Clone)]
pub struct ExternalDns<'a> {
    /// By what it knows its own records.
    pub owner: Owner,
    /// The node that says so; where nothing does, what tells that this is an external-dns.
    pub place: Node<'a>,
    /// Whether it ever changes or deletes a record that is there.
    pub policy: Policy,
    /// Where it writes.
    pub zones: Zones,
}

/// By what an external-dns knows its own records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Nothing is set, so it is `default`, as for everybody who sets nothing.
    Missing,
    /// This text.
    Named(String),
    /// A text that is another one after the next restart.
    Volatile(String),
    /// Filled in later, by somebody who knows the cluster.
    Injected,
}

/// What an external-dns does to records that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// It deletes them, too.
    Sync,
    /// It changes them and deletes none.
    UpsertOnly,
    /// It leaves them alone.
    CreateOnly,
}

/// Where an external-dns writes. Two of different providers never meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zones {
    provider: String,
    /// What is put around the names of its TXT records: those of another affix are not read.
    affix: String,
    domains: Filter,
    ids: Filter,
}

/// A list of what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Filter {
    /// There is none: everything is allowed.
    Open,
    /// These alone.
    Only(BTreeSet<String>),
    /// A part of it is filled in later, or is a pattern.
    Unknown,
}

/// The name that external-dns gives to itself when it is told none.
pub const DEFAULT_OWNER: &str = "default";

impl<'a> ExternalDns<'a> {
    /// The external-dns that a container runs.
    pub fn of_container(container: Container<'a>) -> Option<Self> {
        let image = container.node.get("image").map(Node::text).unwrap_or_default();
        let name = ImageName::parse(&image).name.rsplit('/').next().unwrap_or_default();
        let flags = Flags::of_container(container);
        let is_told = flags.first(OWNER).is_some();
        // Without any argument this is a part of a workload, and the rest stands elsewhere.
        let is_whole = ["provider", "source"].iter().any(|flag| flags.first(flag).is_some());
        let is_known = is_whole && container.node.get("envFrom").is_none();
        let place = container.node.get("name").or_else(|| container.node.get("image"))?;
        let is_one = is_told || name == NAME && is_known;
        is_one.then(|| Self::new(&flags, place, Policy::Sync, Some(container)))
    }

    /// The external-dns that these values of its chart set up, if they say whose records are its own.
    pub fn of_values(values: Node<'a>) -> Option<Self> {
        let flags = Flags::of_values(values);
        let place = flags.first(OWNER)?.node;
        Some(Self::new(&flags, place, Policy::UpsertOnly, None))
    }

    /// The external-dns that a chart installs with these values, which say nothing about its records.
    pub fn of_chart(chart: Node<'a>, values: Option<Node<'a>>) -> Self {
        let flags = values.map(Flags::of_values).unwrap_or_default();
        Self::new(&flags, chart, Policy::UpsertOnly, None)
    }

    /// Whether a text is the name of its chart, or the address of it in a registry.
    pub fn is_chart(name: &str) -> bool {
        name.rsplit('/').next() == Some(NAME) && !name.starts_with('.') && !name.starts_with("charts/")
    }

    fn new(flags: &Flags<'a>, place: Node<'a>, policy: Policy, container: Option<Container<'a>>) -> Self {
        let policy = match flags.text("policy").as_deref() {
            Some("sync") => Policy::Sync,
            Some("upsert-only") => Policy::UpsertOnly,
            Some("create-only") => Policy::CreateOnly,
            _ => policy,
        };
        let owner = flags.first(OWNER);
        Self {
            owner: if flags.keeps_no_record() { Owner::Injected } else { owner_of(owner, container) },
            place: owner.map_or(place, |flag| flag.node),
            policy,
            zones: Zones::of(flags),
        }
    }
}

/// What the image, the chart and the program are called.
const NAME: &str = "external-dns";
/// The flag that says whose records these are, and the value of the chart for it.
const OWNER: &str = "txt-owner-id";
const OWNER_VALUE: &str = "txtOwnerId";

fn owner_of(flag: Option<&Flag<'_>>, container: Option<Container<'_>>) -> Owner {
    let Some(flag) = flag.filter(|flag| !flag.text.is_empty()) else { return Owner::Missing };
    match &*flag.text {
        _ if flag.is_unknown => Owner::Injected,
        DEFAULT_OWNER => Owner::Missing,
        text if is_volatile(text, container) => Owner::Volatile(text.to_owned()),
        text if is_injected(text) => Owner::Injected,
        text => Owner::Named(text.to_owned()),
    }
}

/// Whether the text holds the name of a pod, a machine or an address, or anything random.
fn is_volatile(text: &str, container: Option<Container<'_>>) -> bool {
    if ["randAlpha", "randNumeric", "uuidv4", "randAscii"].iter().any(|function| text.contains(function)) {
        return true;
    }
    let variable = |start: usize| text[start..].split([')', '}']).next().unwrap_or_default();
    let mut variables = text.match_indices(['(', '{']).map(|(at, _)| variable(at + 1));
    variables.any(|variable| is_volatile_variable(variable, container))
}

fn is_volatile_variable(variable: &str, container: Option<Container<'_>>) -> bool {
    let declared = container.into_iter().flat_map(Container::env);
    let declared =
        declared.filter(|entry| entry.get("name").is_some_and(|name| name.is_text(variable))).last();
    match declared {
        Some(entry) => {
            let field = entry.at(&["valueFrom", "fieldRef", "fieldPath"]).map(Node::text).unwrap_or_default();
            VOLATILE_FIELDS.contains(&&*field)
        }
        None => VOLATILE_VARIABLES.contains(&variable),
    }
}

const VOLATILE_FIELDS: [&str; 6] =
    ["metadata.name", "metadata.uid", "spec.nodeName", "status.podIP", "status.podIPs", "status.hostIP"];
const VOLATILE_VARIABLES: [&str; 7] =
    ["POD_NAME", "POD_UID", "POD_IP", "HOSTNAME", "NODE_NAME", "HOST_IP", "RANDOM"];

impl Zones {
    fn of(flags: &Flags<'_>) -> Self {
        let text = |flag: &str| flags.text(flag).unwrap_or_default().into_owned();
        let mut domains = flags.filter("domain-filter");
        if flags.first("regex-domain-filter").is_some() {
            domains = Filter::Unknown;
        }
        let affix = ["txt-prefix", "txt-suffix", "aws-zone-type"].map(text);
        let provider = flags.0.get("provider").into_iter().flatten().map(|flag| flag.text.as_str());
        Self {
            provider: provider.collect::<Vec<_>>().join(" "),
            affix: affix.join("|"),
            domains,
            ids: flags.filter("zone-id-filter"),
        }
    }

    /// Whether both write into one zone, as far as anybody can tell; not where a part of it is filled in later.
    pub fn overlap(&self, other: &Self) -> bool {
        let is_known = |zones: &Self| !is_injected_text(&zones.provider) && !is_injected_text(&zones.affix);
        is_known(self)
            && is_known(other)
            && self.provider == other.provider
            && self.affix == other.affix
            && self.domains.overlaps(&other.domains)
            && self.ids.overlaps(&other.ids)
    }

    /// Whether it is told in which zones it works. If not, its permissions alone decide.
    pub fn are_told(&self) -> bool {
        self.domains != Filter::Open || self.ids != Filter::Open
    }
}

/// What `%{record_type}` stands for external-dns fills in itself.
fn is_injected_text(text: &str) -> bool {
    is_injected(&text.replace("%{record_type}", ""))
}

impl Filter {
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => false,
            (Self::Open, _) | (_, Self::Open) => true,
            (Self::Only(own), Self::Only(foreign)) => {
                own.iter().any(|domain| is_below_any(domain, foreign))
                    || foreign.iter().any(|domain| is_below_any(domain, own))
            }
        }
    }
}

/// Whether a domain, or one of those above it, is in a list.
fn is_below_any(domain: &str, list: &BTreeSet<String>) -> bool {
    let above = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
    std::iter::once(domain).chain(above).any(|domain| list.contains(domain))
}

/// Flags by name, without the dashes.
#[derive(Debug, Default)]
struct Flags<'a>(BTreeMap<Cow<'static, str>, Vec<Flag<'a>>>);

#[derive(Debug)]
struct Flag<'a> {
    text: String,
    node: Node<'a>,
    /// Whether it is taken from another object, or a template fills it in.
    is_unknown: bool,
}

impl<'a> Flags<'a> {
    fn of_container(container: Container<'a>) -> Self {
        let mut flags = Self::default();
        for entry in container.env() {
            let name = entry.get("name").map(Node::text).unwrap_or_default();
            if let Some(flag) = name.strip_prefix("EXTERNAL_DNS_") {
                let (node, is_unknown) = match entry.get("value") {
                    Some(value) => (value, false),
                    None => (entry, true),
                };
                flags.add(
                    flag.to_ascii_lowercase().replace('_', "-").into(),
                    node.text().into_owned(),
                    node,
                    is_unknown,
                );
            }
        }
        flags.add_arguments(container.arguments());
        flags
    }

    /// `--flag=value`, or the value as the next argument.
    fn add_arguments(&mut self, arguments: impl Iterator<Item = Node<'a>>) {
        let mut open: Option<String> = None;
        for node in arguments {
            let text = node.text();
            match text.strip_prefix("--") {
                Some(flag) => {
                    let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
                    open = (!flag.contains('=')).then(|| name.to_owned());
                    if flag.contains('=') {
                        self.add(name.to_owned().into(), value.to_owned(), node, node.is_templated());
                    }
                }
                None => {
                    if let Some(name) = open.take() {
                        self.add(name.into(), text.into_owned(), node, node.is_templated());
                    }
                }
            }
        }
    }

    fn of_values(values: Node<'a>) -> Self {
        let mut flags = Self::default();
        for (value, flag) in VALUES {
            let Some(node) = values.at(value) else { continue };
            let nodes = if node.is_sequence() { node.items().collect() } else { vec![node] };
            for node in nodes.into_iter().filter(|node| node.shape() == Shape::Scalar) {
                flags.add((*flag).into(), node.text().into_owned(), node, node.is_templated());
            }
        }
        if let Some(arguments) = values.get("extraArgs") {
            flags.add_arguments(arguments.items());
            for entry in arguments.entries() {
                let value = entry.value;
                flags.add(
                    entry.key.text().into_owned().into(),
                    value.text().into_owned(),
                    value,
                    value.is_templated(),
                );
            }
        }
        flags
    }

    fn add(&mut self, name: Cow<'static, str>, text: String, node: Node<'a>, is_unknown: bool) {
        self.0.entry(name).or_default().push(Flag { text, node, is_unknown });
    }

    fn first(&self, name: &str) -> Option<&Flag<'a>> {
        self.0.get(name)?.first()
    }

    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.first(name).map(|flag| Cow::Borrowed(flag.text.as_str()))
    }

    fn filter(&self, name: &str) -> Filter {
        let Some(flags) = self.0.get(name) else { return Filter::Open };
        if flags.iter().any(|flag| flag.is_unknown || is_injected(&flag.text)) {
            return Filter::Unknown;
        }
        let domains = flags.iter().flat_map(|flag| flag.text.split(','));
        let domains = domains.map(|domain| domain.trim().trim_matches('.').to_ascii_lowercase());
        let domains: BTreeSet<String> = domains.filter(|domain| !domain.is_empty()).collect();
        if domains.is_empty() { Filter::Open } else { Filter::Only(domains) }
    }

    /// Without a registry nobody owns a record, and that of AWS Cloud Map keeps its own.
    fn keeps_no_record(&self) -> bool {
        let registry = self.text("registry").unwrap_or_default();
        registry == "noop" || registry == "aws-sd" || is_injected(&registry)
    }
}

/// Values of the charts of external-dns, and the flags that they become.
const VALUES: &[(&[&str], &str)] = &[
    (&[OWNER_VALUE], OWNER),
    (&["txtPrefix"], "txt-prefix"),
    (&["txtSuffix"], "txt-suffix"),
    (&["domainFilters"], "domain-filter"),
    (&["regexDomainFilter"], "regex-domain-filter"),
    (&["zoneIdFilters"], "zone-id-filter"),
    (&["policy"], "policy"),
    (&["registry"], "registry"),
    (&["provider"], "provider"),
    (&["provider", "name"], "provider"),
    (&["provider", "webhook", "image", "repository"], "provider"),
    (&["aws", "zoneType"], "aws-zone-type"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml::{Tree, parse};

    fn tree(text: &str) -> Tree {
        parse(Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into()), text.into())
    }

    fn of_arguments(arguments: &str) -> (Owner, Zones) {
        let tree = tree(&format!("name: dns\nimage: a/external-dns:v1\nargs: [{arguments}]\n"));
        let node = tree.roots().next().expect("one document");
        let dns = ExternalDns::of_container(Container { node }).expect("an external-dns");
        (dns.owner, dns.zones)
    }

    #[test]
    fn owners_are_named_missing_volatile_or_injected() {
        let owner = |argument: &str| of_arguments(&format!("--provider=aws, {argument}")).0;
        assert_eq!(owner("--txt-owner-id=a"), Owner::Named("a".into()));
        assert_eq!(owner("--txt-owner-id, a"), Owner::Named("a".into()));
        assert_eq!(owner("--txt-owner-id=default"), Owner::Missing);
        assert_eq!(owner("--policy=sync"), Owner::Missing);
        assert_eq!(owner("--txt-owner-id=$(HOSTNAME)"), Owner::Volatile("$(HOSTNAME)".into()));
        assert_eq!(owner("--txt-owner-id=$(CLUSTER_NAME)"), Owner::Injected);
        assert_eq!(owner("--registry=noop"), Owner::Injected);
    }

    #[test]
    fn zones_overlap_if_one_lies_in_the_other() {
        let zones = |arguments: &str| of_arguments(&format!("--provider=aws, {arguments}")).1;
        let overlap =
            |one: &str, other: &str| zones(one).overlap(&zones(other)) && zones(other).overlap(&zones(one));
        assert!(overlap("--source=a", "--domain-filter=example.com"));
        assert!(overlap("--domain-filter=a.example.com", "--domain-filter=example.com"));
        assert!(!overlap("--domain-filter=a.example.com", "--domain-filter=b.example.com"));
        assert!(!overlap("--domain-filter=ample.com", "--domain-filter=example.com"));
        assert!(!overlap("--zone-id-filter=Z1", "--zone-id-filter=Z2"));
        assert!(!overlap("'--domain-filter=${DOMAIN}'", "'--domain-filter=${DOMAIN}'"));
        assert!(!overlap("--txt-prefix=a", "--txt-prefix=b"));
    }
}
