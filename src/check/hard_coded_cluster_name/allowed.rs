//! Places where the name of a cluster belongs, and words that only look like one.

use crate::codebase::Codebase;
use crate::model::cluster::{is_cluster_group, is_derived_key};
use crate::model::delivery::ARGO;
use crate::model::identity::{Identity, Origin};
use crate::model::mention::Surroundings;
use crate::model::object::TypeMeta;
use crate::paths::resolve_path;
use crate::source::{FileKind, Source, Span};
use crate::yaml::{Node, Tree};

/// What is allowed in one file. Built only for files in which a name stands at all.
pub(super) struct Allowed<'a> {
    codebase: &'a Codebase,
    source: &'a Source,
    /// The clusters to which the file belongs.
    owners: Vec<&'a Identity>,
    /// Comments, in the order of the text.
    comments: Vec<Span>,
    /// Documents that declare or register clusters.
    declarations: Vec<Span>,
    /// Whether `cluster` means a cluster of containers or of databases here.
    has_other_clusters: bool,
}

impl<'a> Allowed<'a> {
    pub(super) fn of(codebase: &'a Codebase, source: &'a Source) -> Self {
        let tree = codebase.tree(source.id());
        let owners = codebase.identities().owners(source.path());
        let comments = tree.into_iter().flat_map(Tree::comments).collect();
        let declarations =
            tree.into_iter().flat_map(|tree| tree.roots().filter(|root| declares_clusters(*root)));
        let declarations = declarations.map(Node::span).collect();
        let others = ["aws_ecs_", "aws_rds_", "aws_msk_", "aws_elasticache_", "aws_redshift_"];
        let has_other_clusters =
            source.kind() == FileKind::Terraform && others.iter().any(|other| source.text().contains(other));
        Self { codebase, source, owners, comments, declarations, has_other_clusters }
    }

    pub(super) fn allows(&self, identity: &Identity, around: Surroundings<'_>, span: Span) -> bool {
        self.owners.iter().any(|owner| owner.name == identity.name)
            || is_declared_here(identity, span)
            || self.is_commented(span)
            || self.declarations.iter().any(|declaration| declaration.contains(span))
            || self.has_other_clusters && around.is_named_as_cluster()
            || around.is_comment()
            || around.is_prose()
            || is_structural(around)
            || is_image(around)
            || self.codebase.monitors().compares(span)
            || self.is_path(around)
    }

    fn is_commented(&self, span: Span) -> bool {
        let next = self.comments.partition_point(|comment| comment.start <= span.start);
        next > 0 && self.comments[next - 1].contains(span)
    }

    /// A folder of this repository may be called after a cluster, and has to be referred to.
    fn is_path(&self, around: Surroundings<'_>) -> bool {
        let path = around.token_to_name().rsplit(['=', ':']).next().unwrap_or_default();
        let from_root = path.trim_start_matches("../").trim_start_matches("./").trim_start_matches('/');
        let from_here = resolve_path(self.source.folder(), path);
        let known = |path: &str| path.contains('/') && self.codebase.has_path(path);
        known(from_root) || from_here.is_some_and(|path| known(&path))
    }
}

/// A spec may repeat its own name; a hub's record, an injected value and a pipeline's list of clusters stand for
/// themselves.
fn is_declared_here(identity: &Identity, span: Span) -> bool {
    identity.evidence.iter().any(|evidence| match evidence.origin {
        Origin::Spec | Origin::Registration | Origin::Terraform | Origin::Kubeconfig => {
            evidence.span.file == span.file
        }
        Origin::Injection | Origin::Delivery | Origin::Matrix => evidence.span.contains(span),
        _ => false,
    })
}

/// What objects about clusters say of a cluster's name is their business, and that of what Argo CD delivers to them.
fn declares_clusters(root: Node<'_>) -> bool {
    let Some(meta) = TypeMeta::of(root) else { return false };
    let is_delivery = meta.group() == ARGO && meta.kind().starts_with("App");
    is_delivery || is_cluster_group(meta.group())
}

/// Labels, tags and paths of object stores that tools derive from the name.
fn is_structural(around: Surroundings<'_>) -> bool {
    around.key().is_some_and(is_derived_key) || around.token_to_name().contains("kubernetes.io/cluster/")
}

/// Images and repositories are called after organisations and products, as clusters are.
fn is_image(around: Surroundings<'_>) -> bool {
    let hosts = [
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        "docker.io",
        "quay.io",
        "ghcr.io",
        "gcr.io",
        ".pkg.dev",
        "public.ecr.aws",
        "registry.",
        ".dkr.ecr.",
        ".azurecr.io",
    ];
    let token = around.token();
    let key = around.key().unwrap_or_default().to_ascii_lowercase();
    let key = key.rsplit('.').next().unwrap_or_default();
    hosts.iter().any(|host| token.contains(host)) || IMAGE_KEYS.contains(&key) || key.contains("image")
}

const IMAGE_KEYS: [&str; 6] = ["newname", "uses", "repository", "repo", "repourl", "registry"];
