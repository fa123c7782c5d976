//! The patterns of file paths and namespaces in Kubernetes' world: `*`, `?` and `[abc]`.

/// Whether the whole text matches one of the patterns.
pub fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}

/// Whether the whole text matches the pattern. A bracket that is never closed stands for itself.
pub fn matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on when the text runs out of step: the last star takes one character more.
    let mut retry = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            retry = Some((p, t));
            p += 1;
        } else if let Some(next) = step(&pattern, p, text[t]) {
            p = next;
            t += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Where the pattern goes on after one character of the text.
fn step(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match *pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => match class(&pattern[at + 1..], c) {
            Some((true, length)) => Some(at + 1 + length),
            Some((false, _)) => None,
            None => (c == '[').then_some(at + 1),
        },
        literal => (literal == c).then_some(at + 1),
    }
}

/// Whether a class after its bracket holds the character, and how long it is with the closing bracket.
fn class(rest: &[char], c: char) -> Option<(bool, usize)> {
    let end = rest.iter().position(|&c| c == ']').filter(|&end| end > 0)?;
    let (negated, members) = match rest[..end] {
        ['!' | '^', ref members @ ..] => (true, members),
        ref members => (false, members),
    };
    Some((is_member(members, c) != negated, end + 1))
}

fn is_member(members: &[char], c: char) -> bool {
    match members {
        [from, '-', to, rest @ ..] => (*from <= c && c <= *to) || is_member(rest, c),
        [one, rest @ ..] => *one == c || is_member(rest, c),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_whole_names() {
        let yes = [("*", ""), ("web", "web"), ("web-*", "web-a"), ("*-a-*", "x-a-a-y"), ("w?b", "web")];
        assert!(yes.iter().all(|(pattern, text)| matches(pattern, text)));
        let no = [("web", "web-a"), ("*-a", "a-b"), ("w?b", "wb"), ("", "a")];
        assert!(no.iter().all(|(pattern, text)| !matches(pattern, text)));
    }

    #[test]
    fn classes_hold_characters_and_ranges() {
        assert!(matches("ns-[abc]", "ns-b") && matches("ns-[0-9]*", "ns-42") && matches("ns-[!a]", "ns-b"));
        assert!(!matches("ns-[abc]", "ns-d") && !matches("ns-[!a]", "ns-a"));
        assert!(matches("a[b", "a[b"));
    }
}
