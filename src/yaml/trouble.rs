//! What can be wrong with a text, how bad it is and who minds.
//!
//! Each fault names the readers that mind, so that the tests can hold it against those readers.

use crate::source::Span;
use std::ops::BitOr;

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// How bad it is.
    pub grade: Grade,
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub fault: Fault,
}

impl Trouble {
    /// What it is and what to do, in one sentence without a stop.
    pub fn message(&self) -> &'static str {
        self.fault.message()
    }

    /// The readers that refuse the document because of it.
    pub fn refused_by(&self) -> Readers {
        if self.grade == Grade::Fatal { Readers::ALL } else { self.fault.refusing() }
    }

    /// The readers that accept the document and read something else than YAML says.
    pub fn misread_by(&self) -> Readers {
        if self.grade == Grade::Fatal { Readers::NONE } else { self.fault.misreading() }
    }
}

/// How bad a [`Trouble`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The text can be read, but not every reader of Kubernetes' world reads it, or reads it alike.
    Compatibility,
    /// The document has no tree.
    Fatal,
}

/// A set of readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readers(u8);

impl Readers {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// A reader that follows YAML 1.2 to the letter.
    pub const STANDARD: Self = Self(1);
    /// kubectl, Helm, kops, Argo CD: everything over `sigs.k8s.io/yaml`.
    pub const KUBECTL: Self = Self(2);
    /// kustomize and what is built on its library.
    pub const KUSTOMIZE: Self = Self(4);
    /// kubectl and kustomize.
    pub const KUBERNETES: Self = Self(6);
    /// Everybody.
    pub const ALL: Self = Self(7);

    /// Whether one of `others` is in this set.
    pub fn includes(self, others: Self) -> bool {
        (self.0 & others.0) != 0
    }
}

impl BitOr for Readers {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A document contains something nobody can make sense of.
    UnexpectedCharacter,
    /// Nesting over the limit of this reader.
    TooDeep,
    /// A directive without a document.
    DirectiveWithoutDocument,
    /// A directive that is not well-formed.
    BadDirective,
    /// A directive that Kubernetes' readers do not know.
    UnknownDirective,
    /// `--- text` or `---text` on a line that separates documents.
    SeparatorWithContent,
    /// Text after `...`.
    ContentAfterEnd,
    /// `...` where there is no document to end.
    EndWithoutDocument,
    /// Text that no longer belongs to the document, before the next separator.
    IgnoredContent,
    /// A document after `...` that no separator begins.
    IgnoredDocument,
    /// A mapping begins where none can.
    MappingHere,
    /// A sequence begins where none can.
    SequenceHere,
    /// Properties before `-` or `?` on one line, before an alias, or before nothing.
    PropertyHere,
    /// Two anchors or two tags for one node.
    DuplicateProperty,
    /// `&` or `*` without a name.
    EmptyName,
    /// An anchor with characters that Kubernetes' readers do not accept.
    UnusualName,
    /// `*a:` read as the alias `*a` and a colon.
    ColonAfterAlias,
    /// A tag that does not end.
    BadTag,
    /// A tag with a bracket or a comma right behind it.
    TagWithoutSpace,
    /// A tag whose handle is not declared.
    UndeclaredHandle,
    /// An alias without an anchor before it.
    UnknownAnchor,
    /// An alias inside the node it stands for.
    SelfReference,
    /// A tab where the indentation decides.
    TabIndentation,
    /// A tab before the first character of a line, or after `-`.
    TabBeforeContent,
    /// A tab on a line that is empty but for a comment.
    TabOnEmptyLine,
    /// A tab in front of the text of a block scalar.
    TabInBlockScalar,
    /// Text after a value on the same line.
    ContentAfterValue,
    /// An entry further right than its siblings.
    EntryIndentation,
    /// No `:` after a key.
    ExpectedColon,
    /// A key over several lines.
    MultiLineKey,
    /// A key of a flow mapping that is not on the line of its `:`.
    MultiLineFlowKey,
    /// A key of more than 1024 characters.
    LongKey,
    /// A second `: ` in a plain text.
    ColonInText,
    /// A colon that YAML takes for an indicator and Kubernetes' readers for text, or the reverse.
    ColonInFlow,
    /// A colon without a key, or what Go's readers take for one.
    EmptyKey,
    /// A text between brackets that begins with `?`.
    QuestionInFlow,
    /// `[-]`.
    DashInFlow,
    /// A quote that is never closed.
    UnterminatedQuote,
    /// `---` or `...` inside a quoted text or a flow collection.
    MarkerInside,
    /// `|` or `>` at the column of its key.
    UnindentedHeader,
    /// A continuation line that is not further right than its key.
    UnindentedQuote,
    /// A flow collection continued at the column of its parent.
    UnindentedFlow,
    /// An escape sequence nobody knows.
    BadEscape,
    /// `\/`.
    JsonEscape,
    /// `\'`.
    QuoteEscape,
    /// A character written as two escapes.
    SurrogatePair,
    /// Half a character.
    LoneSurrogate,
    /// A block scalar header followed by text.
    BlockScalarHeader,
    /// An empty first line of a block scalar that is longer than its indentation.
    BlockScalarIndentation,
    /// A block scalar at the left edge.
    UnindentedBlockScalar,
    /// `[` or `{` that is never closed.
    UnterminatedFlow,
    /// `[a,,b]`.
    EmptyFlowEntry,
    /// No comma between entries.
    ExpectedComma,
    /// `x#c` after a value.
    CommentWithoutSpace,
    /// A control character.
    ControlCharacter,
    /// NEL, LS or PS.
    UnicodeLineBreak,
}

impl Fault {
    /// Who refuses a document for this fault where our own reading goes on.
    fn refusing(self) -> Readers {
        match self {
            Self::IgnoredDocument
            | Self::ColonInFlow
            | Self::QuestionInFlow
            | Self::UnindentedBlockScalar
            | Self::UnicodeLineBreak => Readers::NONE,
            Self::UnknownDirective
            | Self::SeparatorWithContent
            | Self::EndWithoutDocument
            | Self::UnusualName
            | Self::TabBeforeContent
            | Self::TabOnEmptyLine
            | Self::TagWithoutSpace
            | Self::EmptyKey
            | Self::TabInBlockScalar
            | Self::MultiLineFlowKey
            | Self::JsonEscape
            | Self::SurrogatePair => Readers::KUBERNETES,
            Self::IgnoredContent
            | Self::ColonAfterAlias
            | Self::DashInFlow
            | Self::UnindentedQuote
            | Self::UnindentedHeader
            | Self::UnindentedFlow
            | Self::QuoteEscape
            | Self::CommentWithoutSpace => Readers::STANDARD,
            _ => Readers::ALL,
        }
    }

    /// Who accepts the document and reads something else than YAML 1.2 says.
    fn misreading(self) -> Readers {
        match self {
            Self::IgnoredContent
            | Self::IgnoredDocument
            | Self::ColonInFlow
            | Self::QuestionInFlow
            | Self::UnindentedBlockScalar
            | Self::UnicodeLineBreak => Readers::KUBERNETES,
            _ => Readers::NONE,
        }
    }

    /// What it is and what to do, in one sentence without a stop.
    pub fn message(self) -> &'static str {
        match self {
            Self::TooDeep => "nested too deeply to be read",
            Self::DirectiveWithoutDocument => "a directive needs a document that begins with ---",
            Self::BadDirective => "this directive is not complete, or of another YAML",
            Self::ContentAfterEnd => "nothing but a comment can follow ... on its line",
            Self::UnexpectedCharacter => "no value can begin with this character; put the text in quotes",
            Self::MappingHere => "a mapping cannot begin here; put the text in quotes or begin a new line",
            Self::SequenceHere => "a sequence cannot begin here; begin a new line",
            Self::PropertyHere => "an anchor or a tag cannot stand here",
            Self::DuplicateProperty => "a value has one anchor and one tag at most",
            Self::EmptyName => "an anchor or an alias needs a name",
            Self::BadTag => "this tag is not complete",
            Self::ContentAfterValue => {
                "this text follows a complete value; check the quotes and the indentation"
            }
            Self::EntryIndentation => "this line is indented unlike the entries before it",
            Self::ExpectedColon => "this is no key, because no : follows it; check the indentation",
            Self::MultiLineKey => "a key must stand on one line; a colon or a quote may be missing above",
            Self::ColonInText => "a text with a colon and a space needs quotes",
            Self::UnterminatedQuote => "this quote is never closed",
            Self::MarkerInside => "the document ends inside a quoted text or a bracket",
            Self::BlockScalarHeader => "text cannot stand beside | or >; begin a new line",
            Self::BlockScalarIndentation => {
                "this empty line is longer than the indentation of the text below it"
            }
            Self::UnterminatedFlow => "this bracket is never closed",
            Self::EmptyFlowEntry => "there is nothing between these commas",
            Self::ExpectedComma => "a comma or a closing bracket is missing before this",
            _ => self.remark(),
        }
    }

    /// The message of a fault that does not keep us from reading on.
    fn remark(self) -> &'static str {
        match self {
            Self::UnknownDirective => "Kubernetes' readers refuse this directive; remove the line",
            Self::SeparatorWithContent => "kubectl refuses text beside ---; begin a new line after it",
            Self::EndWithoutDocument => "there is no document for ... to end; remove the line",
            Self::IgnoredContent => {
                "kubectl ignores everything from here to the next ---; indent it or add a ---"
            }
            Self::IgnoredDocument => "kubectl ignores this document; begin it with ---",
            Self::UnusualName => "kubectl accepts only letters, digits, - and _ in the name of an anchor",
            Self::ColonAfterAlias => "the colon belongs to the name of the alias; put a space before it",
            Self::UndeclaredHandle => "the handle of this tag is not declared",
            Self::UnknownAnchor => "no anchor of this name stands before the alias",
            Self::SelfReference => "the alias stands inside the value it repeats",
            Self::TabIndentation => "a tab cannot indent YAML; use spaces",
            Self::TabBeforeContent => {
                "kubectl refuses a tab before the first character of a line or after -; use spaces"
            }
            Self::TabOnEmptyLine => "kubectl refuses a tab on an empty line; remove it",
            Self::TabInBlockScalar => {
                "kubectl refuses a tab at the beginning of a block of text; indent it with spaces"
            }
            Self::MultiLineFlowKey => "kubectl refuses a key that is not on the line of its colon",
            Self::LongKey => "a key has 1024 characters at most",
            Self::ColonInFlow => {
                "kubectl reads this colon as a part of the text; put a space after it or use quotes"
            }
            Self::EmptyKey => "kubectl refuses a colon without a key; write the key or use quotes",
            Self::QuestionInFlow => "kubectl takes this ? for the mark of a key; put the text in quotes",
            Self::DashInFlow => "a lone - needs quotes between brackets",
            Self::UnindentedHeader => "YAML wants | and > on the line of the key or further right",
            Self::TagWithoutSpace => "kubectl wants a space behind a tag",
            Self::UnindentedQuote => "YAML wants the lines of a quoted text further right than the key",
            Self::UnindentedFlow => "YAML wants the lines between brackets further right than the key",
            Self::BadEscape => "no such escape sequence; double the backslash or use single quotes",
            Self::JsonEscape => "kubectl knows \\/ in JSON files only; write / instead",
            Self::QuoteEscape => "YAML has no \\' escape; write ' instead",
            Self::SurrogatePair => {
                "kubectl refuses characters written as two escapes; write the character itself"
            }
            Self::LoneSurrogate => "this escape is half a character",
            Self::UnindentedBlockScalar => {
                "kubectl reads no text at the left edge into this block; indent it"
            }
            Self::CommentWithoutSpace => "YAML wants a space before a comment",
            Self::ControlCharacter => {
                "control characters cannot stand in YAML; remove it or write an escape in double quotes"
            }
            Self::UnicodeLineBreak => {
                "kubectl ends the line at this invisible character; remove it or write an escape in double quotes"
            }
            _ => "this cannot be read",
        }
    }
}
