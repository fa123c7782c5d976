//! Numbers as Go's `strconv` and go-yaml read and write them.

use super::resolve::Value;
use std::borrow::Cow;

/// The number a text stands for: `0755`, `0x1F`, `1_000`, `1e3`, `.5`.
pub(super) fn parse(text: &str) -> Option<Value<'static>> {
    // Behind a dot go-yaml leaves underscores where they are, so that the text is no number.
    let grouped = text.contains('_') && !text.starts_with('.');
    let digits = if grouped {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    integer(&digits).or_else(|| float(&digits))
}

/// The nearest float, as Go converts.
#[expect(clippy::cast_precision_loss, reason = "the loss is what Go has, too")]
pub(super) fn to_float(value: i64) -> f64 {
    value as f64
}

fn integer(text: &str) -> Option<Value<'static>> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = radix(unsigned);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    if let Ok(value) = i64::try_from(value) {
        return Some(Value::Int(value));
    }
    let signed = text.starts_with('+');
    u64::try_from(value)
        .ok()
        .filter(|_| !signed)
        .map(Value::Uint)
}

/// A leading zero alone means octal: the trap of file modes.
fn radix(text: &str) -> (u32, &str) {
    let Some(rest) = text.strip_prefix('0').filter(|rest| !rest.is_empty()) else {
        return (10, text);
    };
    match rest.as_bytes()[0] {
        b'x' | b'X' => (16, &rest[1..]),
        b'o' | b'O' => (8, &rest[1..]),
        b'b' | b'B' => (2, &rest[1..]),
        _ => (8, rest),
    }
}

fn float(text: &str) -> Option<Value<'static>> {
    if !is_float(text.as_bytes()) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Value::Float)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &[u8]) -> bool {
    let rest = unsigned(text);
    let (whole, rest) = split_digits(rest);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_digits(rest),
        _ => (0, rest),
    };
    match rest {
        _ if whole + fraction == 0 => false,
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let (digits, rest) = split_digits(unsigned(exponent));
            digits > 0 && rest.is_empty()
        }
        _ => false,
    }
}

fn unsigned(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text)
}

fn split_digits(text: &[u8]) -> (usize, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits, &text[digits..])
}

/// A float as the key of an object: `strconv.FormatFloat(f, 'g', -1, 32)`, and YAML's names for what is no number.
pub(super) fn format_key(value: f64) -> String {
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let single = value as f32;
    let scientific = format!("{single:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // The shortest form that reads back as the same number has no more than 21 places.
    if !(-4..21).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    single.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_are_octal_if_they_can_be() {
        assert_eq!(parse("0755"), Some(Value::Int(493)));
        assert_eq!(parse("08"), Some(Value::Float(8.0)));
    }

    #[test]
    fn sixty_four_bits_and_then_floats() {
        assert_eq!(parse("18446744073709551615"), Some(Value::Uint(u64::MAX)));
        assert_eq!(
            parse("18446744073709551616"),
            Some(Value::Float(18_446_744_073_709_551_616.0))
        );
        assert_eq!(parse("-9223372036854775808"), Some(Value::Int(i64::MIN)));
    }

    #[test]
    fn what_only_looks_like_a_number_is_none() {
        for text in [
            "1e400", "0xg", "12:30", ".", "-", "1.2.3", "._5", "0x", "１",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_are_written_as_go_writes_them() {
        let written: Vec<_> = [1.5, 0.1, 1e-7, 100.0]
            .into_iter()
            .map(format_key)
            .collect();
        assert_eq!(written, ["1.5", "0.1", "1e-07", "100"]);
    }
}
