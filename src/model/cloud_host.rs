//! Host names that clouds give to load balancers, control planes, machines and databases. The forms are data.

use super::window;
use crate::facts;
use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;
use std::ops::Range;
use std::sync::LazyLock;

/// A form of such names: a row of `data/cloud-hosts.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudHost {
    /// What has such a name: `an AWS load balancer`.
    pub what: String,
    /// What becomes of it when the cluster is replaced.
    pub kind: CloudHostKind,
    word: String,
    pattern: String,
}

/// What becomes of a host when the cluster is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloudHostKind {
    /// Made for a Service or an Ingress of the cluster.
    LoadBalancer,
    /// The API of the cluster, or what comes with it.
    ControlPlane,
    /// A machine of the cluster.
    Node,
    /// It may well outlive the cluster.
    Database,
}

struct Forms {
    rows: Vec<(CloudHost, Regex)>,
    words: AhoCorasick,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let rows: Vec<CloudHost> = facts::rows(include_str!("../../data/cloud-hosts.yaml"));
    let words = AhoCorasick::builder().ascii_case_insensitive(true).build(rows.iter().map(|row| &row.word));
    let words = words.expect("a table of ours has few words");
    let rows = rows.into_iter().map(|row| {
        let pattern = Regex::new(&format!("(?i)^(?:{})", row.pattern));
        (row, pattern.expect("a table of ours has patterns that compile"))
    });
    Forms { rows: rows.collect(), words }
});

/// Every name of such a form in a text, in the order of the text. Names of which a template fills in a part are left out.
pub fn cloud_hosts(text: &str) -> Vec<(Range<usize>, &'static CloudHost)> {
    let mut hosts: Vec<(Range<usize>, &CloudHost)> = Vec::new();
    for word in FORMS.words.find_overlapping_iter(text) {
        let (row, pattern) = &FORMS.rows[word.pattern().as_usize()];
        let Some(start) = start_of_run(text, word.start()) else { continue };
        let found = pattern.find(window::text_after(text, start));
        let found = found.map(|found| start..start + found.end()).filter(|host| host.contains(&word.start()));
        if let Some(host) = found.filter(|host| is_end(&text[host.end..]))
            && hosts.last().is_none_or(|(known, _)| known.end <= host.start)
        {
            hosts.push((host, row));
        }
    }
    hosts
}

/// Where the run of letters, digits, hyphens and dots begins; nothing where something else fills in what is before it.
fn start_of_run(text: &str, at: usize) -> Option<usize> {
    let before = window::text_before(text, at);
    let run = before.bytes().rev().take_while(|byte| is_in_run(*byte)).count();
    let (outside, run) = before.split_at(before.len() - run);
    // An escaped line break in a JSON string is no part of a name: its letter is.
    let escape = usize::from(outside.ends_with('\\') && run.starts_with(['n', 't', 'r']));
    let run = &run[escape..];
    let is_whole = escape == 1 || !outside.ends_with(['}', '$', '%', '*', '>', ')', ']', '\\', '_']);
    (is_whole && !run.starts_with(['.', '-'])).then_some(at - run.len())
}

fn is_in_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

/// A longer name is another one. A stop may end a sentence, or a name that is complete.
fn is_end(rest: &str) -> bool {
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_${".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, CloudHostKind)> {
        cloud_hosts(text).into_iter().map(|(range, host)| (&text[range], host.kind)).collect()
    }

    #[test]
    fn names_that_clouds_give_are_known() {
        use CloudHostKind::{ControlPlane, Database, LoadBalancer, Node};
        let cases = [
            ("k8s-web-1a2b3c-99.eu-west-1.elb.amazonaws.com", LoadBalancer),
            ("a1b2c3-0123456789abcdef.elb.us-gov-west-1.amazonaws.com", LoadBalancer),
            ("dualstack.internal-web-7.cn-north-1.elb.amazonaws.com.cn", LoadBalancer),
            ("web.westeurope.cloudapp.azure.com", LoadBalancer),
            ("0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com", ControlPlane),
            ("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", ControlPlane),
            ("prod-dns-1a2b3c4d.hcp.westeurope.azmk8s.io", ControlPlane),
            ("prod-1a2b.01234567-89ab-cdef-0123-456789abcdef.privatelink.westeurope.azmk8s.io", ControlPlane),
            ("gke-0123456789abcdef-123456789012.europe-west1.gke.goog", ControlPlane),
            ("01234567-89ab-cdef-0123-456789abcdef.k8s.ondigitalocean.com", ControlPlane),
            ("ip-10-0-1-2.eu-west-1.compute.internal", Node),
            ("ip-10-0-1-2.ec2.internal", Node),
            ("i-0123456789abcdef0.eu-west-1.compute.internal", Node),
            ("shop.c0ffee123456.eu-west-1.rds.amazonaws.com", Database),
            ("shop.cluster-c0ffee123456.eu-west-1.rds.amazonaws.com", Database),
            ("shop.abc123.0001.euw1.cache.amazonaws.com", Database),
        ];
        for (name, kind) in cases {
            for text in [name.to_owned(), format!("a: https://{name}:443/x"), format!("\"\\n{name}.\"")] {
                assert_eq!(found(&text), [(name, kind)], "{text}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_or_belongs_to_nobody_is_left_out() {
        let cases = [
            "*.eu-west-1.elb.amazonaws.com",
            "${NAME}.eu-west-1.elb.amazonaws.com",
            "${name}-1.eu-west-1.elb.amazonaws.com",
            "{{ .id }}.gr7.eu-west-1.eks.amazonaws.com",
            "https://%s.gr7.eu-west-1.eks.amazonaws.com",
            "web.${REGION}.elb.amazonaws.com",
            "eks.amazonaws.com",
            "elasticloadbalancing.eu-west-1.amazonaws.com",
            "vpce-0123-abc.elasticloadbalancing.eu-west-1.vpce.amazonaws.com",
            "oidc.eks.eu-west-1.amazonaws.com",
            "privatelink.westeurope.azmk8s.io",
            "<name>.westeurope.cloudapp.azure.com",
            ".*\\.elb\\.amazonaws\\.com",
            "web-1.eu-west-1.elb.amazonaws.com.example.org",
            "eu-west-1.compute.internal",
            "ip-10-0-1-2.eu-west-1.compute.internal-zone",
        ];
        for text in cases {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn every_form_has_its_word() {
        for (row, pattern) in &FORMS.rows {
            let plain = pattern.as_str().replace("\\.", ".");
            assert!(plain.contains(row.word.trim_end_matches(".com")), "{}", row.word);
        }
    }
}
