//! What a document is, and in what part of the codebase it stands.
//!
//! Most false findings come from judging a document for what it is not: a patch as an object, a test as a
//! deployment, a schema as a value.

use crate::yaml::Node;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A Kubernetes object or a cluster spec.
    Object,
    /// Changes an object that is written elsewhere; never judged as one.
    Patch,
    /// Says how to build objects: a kustomization or a component.
    Kustomization,
    /// Anything else: values, pipelines, cluster specs without `apiVersion`, data.
    Data,
}

/// What part of the codebase a file stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// Deployed, as far as anybody can tell.
    Deployed,
    /// In a folder with a kustomization, but listed by none: findings are notes.
    Unlisted,
    /// An example: findings are one step weaker.
    Example,
    /// A Helm template: objects are not judged, texts are.
    Template,
    /// Test data; not judged.
    Test,
    /// Documentation; not judged.
    Documentation,
    /// What k8factor itself reads: its configuration, rules and baseline. Not judged.
    Own,
}

/// How the file of a baseline begins, wherever it lies.
pub const BASELINE_START: &str = "{\"version\":1,\"entries\":[";

/// How a report of k8factor begins.
const REPORT_START: &str = "{\"version\":1,\"tool\":{\"name\":\"k8factor\"";

/// Whether a JSON text is a baseline or a report of k8factor: it quotes what is wrong elsewhere.
pub fn is_own_json(text: &str) -> bool {
    let mut start = text.chars().take(LONGEST_START).filter(|c| !c.is_whitespace());
    let start: String = start.by_ref().collect();
    start.starts_with(BASELINE_START) || start.starts_with(REPORT_START)
}

/// How many characters such a beginning may take, with the spaces in it.
const LONGEST_START: usize = 200;

impl Zone {
    /// Whether objects in this part are judged.
    pub fn is_judged(self) -> bool {
        matches!(self, Self::Deployed | Self::Unlisted | Self::Example)
    }

    /// Whether texts in this part are judged.
    pub fn has_judged_texts(self) -> bool {
        !matches!(self, Self::Test | Self::Documentation | Self::Own)
    }

    /// Whether what is written here is meant: an example names clusters that nobody has.
    pub fn is_meant(self) -> bool {
        matches!(self, Self::Deployed | Self::Unlisted)
    }

    /// Whether what is written here may come to a cluster, through a template if not as it is.
    pub fn is_used(self) -> bool {
        self.is_meant() || self == Self::Template
    }

    /// The zone that a path alone tells. Whether a kustomization lists the file is seen later.
    pub fn of_path(path: &str) -> Self {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut zone = match file {
            ".k8factor.yaml" => Self::Own,
            "mkdocs.yml" | "mkdocs.yaml" | "labeler.yml" | ".pre-commit-config.yaml" => Self::Documentation,
            _ if is_test_file(file) => Self::Test,
            _ => Self::Deployed,
        };
        let mut parent = "";
        for folder in folders.split('/') {
            zone = zone.max(Self::of_folder(parent, folder));
            parent = folder;
        }
        zone
    }

    fn of_folder(parent: &str, folder: &str) -> Self {
        match folder {
            ".k8factor" => Self::Own,
            "docs" | "doc" | "documentation" | ".vscode" | ".idea" => Self::Documentation,
            "examples" | "example" | "samples" | "sample" => Self::Example,
            // Deeper down, as in `overlays/test`, it is an environment more often than not.
            "test" if parent.is_empty() => Self::Test,
            // In `mtest` and `dctest` whole machines and data centres are tested.
            "tests" | "testdata" | "test-data" | "test_data" | "e2e" | "e2e-test" | "e2e-tests"
            | "unit-tests" | "mtest" | "dctest" | "kuttl" | ".chainsaw-test" | "chainsaw" | "fixtures"
            | "__tests__" => Self::Test,
            _ => Self::Deployed,
        }
    }
}

fn is_test_file(file: &str) -> bool {
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file);
    ["_test", ".test", ".tests", "_tests", "-test-data"].iter().any(|end| stem.ends_with(end))
        || matches!(stem, "kuttl-test" | "chainsaw-test")
}

/// Whether a document is test data whatever its path: promtool's tests, kuttl and chainsaw steps.
pub fn is_test_document(root: Node<'_>) -> bool {
    let promtool = root.get("rule_files").is_some() && root.get("tests").is_some();
    let group = root.get("apiVersion").map(Node::text).unwrap_or_default();
    promtool || ["kuttl.dev/", "chainsaw.kyverno.io/"].iter().any(|prefix| group.starts_with(prefix))
}
