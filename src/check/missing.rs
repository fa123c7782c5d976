//! What a violation misses, and which of the things that were not read could hold it.
//!
//! Checks say what they miss; `rule::run` holds the violation back if it may be there after all.

use crate::codebase::unread::Unread;
use crate::source::FileKind;

/// Something that is nowhere, as far as anybody could read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Missing {
    /// Files and folders in which it would count; none means anywhere.
    within: Vec<String>,
    files: Files,
    words: Words,
    in_encrypted: bool,
    /// Whether it counts that nobody knows what lies beside the given paths.
    beside: bool,
}

/// What kinds of files could hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Files {
    All,
    Yaml,
    Kustomizations,
}

/// Broken YAML and templates that nobody can read still tell their words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Words {
    /// Any text could hold it.
    Any,
    /// Only a text with one of these words.
    OneOf(Vec<String>),
    /// The check has searched every text, whether it was understood or not.
    Searched,
}

impl Missing {
    /// Something that any YAML file could declare.
    pub fn anywhere() -> Self {
        Self { within: Vec::new(), files: Files::Yaml, words: Words::Any, in_encrypted: false, beside: true }
    }

    /// Something that counts in these files, or below these folders, alone.
    pub fn below(paths: Vec<String>) -> Self {
        Self { within: paths, ..Self::anywhere() }
    }

    /// Something that kustomizations alone say.
    pub fn in_kustomizations() -> Self {
        Self { files: Files::Kustomizations, ..Self::anywhere() }
    }

    /// Scripts, Terraform and settings could hold it as well.
    #[must_use]
    pub fn or_in_scripts(self) -> Self {
        Self { files: Files::All, ..self }
    }

    /// An encrypted file could hold it as well: it is a credential.
    #[must_use]
    pub fn or_encrypted(self) -> Self {
        Self { in_encrypted: true, ..self }
    }

    /// It belongs to the place of the violation, and what stands elsewhere only overrides it: whoever gives one file
    /// wants to hear about that file.
    #[must_use]
    pub fn that_belongs_here(self) -> Self {
        Self { beside: false, ..self }
    }

    /// A text holds it only if one of these words stands in it.
    #[must_use]
    pub fn with_one_of<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Self {
        Self { words: Words::OneOf(words.into_iter().map(Into::into).collect()), ..self }
    }

    /// No text holds it: all were searched.
    #[must_use]
    pub fn in_no_text(self) -> Self {
        Self { words: Words::Searched, ..self }
    }

    /// Whether it could be in there.
    pub fn could_be_in(&self, unread: &Unread<'_>) -> bool {
        self.is_within(unread)
            && self.fits(unread.kind)
            && (self.in_encrypted || !unread.is_encrypted)
            && unread.text.is_none_or(|text| self.could_stand_in(text))
    }

    fn is_within(&self, unread: &Unread<'_>) -> bool {
        let counts = self.beside || !unread.path.is_empty();
        counts && (self.within.is_empty() || self.within.iter().any(|path| unread.touches(path)))
    }

    /// A folder may hold files of every kind.
    fn fits(&self, kind: Option<FileKind>) -> bool {
        match self.files {
            Files::All => true,
            Files::Yaml => kind.is_none_or(FileKind::is_yaml),
            Files::Kustomizations => kind.is_none_or(|kind| kind == FileKind::Kustomization),
        }
    }

    fn could_stand_in(&self, text: &str) -> bool {
        match &self.words {
            Words::Any => true,
            Words::OneOf(words) => words.iter().any(|word| text.contains(word.as_str())),
            Words::Searched => false,
        }
    }
}
