//! Texts that a user writes for k8factor, the configuration and rule pages: small regular files in UTF-8.
//!
//! Whatever else lies there, a pipe, a device, a folder, is a mistake that is told, and nobody waits for it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// A hundred times the longest rule page. What is larger was not written by hand.
const MAX_SIZE: u64 = 1 << 20;

/// Why there is no text.
pub(crate) struct Fault {
    /// `:line:column` of the first byte that is wrong, if it is one byte.
    pub(crate) place: String,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, Fault> {
    read_up_to(path, MAX_SIZE)
}

/// The text of a file that a program wrote, of at most so many bytes.
pub(crate) fn read_up_to(path: &Path, most: u64) -> Result<String, Fault> {
    let data = fs::metadata(path).map_err(|error| Fault::of(path, &error))?;
    // A pipe would wait for a writer, and a device may never end.
    if !data.is_file() {
        return Err(Fault::whole("this is not a regular file. Put the text itself here"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Fault::of(path, &error))?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| Fault::of(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(Fault::whole(format!(
            "it is larger than {} MiB. Is it the file that you mean?",
            most >> 20
        )));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Fault::whole("it is UTF-16. Save it as UTF-8"));
    }
    String::from_utf8(bytes).map_err(|error| Fault::not_utf8(&error))
}

impl Fault {
    fn whole(message: impl Into<String>) -> Self {
        Self { place: String::new(), message: message.into() }
    }

    fn of(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound if path.is_symlink() => {
                Self::whole("the link leads to nothing. Restore its target, or remove the link")
            }
            io::ErrorKind::NotFound => Self::whole("there is no such file. Check the spelling"),
            io::ErrorKind::PermissionDenied => Self::whole("permission denied. Make it readable"),
            _ => Self::whole(format!("it cannot be read: {error}")),
        }
    }

    fn not_utf8(error: &std::string::FromUtf8Error) -> Self {
        let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
        let before = String::from_utf8_lossy(&bytes[..at]);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message = format!("the byte 0x{byte:02X} is not UTF-8. Save the file as UTF-8");
        Self { place: format!(":{line}:{column}"), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let too_large = vec![b'a'; (1 << 20) + 1];
        let cases: [(&[u8], &str); 4] = [
            (b"a: b\n", "a: b\n"),
            (b"a\nb\xc3\xa9: \xe9", ":2:5: the byte 0xE9 is not UTF-8. Save the file as UTF-8"),
            (b"\xff\xfea\0", ": it is UTF-16. Save it as UTF-8"),
            (&too_large, ": it is larger than 1 MiB. Is it the file that you mean?"),
        ];
        for (bytes, expected) in cases {
            let path = folder.path().join("a");
            fs::write(&path, bytes).expect("a new file");
            let said = read(&path).unwrap_or_else(|fault| format!("{}: {}", fault.place, fault.message));
            assert_eq!(said, expected);
        }
        assert!(read(folder.path()).is_err_and(|fault| fault.message.contains("not a regular file")));
        assert!(read(&folder.path().join("b")).is_err_and(|fault| fault.message.contains("no such file")));
    }
}
