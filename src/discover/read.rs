//! From the bytes of a file to text, or to the reason why there is none.

use super::kind::{SHEBANG_LENGTH, begins_like_shell};
use crate::problem::SkipReason;
use crate::source::FileKind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Why there is no text.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It was recognised as something that is not text to check.
    Skip(SkipReason),
    /// It could not be read; the message says why and what to do.
    Problem(String),
    /// A file without extension that no shell runs.
    Other,
}

impl Refusal {
    /// The refusal as a sentence, for files that are needed whatever they are.
    pub(super) fn message(self) -> String {
        match self {
            Self::Skip(reason) => format!("the file is {}.", reason.as_str()),
            Self::Problem(message) => message,
            Self::Other => "the file is of an unknown kind.".into(),
        }
    }
}

/// The text of a file.
pub(super) fn text(path: &Path, limit: u64) -> Result<Arc<str>, Refusal> {
    decode(&bytes(path, limit)?)
}

/// The text of a file that is taken in whatever it is: what is no text is given as base64.
pub(super) fn text_or_binary(path: &Path, limit: u64) -> Result<(FileKind, Arc<str>), Refusal> {
    let bytes = bytes(path, limit)?;
    match decode(&bytes) {
        Ok(text) => Ok((FileKind::Text, text)),
        Err(Refusal::Skip(SkipReason::Binary) | Refusal::Problem(_)) => {
            Ok((FileKind::Binary, STANDARD.encode(bytes).into()))
        }
        Err(refusal) => Err(refusal),
    }
}

/// The text of a file without extension, if it is a shell script.
pub(super) fn shell_script(path: &Path, limit: u64) -> Result<Arc<str>, Refusal> {
    let mut file = File::open(path)?;
    let mut head = Vec::with_capacity(SHEBANG_LENGTH);
    file.by_ref().take(SHEBANG_LENGTH as u64).read_to_end(&mut head)?;
    if !begins_like_shell(&head) {
        return Err(Refusal::Other);
    }
    decode(&rest(file, head, limit)?)
}

/// The bytes of a file that is not too large. Offsets are 32 bits wide, so nothing over 4 GiB ever is read.
pub(super) fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    rest(File::open(path)?, Vec::new(), limit)
}

/// Text, unless the bytes are encrypted, binary or in another encoding.
pub(super) fn decode(bytes: &[u8]) -> Result<Arc<str>, Refusal> {
    if ENCRYPTED.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(Refusal::Skip(SkipReason::Encrypted));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Refusal::Problem("This file is UTF-16. Save it as UTF-8.".into()));
    }
    if memchr::memchr(0, bytes).is_some() {
        return Err(Refusal::Skip(SkipReason::Binary));
    }
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err(Refusal::Problem(not_utf8(bytes))),
    }
}

/// How a file begins that is encrypted as a whole. Values that SOPS encrypts stand in readable YAML.
const ENCRYPTED: [&[u8]; 5] = [
    // git-crypt, before `git-crypt unlock`.
    b"\0GITCRYPT",
    b"$ANSIBLE_VAULT;",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"age-encryption.org/",
];

fn rest(file: File, mut bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, Refusal> {
    let limit = limit.min(u64::from(u32::MAX));
    let size = file.metadata()?.len();
    if size > limit {
        return Err(Refusal::Skip(SkipReason::TooLarge));
    }
    bytes.reserve_exact(size as usize + 1);
    // Some files are longer than they say, those of /proc for example.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Refusal::Skip(SkipReason::TooLarge));
    }
    Ok(bytes)
}

/// Line and column of the first bad byte. Columns count characters, as everywhere.
fn not_utf8(bytes: &[u8]) -> String {
    let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let before = String::from_utf8_lossy(&bytes[..good]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let byte = bytes.get(good).copied().unwrap_or_default();
    format!("Line {line}, column {column}: the byte 0x{byte:02X} is not UTF-8. Save the file as UTF-8.")
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Problem(sentence(&error))
    }
}

/// What went wrong with a file or a folder, and what to do.
pub(super) fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "Permission denied. Make it readable, or leave it out in `.k8factorignore`.".into()
        }
        io::ErrorKind::NotFound => "It vanished while k8factor was reading. Run k8factor again.".into(),
        _ => format!("It cannot be read: {error}. Repair it, or leave it out in `.k8factorignore`."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        decode(bytes).map_or_else(Refusal::message, |text| format!("text: {text}"))
    }

    #[test]
    fn what_is_not_utf8_text_is_refused_with_a_reason() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "text: "),
            (b"a: b\n", "text: a: b\n"),
            (b"\0GITCRYPT\0\x12\x9f", "the file is encrypted."),
            (b"$ANSIBLE_VAULT;1.1;AES256\n3332", "the file is encrypted."),
            (b"a: b\0", "the file is binary."),
            (b"\xff\xfea\0", "This file is UTF-16. Save it as UTF-8."),
            (
                b"a: b\nkey\xc3\xa9: \xe9\n",
                "Line 2, column 7: the byte 0xE9 is not UTF-8. Save the file as UTF-8.",
            ),
            (b"\xe3\x81", "Line 1, column 1: the byte 0xE3 is not UTF-8. Save the file as UTF-8."),
        ];
        for (bytes, expected) in cases {
            assert_eq!(refused(bytes), expected);
        }
    }
}
