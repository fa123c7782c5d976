//! Texts that are not whole yet: a template, a pipeline or a person fills a part in later.

/// Whether a part of a name, a version, a path or an address is filled in later: `${X}`, `$(X)`, `{{ x }}`, `%X%`, `<x>`.
///
/// Not for credentials, in which people like such characters.
pub fn is_injected(text: &str) -> bool {
    text.contains(['$', '{']) || has_percent(text) || has_slot(text)
}

/// In an address `%2F` is a slash.
fn has_percent(text: &str) -> bool {
    let is_code = |rest: &str| {
        let mut bytes = rest.bytes();
        (0..2).all(|_| bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit()))
    };
    text.match_indices('%').any(|(at, _)| !is_code(&text[at + 1..]))
}

/// In a range of versions `<2` is no slot.
fn has_slot(text: &str) -> bool {
    let is_open = |at: usize| text[at + 1..].starts_with(|c: char| c.is_alphabetic() || "_%=- ".contains(c));
    text.match_indices('<').any(|(at, _)| is_open(at) && text[at..].contains('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_variables_are_filled_in_later() {
        let injected = [
            "${X}",
            "a-$(X)",
            "$X/b",
            "{{ .Values.x }}",
            "{{x}}",
            "%NAME%",
            "a %s",
            "<name>",
            "x-<YOUR_NAME>.y",
        ];
        for text in injected {
            assert!(is_injected(text), "{text}");
        }
        for text in
            ["prod-7", ">=1.2 <2.0", "<1.30", "https://a.example/b%2Fc", "v1.2.3+k3s1", "*.example.com"]
        {
            assert!(!is_injected(text), "{text}");
        }
    }
}
