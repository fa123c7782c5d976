//! Paths as services show them: from the root of the repository, which may lie above the checked root.

use crate::report::location::Location;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where the checked root lies in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repository {
    /// From the root of the repository to the checked root: empty, or folders that end in `/`.
    pub prefix: String,
    /// What stands before a path in the address of a file, such as `https://example.com/team/blob/0a1b2c3/`.
    /// Without it links are relative.
    pub files: Option<String>,
}

/// All that may not stand in the path of a URI as it is (RFC 3986). A colon in the first part would be a scheme.
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Repository {
    /// A path of the report, from the root of the repository.
    pub fn path(&self, path: &str) -> String {
        [&self.prefix, path].concat()
    }

    /// The same as a relative URI.
    pub fn uri(&self, path: &str) -> String {
        utf8_percent_encode(&self.path(path), RESERVED).to_string()
    }

    /// The address of a line, for people who read the report in a browser.
    pub fn link(&self, location: Location<'_>) -> String {
        let line = location.range.map(|(start, _)| format!("#L{}", start.line)).unwrap_or_default();
        [self.files.as_deref().unwrap_or_default(), &self.uri(location.path), &line].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris_that_mean_nothing_else() {
        let repository = Repository { prefix: "teams/a b/".into(), files: None };
        assert_eq!(repository.path("x.yaml"), "teams/a b/x.yaml");
        assert_eq!(repository.uri("c:d?#%/日.yaml"), "teams/a%20b/c%3Ad%3F%23%25/%E6%97%A5.yaml");
        assert_eq!(Repository::default().uri("base/web-1_2.3~.yaml"), "base/web-1_2.3~.yaml");
    }
}
