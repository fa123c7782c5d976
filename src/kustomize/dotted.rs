//! Paths of `replacements` and `vars`: keys between dots, where `\.` is a dot in a key.

/// The keys of a path.
pub(super) fn parts(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('.') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(part);
            }
            _ => parts.push(part.to_string()),
        }
    }
    parts
}
