//! An image and the place where it is written.

use crate::check::Violation;
use crate::model::image::ImageName;
use crate::model::object::Object;
use crate::source::FileId;
use crate::yaml::Node;

/// An image and the place where it is written.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The scalar.
    pub(super) image: Node<'a>,
    /// In what it stands.
    pub(super) at: Where<'a>,
    /// The object it belongs to, if it belongs to one.
    pub(super) object: Option<Object<'a>>,
}

/// In what an image stands.
#[derive(Debug, Clone)]
pub(super) enum Where<'a> {
    /// In this container of an object.
    Container(Node<'a>),
    /// In a patch, which changes what is written elsewhere.
    Patch(Node<'a>),
    /// In a pipeline: nothing of the cluster depends on it directly.
    Pipeline,
    /// In values of a Helm chart, or in a field of a custom resource that is no container.
    Values,
    /// A tag that stands alone, beside the name of the image.
    Tag {
        /// The name of the image.
        name: String,
    },
}

/// Whose image stream (`OpenShift`) decides what runs.
enum ImageStream {
    /// That of the platform, which moves with the version of the cluster.
    Platform,
    /// That of the team.
    Own,
    /// No image stream.
    None,
}

impl Where<'_> {
    /// Whether the tag may be written elsewhere: in the patched object, or in the chart.
    pub(super) fn may_leave_the_tag_out(&self) -> bool {
        matches!(self, Self::Patch(_) | Self::Values)
    }

    /// Who pulls the image on the day of the move.
    pub(super) fn who(&self) -> &'static str {
        if matches!(self, Self::Pipeline) { "the next run" } else { "the new cluster" }
    }

    /// Whether a tag nobody knows is worth a word. In values it may be a variant or a name.
    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Self::Container(_))
    }
}

/// What runs in a pipeline runs in no cluster that could be asked.
const IN_PIPELINE: &str =
    "Write the version that the last good run pulled, which its log names, or better the digest.";

impl Place<'_> {
    /// Whether it is part of an object that was built.
    pub(super) fn is_built(&self) -> bool {
        self.object.is_some_and(|object| !object.builds().is_empty())
    }

    /// The file it is written in.
    pub(super) fn file(&self) -> FileId {
        self.image.span().file
    }

    /// An objection to this image.
    pub(super) fn violation(&self, message: String) -> Violation {
        let mut violation = Violation::at(self.image, message);
        if let Some(object) = self.object {
            violation = violation.in_object(object, self.image);
        }
        match self.image_stream() {
            ImageStream::Platform => return violation.weaker().less_sure(),
            ImageStream::Own => return violation.weaker(),
            ImageStream::None => {}
        }
        if matches!(self.at, Where::Pipeline) { violation.weaker().with_help(IN_PIPELINE) } else { violation }
    }

    fn image_stream(&self) -> ImageStream {
        let text = match &self.at {
            Where::Tag { name } => name.into(),
            _ => self.image.text(),
        };
        if self.object.is_some_and(|object| object.is("image.openshift.io", "ImageStream")) {
            return ImageStream::Own;
        }
        let image = ImageName::parse(&text);
        match image.is_in_cluster() {
            true if image.name.contains("/openshift/") => ImageStream::Platform,
            true => ImageStream::Own,
            false if self.follows_an_image_stream() => ImageStream::Platform,
            false => ImageStream::None,
        }
    }

    /// `OpenShift` replaces the image when the stream changes, so what is written is only where it begins.
    fn follows_an_image_stream(&self) -> bool {
        let Some(object) = self.object else { return false };
        let triggers = object.at(&["spec", "triggers"]).into_iter().flat_map(Node::items);
        let mut types = triggers.filter_map(|trigger| trigger.get("type"));
        types.any(|kind| kind.is_text("ImageChange"))
            || object.annotation("image.openshift.io/triggers").is_some()
    }
}
