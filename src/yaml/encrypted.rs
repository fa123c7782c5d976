//! Recognises input whose values nobody can read without a key.

use super::node::Node;

/// Whether a file is encrypted as a whole: by git-crypt or by ansible-vault.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0GITCRYPT\0") || bytes.starts_with(b"$ANSIBLE_VAULT;")
}

/// Whether the values of a document are encrypted by SOPS.
pub fn is_sops(root: Node<'_>) -> bool {
    let Some(sops) = root.get("sops") else {
        return false;
    };
    let is_signed = sops.get("mac").is_some() || sops.get("lastmodified").is_some();
    is_signed && KEY_SOURCES.iter().any(|source| sops.get(source).is_some())
}

/// Where SOPS can have the key from: the fields of its metadata (`stores/stores.go`).
const KEY_SOURCES: [&str; 8] = [
    "age",
    "pgp",
    "kms",
    "gcp_kms",
    "azure_kv",
    "hc_vault",
    "hckms",
    "key_groups",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::yaml::parse;

    #[test]
    fn whole_files() {
        assert!(is_encrypted(b"\0GITCRYPT\0abc"));
        assert!(is_encrypted(b"$ANSIBLE_VAULT;1.1;AES256\n3132\n"));
        assert!(!is_encrypted(b"kind: Secret\n"));
    }

    #[test]
    fn sops_needs_a_signature_and_a_key() {
        let is_sops = |text: &str| {
            let tree = parse(
                Sources::default().add("a.yaml".into(), crate::source::FileKind::Yaml, text.into()),
                text.into(),
            );
            tree.roots().any(super::is_sops)
        };
        assert!(is_sops("a: ENC[x]\nsops:\n  age: []\n  mac: ENC[y]\n"));
        assert!(!is_sops("sops:\n  version: 3.9.0\n"));
        assert!(!is_sops("sops: true\n"));
    }
}
