//! CloudWatch's export to Amazon S3: a time, a space and the message, one line each.
//!
//! Files `<prefix>/<export task>/<log stream>/000000.gz`, lines
//! `2026-11-24T06:01:27.946Z {"kind":"Event",...}`.

use chrono::DateTime;

/// The message of an exported line; `None` unless it begins with a real time. Tables that end
/// in JSON also look like this, and are no export.
pub fn exported_message(line: &[u8]) -> Option<&[u8]> {
    const SHORTEST: usize = "2026-11-24T06:01:27Z".len();
    const LONGEST: usize = "2026-11-24T06:01:27.946096123+00:00".len();
    if !line.first()?.is_ascii_digit() {
        return None;
    }
    let space = memchr::memchr(b' ', &line[..line.len().min(LONGEST + 1)])?;
    if space < SHORTEST {
        return None;
    }
    let time = std::str::from_utf8(&line[..space]).ok()?;
    DateTime::parse_from_rfc3339(time).ok()?;
    Some(line[space + 1..].trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_time_makes_an_exported_line() {
        for (line, message) in [
            (
                r#"2026-11-24T06:01:27.946Z {"a":1}"#,
                Some(&br#"{"a":1}"#[..]),
            ),
            (
                "2026-11-24T06:01:27Z I1124 starting",
                Some(b"I1124 starting"),
            ),
            ("2026-13-24T06:01:27.946Z {}", None),
            ("2026-11-24 {}", None),
            ("12345 {}", None),
            ("2026-11-24T06:01:27.946Z", None),
            ("verbatim\tsample {}", None),
            ("", None),
        ] {
            assert_eq!(exported_message(line.as_bytes()), message, "{line}");
        }
    }
}
