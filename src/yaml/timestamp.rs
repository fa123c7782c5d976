//! Dates and times in the four forms that go-yaml accepts, written back as it writes them.

/// `2001-12-14` becomes `2001-12-14T00:00:00Z`; nothing if the text is no date.
pub(super) fn normalise(text: &str) -> Option<String> {
    let mut rest = text;
    let year = digits(&mut rest, 4..=4)?;
    skip(&mut rest, '-')?;
    let month = digits(&mut rest, 1..=2)?;
    skip(&mut rest, '-')?;
    let day = digits(&mut rest, 1..=2)?;
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    let time = if rest.is_empty() {
        "00:00:00Z".into()
    } else {
        time(rest)?
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{time}"))
}

/// Behind `T` a zone must follow, behind a space none can.
fn time(text: &str) -> Option<String> {
    let zoned = text.starts_with(['T', 't']);
    let mut rest = text.strip_prefix(['T', 't', ' '])?;
    let hour = digits(&mut rest, 1..=2).filter(|&hour| hour < 24)?;
    skip(&mut rest, ':')?;
    let minute = digits(&mut rest, 1..=2).filter(|&minute| minute < 60)?;
    skip(&mut rest, ':')?;
    let second = digits(&mut rest, 1..=2).filter(|&second| second < 60)?;
    let fraction = fraction(&mut rest);
    let zone = if zoned {
        zone(rest)?
    } else {
        rest.is_empty().then(|| "Z".to_owned())?
    };
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

/// Nanoseconds without the zeros at their end.
fn fraction(rest: &mut &str) -> String {
    let Some(after) = rest.strip_prefix(['.', ',']) else {
        return String::new();
    };
    let length = after.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return String::new();
    }
    let kept = after[..length.min(9)].trim_end_matches('0');
    *rest = &after[length..];
    if kept.is_empty() {
        String::new()
    } else {
        format!(".{kept}")
    }
}

fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("Z".into());
    }
    let mut rest = text.strip_prefix(['+', '-'])?;
    let hours = digits(&mut rest, 2..=2).filter(|&hours| hours <= 24)?;
    skip(&mut rest, ':')?;
    let minutes = digits(&mut rest, 2..=2).filter(|&minutes| minutes < 60)?;
    let whole = rest.is_empty();
    whole.then(|| {
        if hours + minutes == 0 {
            "Z".into()
        } else {
            text.to_owned()
        }
    })
}

fn digits(rest: &mut &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let found = rest
        .bytes()
        .take(*length.end())
        .take_while(u8::is_ascii_digit)
        .count();
    if found < *length.start() {
        return None;
    }
    let (number, after) = rest.split_at(found);
    *rest = after;
    number.parse().ok()
}

fn skip(rest: &mut &str, separator: char) -> Option<()> {
    *rest = rest.strip_prefix(separator)?;
    Some(())
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn the_accepted_forms() {
        let normal = |text| normalise(text).expect(text);
        assert_eq!(normal("2001-1-2"), "2001-01-02T00:00:00Z");
        assert_eq!(normal("2001-12-14 21:59:43.10"), "2001-12-14T21:59:43.1Z");
        assert_eq!(
            normal("2001-12-14t21:59:43.10-05:00"),
            "2001-12-14T21:59:43.1-05:00"
        );
        assert_eq!(normal("2001-12-14T21:59:43+00:00"), "2001-12-14T21:59:43Z");
    }

    #[test]
    fn everything_else_is_text() {
        for text in [
            "2001-02-29",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43Z",
            "2001-13-01",
            "01-01-01",
            "2001-1-1-1",
        ] {
            assert_eq!(normalise(text), None, "{text}");
        }
    }
}
