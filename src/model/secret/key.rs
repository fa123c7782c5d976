//! What the key of a value says about it.

use crate::model::environment::is_stage;

/// What a key promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Something that people choose and type.
    Password,
    /// Something that programs generate: tokens, keys.
    Token,
}

/// What the key promises; nothing if its last word is about something else (`passwordPolicy`, `tokenTTL`).
///
/// Inside a Secret `secret` and `key` name credentials; elsewhere they name Secrets and their keys.
pub fn key_kind(key: &str, in_secret: bool) -> Option<KeyKind> {
    if key.contains('/') {
        return None;
    }
    let mut words = words(key);
    while words.last().is_some_and(|word| is_suffix(word)) {
        words.pop();
    }
    let last = words.pop()?;
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = words.last().map_or("", |word| word.as_str());
    if PASSWORDS.contains(&singular(last)) {
        return Some(KeyKind::Password);
    }
    let pair = (before, singular(last));
    let is_token = TOKENS.contains(&singular(last))
        || PAIRS.contains(&pair)
        || in_secret && matches!(singular(last), "secret" | "key" | "credential");
    is_token.then_some(KeyKind::Token)
}

const PASSWORDS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "pwd",
    "pass",
    "passcode",
    "userpassword",
    "dbpassword",
    "pgpassword",
    "rootpassword",
    "adminpassword",
    "redispassword",
];

const TOKENS: [&str; 16] = [
    "licensekey",
    "token",
    "apikey",
    "apitoken",
    "authtoken",
    "accesstoken",
    "accesskey",
    "secretkey",
    "privatekey",
    "clientsecret",
    "credential",
    "dsn",
    "encryptionkey",
    "signingkey",
    "bearertoken",
    "secretaccesskey",
];

const PAIRS: [(&str, &str); 22] = [
    ("license", "key"),
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("encryption", "key"),
    ("signing", "key"),
    ("app", "key"),
    ("application", "key"),
    ("integration", "key"),
    ("routing", "key"),
    ("client", "secret"),
    ("shared", "secret"),
    ("hmac", "secret"),
    ("jwt", "secret"),
    ("cookie", "secret"),
    ("session", "secret"),
    ("webhook", "secret"),
    ("oauth", "secret"),
    ("app", "secret"),
    ("api", "secret"),
    ("connection", "string"),
];

/// Words behind the one that counts: which environment, which of several, how it is encoded.
fn is_suffix(word: &str) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        || is_stage(word)
        || matches!(
            word,
            "old" | "new" | "base" | "base64" | "b64" | "plain" | "value" | "primary" | "secondary"
        )
}

fn singular(word: &str) -> &str {
    match word {
        "pass" => word,
        _ => word.strip_suffix('s').unwrap_or(word),
    }
}

/// The words of `MYSQL_ROOT_PASSWORD`, `adminPassword` and `APIKey`, in lower case.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let characters: Vec<char> = key.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|index| characters[index]);
        let after = characters.get(index + 1);
        let begins_word = character.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if begins_word {
            words.push(String::new());
        }
        words.last_mut().expect("never empty").extend(character.to_lowercase());
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_key_counts() {
        let passwords =
            ["password", "DB_PASSWORD", "adminPassword", "postgres-password-prod", "password2", "pwd"];
        let tokens = [
            "token",
            "githubToken",
            "API_KEY",
            "APIKey",
            "s3.secretKey",
            "client_secret",
            "AWS_ACCESS_KEYS",
            "SECRET_KEY_BASE",
        ];
        let neither = [
            "passwordPolicy",
            "tokenTTL",
            "existingSecret",
            "secretName",
            "passwordKey",
            "bypass",
            "compass",
            "example.com/token",
            "key",
            "secret",
            "accessKeyId",
            "PASSWORD_FILE",
            "tokens_per_second",
        ];
        assert!(passwords.iter().all(|key| key_kind(key, false) == Some(KeyKind::Password)));
        assert!(tokens.iter().all(|key| key_kind(key, false) == Some(KeyKind::Token)));
        for key in neither {
            assert_eq!(key_kind(key, false), None, "{key}");
        }
        assert_eq!(key_kind("key", true), Some(KeyKind::Token));
    }
}
