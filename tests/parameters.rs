//! What users may set in `with:` of a rule over a native check: it works, it is documented, and mistakes have a place.

mod common;

use common::rules::load_own;
use k8factor::check::registry;
use k8factor::rule::{self, Page, Rule};
use std::collections::BTreeMap;

/// A check with parameters, and an example in which these lines and no others must be reported. Every file also lacks
/// a finding that the check would make, or has one that it would not make, without the parameters.
struct Case {
    check: &'static str,
    with: &'static str,
    example: &'static str,
}

const CASES: [Case; 12] = [
    Case {
        check: "hard-coded-cluster-name",
        with: "uses: [host]",
        example: "```yaml path=clusters/tokyo-1/cluster.yaml\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                  metadata:\n  name: tokyo-1\n```\n```yaml path=base/values.yaml\nclusterName: tokyo-1\n\
                  host: web.tokyo-1.example.com # finding\n```",
    },
    Case {
        check: "monitor-filters-on-cluster-name",
        with: "of: [patterns]",
        example: "```yaml path=clusters/tokyo-1/cluster.yaml\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
                  metadata:\n  name: tokyo-1\n```\n```yaml path=base/rules.yaml\ngroups:\n- rules:\n  \
                  - expr: up{cluster=\"tokyo-1\"}\n  - expr: up{cluster=~\"tokyo-.*\"} # finding\n```",
    },
    Case {
        check: "image-without-version",
        with: "floating-tags: [blessed, 'team-*']",
        example: "```yaml\nspec:\n  containers:\n  - image: registry.example.com/a:1.2-blessed\n  \
                  - image: registry.example.com/a:blessed # finding\n  \
                  - image: registry.example.com/a:team-7 # finding\n```",
    },
    Case {
        check: "image-without-version",
        with: "except: ['registry.example.com/tools/*']",
        example: "```yaml\nspec:\n  containers:\n  - image: registry.example.com/tools/a\n  \
                  - image: registry.example.com/tools/b:latest\n  - image: registry.example.com/web # finding\n```",
    },
    Case {
        check: "dangling-reference",
        with: "provided: [ServiceAccount/web-*]",
        example: "```yaml\nspec:\n  serviceAccountName: web-1\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n\
                  spec:\n  serviceAccountName: api # finding\n```",
    },
    Case {
        check: "object-in-one-environment-only",
        with: "expected: [policy/PodDisruptionBudget]",
        example: "```yaml path=overlays/prod/a.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n---\n\
                  apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: web\n---\n\
                  apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web # finding\n```\n\
                  ```yaml path=overlays/staging/a.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n```",
    },
    Case {
        check: "stateful-workload",
        with: "kinds: [example.com/Ledger]",
        example: "```yaml\napiVersion: example.com/v1\nkind: Ledger # finding\nmetadata:\n  name: a\n---\n\
                  apiVersion: example.com/v1\nkind: Report\nmetadata:\n  name: a\n```",
    },
    Case {
        check: "timeless-cluster-name",
        with: "disposable: ['*-spring']",
        example: "```yaml\napiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: prod-spring\n---\n\
                  apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: prod # finding\n```",
    },
    Case {
        check: "namespace-not-backed-up",
        with: "except: ['cache-*']",
        example: "```yaml\napiVersion: velero.io/v1\nkind: Schedule\nmetadata:\n  name: a\nspec:\n  template:\n    \
                  excludedNamespaces:\n    - cache-1\n    - orders # finding\n---\napiVersion: v1\n\
                  kind: PersistentVolumeClaim\nmetadata:\n  name: a\n  namespace: cache-1\n---\napiVersion: v1\n\
                  kind: PersistentVolumeClaim\nmetadata:\n  name: a # finding\n  namespace: orders\n```",
    },
    Case {
        check: "kustomization-cannot-be-built",
        with: "gaps: [remote, empty]",
        example: "```yaml path=a/kustomization.yaml\nresources:\n- https://example.com/a.yaml # finding\n\
                  namespaces: a\n```\n```yaml path=b/kustomization.yaml\napiVersion: kustomize.config.k8s.io/v1beta1 # finding\n```",
    },
    Case {
        check: "waiver-not-understood",
        with: "faults: [no-reason]",
        example: "```yaml\n# k8factor: allow(a) # finding\na: 1\n\n# k8factor: allow(none) x\nb: 1\n```",
    },
    Case {
        check: "export-into-codebase",
        with: "except: ['inventory/*']",
        example: "```sh\nkubectl get nodes -o yaml > inventory/nodes.yaml\n\
                  kubectl get deployment -o yaml > manifests/web.yaml # finding\n```",
    },
];

#[test]
fn parameters_change_what_is_reported() {
    for Case { check, with, example } in CASES {
        let reported = |with: &str| -> Vec<String> {
            let rules = own(check, with, example).unwrap_or_else(|error| panic!("{check}: {error}"));
            let mismatches = rule::test(&rules[0]).unwrap_or_else(|error| panic!("{check}: {error}"));
            // The page has no good example.
            mismatches.into_iter().filter(|found| found.line > 1).map(|found| found.message).collect()
        };
        assert_eq!(reported(with), [""; 0], "{check} with {with}");
        assert_ne!(reported("{}"), [""; 0], "{check}: {with} changes nothing");
    }
}

#[test]
fn mistakes_have_a_place_and_a_suggestion() {
    for (check, with, expected) in [
        (
            "image-without-version",
            "excpet: []",
            "a.md:8:3: `excpet` is unknown (known: floating-tags, except). Did you mean `except`?",
        ),
        ("image-without-version", "except: a", "a.md:8:11: a list is needed here, and this is the text `a`"),
        ("image-without-version", "except: [[a]]", "a.md:8:12: a text is needed here, and this is a list"),
        ("stateful-workload", "kinds: [Ledger]", "a.md:8:11: the core group has no kind `Ledger`"),
        (
            "dangling-reference",
            "provided: [registry]",
            "a.md:8:14: `registry` is no kind and name. Write both",
        ),
        ("kustomization-cannot-be-built", "gaps: [remot]", "a.md:8:10: "),
        ("live-status", "except: []", "a.md:8:3: `except` is unknown (nothing can be set here)."),
    ] {
        let said = own(check, with, "").err().unwrap_or_else(|| panic!("{check} takes {with}"));
        assert!(said.contains(expected), "{check} with {with}\n  expected {expected}\n  said     {said}");
    }
}

#[test]
fn every_parameter_is_documented_and_tried() {
    let rules = rule::built_in().expect("every built-in page loads");
    let pages: BTreeMap<&str, &Page> = rules.iter().map(|rule| (rule.id.as_str(), rule.page())).collect();
    for check in registry::names() {
        let documented = pages.get(check).map(|page| documented(page)).unwrap_or_default();
        assert_eq!(documented, parameters(check), "`## Parameters` on the page of {check}");
        for parameter in documented {
            let is_tried = |case: &Case| case.check == check && case.with.starts_with(parameter.as_str());
            assert!(CASES.iter().any(is_tried), "no case here tries `{parameter}` of {check}");
        }
    }
}

/// The parameters that the error about an unknown one names.
fn parameters(check: &str) -> Vec<String> {
    let said = own(check, "odd: 1", "").err().expect("`odd` is no parameter");
    let known = said.split_once("(known: ").and_then(|(_, rest)| rest.split_once(')'));
    known.map(|(known, _)| known.split(", ").map(str::to_owned).collect()).unwrap_or_default()
}

/// The names at the beginning of the list in the section `## Parameters`.
fn documented(page: &Page) -> Vec<String> {
    let section = page.body().split("\n## ").find_map(|section| section.strip_prefix("Parameters\n"));
    let items = section.into_iter().flat_map(|section| section.split("\n* `").skip(1));
    items.filter_map(|item| Some(item.split_once("`:")?.0.to_owned())).collect()
}

/// A rule of a user's own over a native check.
fn own(check: &str, with: &str, example: &str) -> Result<Vec<Rule>, String> {
    let objects =
        example.replace("```yaml\nspec:", "```yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:");
    let page = format!(
        "---\nsummary: x\nseverity: info\nconfidence: low\nhelp: x.\ncheck: {check}\nwith:\n  {with}\n---\n# X\n## Bad\n{objects}\n"
    );
    load_own(&[("1-x/a.md", &page)]).map_err(|error| error.to_string())
}
