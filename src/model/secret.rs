//! What looks like a credential, and what only looks like one.
//!
//! Most of this file is about the second: names of Secrets, references into stores, placeholders, switches.

mod key;

pub use key::{KeyKind, key_kind};

use super::object::Object;
use crate::yaml::Node;
use regex::Regex;
use std::sync::LazyLock;

/// How a literal under a telling key compares with what programs generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// A word somebody chose: a default password, as a rule.
    Chosen,
    /// Long and without pattern: generated.
    Random,
}

/// Whether a value is the credential that its key promises, outside of a Secret.
///
/// There a key like `authToken` often holds the name of something, so only passwords may be plain words.
pub fn grade(key: &str, value: &str) -> Option<Grade> {
    let kind = key_kind(key, false)?;
    if !is_literal(value) || value.contains(char::is_whitespace) || names_something(value) {
        return None;
    }
    match kind {
        _ if is_random(value) => Some(Grade::Random),
        KeyKind::Password if value.len() >= 3 => Some(Grade::Chosen),
        KeyKind::Token if signs(key) && is_chosen_to_sign(value) => Some(Grade::Chosen),
        _ => None,
    }
}

/// Variables of programs that sign with whatever they are given, so that people type something. In lower case
/// `secretKey` is how other tools call the key of a Secret.
fn signs(key: &str) -> bool {
    const ENDINGS: [&str; 4] = ["SECRET_KEY", "JWT_SECRET", "COOKIE_SECRET", "SESSION_SECRET"];
    ENDINGS.iter().any(|ending| key.ends_with(ending))
}

fn is_chosen_to_sign(value: &str) -> bool {
    let is_one_word = !value.contains(['-', '_', '.', '/', ':']);
    is_one_word && value.len() >= 6 && (value.len() >= 12 || value.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a value is itself: not empty, a switch, a number, a reference, a template or a placeholder.
pub fn is_literal(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty()
        && !is_switch(value)
        && value.parse::<f64>().is_err()
        && !is_reference(value)
        && !is_placeholder(value)
        && !is_address(value)
}

/// Words that turn something on or off, or name a way of doing it.
fn is_switch(value: &str) -> bool {
    const SWITCHES: [&str; 34] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "enabled",
        "disabled",
        "enable",
        "disable",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "empty",
        "auto",
        "automatic",
        "generated",
        "random",
        "required",
        "optional",
        "always",
        "never",
        "ignore",
        "skip",
        "basic",
        "bearer",
        "default",
        "string",
        "prompt",
        "oauth",
    ];
    SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch))
}

/// Whether a value says where the credential is instead of being it.
///
/// Source: the documentation of 1Password, vals, argocd-vault-plugin, SOPS, AWS KMS and Secrets Manager, Google Secret
/// Manager, Azure Key Vault, Grafana, Jenkins, Spring Cloud Config; as of 2026-11.
pub fn is_reference(value: &str) -> bool {
    const BEGINNINGS: [&str; 21] = [
        "op://",
        "ref+",
        "vault:",
        "<path:",
        "ENC[",
        "{cipher}",
        "AQICA",
        "arn:aws",
        "deployment-secret:",
        "secret:",
        "secrets:",
        "secretref:",
        "ssm:",
        "env:",
        "file:",
        "keyvault:",
        "awssm:",
        "gcpsm:",
        "@Microsoft.KeyVault",
        "$__",
        "k8s:",
    ];
    const PARTS: [&str; 10] = ["${", "$(", "{{", "}}", "{env:", "%(", "#{", "<%", "$[", "[["];
    BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
        || PARTS.iter().any(|part| value.contains(part))
        || value.starts_with("projects/") && value.contains("/secrets/")
        || VARIABLE.is_match(value)
}

/// A value that is nothing but a variable or a slot of a template.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    // `$VAR`, `%VAR%`, `__VAR__`, `@@VAR@@`, `((var))`, `<var>`, `{var}`, and `DB_PASSWORD` as the name of one.
    let pattern = r"(?x)^( \$+(?-u:\w+) | %(?-u:\w+)% | __+(?-u:\w+?)__+ | @+(?-u:\w+)@+ | \(\(.*\)\) | <.*>
        | \{[A-Za-z0-9_.:-]*\} | [A-Z]+(_[A-Z]+)+ )$";
    Regex::new(pattern).expect("the pattern is constant")
});

/// Whether somebody has to put the real value in.
pub fn is_placeholder(value: &str) -> bool {
    const PARTS: [&str; 22] = [
        "changeme",
        "change-me",
        "change_me",
        "change me",
        "changeit",
        "replace",
        "placeholder",
        "dummy",
        "example",
        "redacted",
        "sample",
        "your-",
        "your_",
        "xxx",
        "***",
        "...",
        "…",
        "insert",
        "notasecret",
        "not-a-secret",
        "overwritten",
        "overridden",
    ];
    const WORDS: [&str; 16] = [
        "test", "testing", "foo", "bar", "baz", "fake", "todo", "tbd", "fixme", "hoge", "mock", "stub",
        "unused", "foobar", "invalid", "null",
    ];
    let lower = value.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    PARTS.iter().any(|part| lower.contains(part))
        || lower.starts_with("your")
        || words.any(|word| WORDS.contains(&word))
        || is_sequence(value)
}

/// `00000000`, `12345678`, `abcdefgh`: each character follows from the one before.
fn is_sequence(value: &str) -> bool {
    let bytes = value.as_bytes();
    let steps = bytes.windows(2).filter(|pair| matches!(pair[1].wrapping_sub(pair[0]), 0 | 1)).count();
    bytes.len() >= 4 && steps * 10 >= (bytes.len() - 1) * 7
}

/// Whether a value is a path or a URL; the password in a URL is looked for elsewhere.
fn is_address(value: &str) -> bool {
    let is_path = ["/", "./", "../", "~/"].iter().any(|start| value.starts_with(start)) && !is_random(value);
    let is_file = value.rsplit_once('.').is_some_and(|(_, end)| {
        matches!(end, "yaml" | "yml" | "json" | "pem" | "crt" | "key" | "txt" | "toml" | "conf" | "tpl")
    });
    is_path || is_file || value.contains("://")
}

/// Whether a value is the name of a Secret, a key or a variable rather than a credential: `grafana-admin-password`,
/// `app.kubernetes.io/name=x,tier=y`, a UUID.
fn names_something(value: &str) -> bool {
    const WORDS: [&str; 13] = [
        "secret",
        "secrets",
        "password",
        "passwords",
        "passwd",
        "token",
        "tokens",
        "credential",
        "credentials",
        "key",
        "keys",
        "auth",
        "vault",
    ];
    let words: Vec<&str> = value.split(['-', '_', '.', '/', ':']).collect();
    let tells = words.iter().any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()));
    words.len() > 1 && tells || is_uuid(value) || value.matches('=').count() > 2 || value.contains("=,")
}

/// Whether a value is a UUID: the name of something, although it looks random.
pub fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a text mixes characters as only passwords do: shorter than what programs generate, but no word.
pub fn is_mixed(value: &str) -> bool {
    let classes: std::collections::BTreeSet<u8> = value.bytes().map(class).collect();
    value.len() >= 8 && classes.len() >= 3
}

/// Whether a text has the length and the disorder of a generated credential.
pub fn is_random(value: &str) -> bool {
    let classes: Vec<u8> = value.bytes().map(class).collect();
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let digits: usize = classes.iter().map(|class| usize::from(*class == DIGIT)).sum();
    let is_one_word = !value.contains(|c: char| c.is_whitespace() || !c.is_ascii());
    // Words with a date or a number have few changes; a token of this length has more than one in five.
    value.len() >= 16 && is_one_word && digits >= 2 && changes * 5 >= value.len() && entropy(value) >= 3.3
}

const DIGIT: u8 = 2;

fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => DIGIT,
        _ => 3,
    }
}

/// Shannon's entropy, in bits for each byte.
#[allow(clippy::cast_precision_loss, reason = "texts are shorter than 2^52 bytes")]
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0usize; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = text.len() as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| *count as f64 / length);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

/// Whether SOPS encrypted a text that is no YAML: settings, Terraform.
pub fn is_sops_text(text: &str) -> bool {
    text.contains("sops_mac=") || text.contains("ENC[AES256_GCM")
}

/// Whether SOPS encrypted the document: it keeps its keys and its checksum under `sops`.
pub fn is_sops(root: Node<'_>) -> bool {
    let sops = root.get("sops").filter(|sops| sops.is_mapping());
    sops.is_some_and(|sops| sops.get("mac").is_some() || sops.get("lastmodified").is_some())
}

/// Whether the object says where credentials are, or holds them encrypted.
///
/// Source: documentation of External Secrets Operator, Secrets Store CSI Driver, Vault Secrets Operator, 1Password,
/// Infisical, Azure Key Vault to Kubernetes, Sealed Secrets, Doppler; as of 2026-11.
pub fn is_kept_elsewhere(object: Object<'_>) -> bool {
    const KINDS: [(&str, &str); 13] = [
        ("external-secrets.io", "ExternalSecret"),
        ("external-secrets.io", "ClusterExternalSecret"),
        ("external-secrets.io", "PushSecret"),
        ("kubernetes-client.io", "ExternalSecret"),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
        ("secrets.hashicorp.com", "VaultStaticSecret"),
        ("secrets.hashicorp.com", "VaultDynamicSecret"),
        ("onepassword.com", "OnePasswordItem"),
        ("secrets.infisical.com", "InfisicalSecret"),
        ("spv.no", "AzureKeyVaultSecret"),
        ("bitnami.com", "SealedSecret"),
        ("secrets.doppler.com", "DopplerSecret"),
        ("isindir.github.com", "SopsSecret"),
    ];
    KINDS.iter().any(|(group, kind)| object.is(group, kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileKind, Sources};
    use crate::yaml::parse;

    #[test]
    fn what_only_looks_like_a_credential_is_none() {
        let cases = [
            ("password", ""),
            ("password", "true"),
            ("mysql-native-password", "ON"),
            ("password", "DB_PASSWORD"),
            ("password", "${DB_PASSWORD}"),
            ("password", "$(DB_PASSWORD)"),
            ("password", "{{ .Values.password }}"),
            ("password", "changeme"),
            ("password", "<your password>"),
            ("password", "yourPassword"),
            ("password", "op://vault/database/password"),
            ("password", "vault:secret/data/database#password"),
            ("password", "grafana-admin-password"),
            ("password", "/etc/secrets/password"),
            ("passwordPolicy", "k9Jd83hFks02Lsd8"),
            ("existingSecret", "kB7qarNu2vtLm9xE4w"),
            ("token", "web"),
            ("authToken", "web-frontend-production"),
            ("credentials-name-template", "{host}-x"),
            ("api_key", "3f0c8a52-5d3c-4c0e-9a51-0242ac120002"),
            ("apiKey", "1234567890abcdefghij"),
            ("token", "app=web,tier=front,env=prod"),
            ("secretKey", "username1234"),
            ("SECRET_KEY", "web-secret-key"),
        ];
        for (key, value) in cases {
            assert_eq!(grade(key, value), None, "{key}: {value}");
        }
    }

    #[test]
    fn sops_signs_what_it_encrypts() {
        let is_sops = |text: &str| {
            let file = Sources::default().add("a.yaml".into(), FileKind::Yaml, text.into());
            parse(file, text.into()).roots().any(super::is_sops)
        };
        assert!(is_sops("a: ENC[x]\nsops:\n  age: []\n  mac: ENC[y]\n"));
        assert!(!is_sops("sops:\n  version: 3.9.0\n"));
        assert!(!is_sops("sops: true\n"));
    }

    #[test]
    fn what_is_a_credential_is_graded() {
        let cases = [
            ("MYSQL_ROOT_PASSWORD", "tutorial", Grade::Chosen),
            ("adminPassword", "hunter2", Grade::Chosen),
            ("MINIO_SECRET_KEY", "minio123", Grade::Chosen),
            ("PAYMENT_API_TOKEN", "9f3b61c07ad24e5c8b1f20d7e6a49c35", Grade::Random),
            ("apiKey", "kB7-qarNu2_vtLm9x", Grade::Random),
            ("client-secret", "kB7-qarNu2_vtLm9x", Grade::Random),
        ];
        for (key, value, expected) in cases {
            assert_eq!(grade(key, value), Some(expected), "{key}: {value}");
        }
    }
}
