//! Paths as files write them, read from the root of the codebase.

/// A path written in a file of `folder`, relative to the checked root. None where it leaves the root.
pub fn resolve_path(folder: &str, path: &str) -> Option<String> {
    let mut resolved = String::with_capacity(folder.len() + 1 + path.len());
    resolved.push_str(folder.trim_matches('/'));
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if resolved.is_empty() => return None,
            ".." => resolved.truncate(resolved.rfind('/').unwrap_or(0)),
            part => {
                if !resolved.is_empty() {
                    resolved.push('/');
                }
                resolved.push_str(part);
            }
        }
    }
    Some(resolved)
}
