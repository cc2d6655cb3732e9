//! What stands before a value in a line: a time, a stream, a node, a tag, a header of syslog, a
//! container runtime's `stdout F`.

use super::provenance::Names;
use crate::source::files::phrases::has_mark_value;

/// The longest prefix.
const LONGEST: usize = 512;

/// A line, cut into what stands before its value and the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefixed<'a> {
    /// What stands before; empty if nothing does.
    pub prefix: &'a [u8],
    /// The labels of a log in braces, as Loki's command line prints them, without the braces.
    pub labels: Option<&'a [u8]>,
    /// The value, to the line's end.
    pub value: &'a [u8],
}

/// Cuts a line where its value begins: at its first `{`, unless that opens labels. There is none
/// where more than so many bytes stand before it, or a quote, or the value of a mark: that is what
/// is left of an event.
pub fn cut(line: &[u8]) -> Option<Prefixed<'_>> {
    let is_value = match line {
        [b'"', ..] => true,
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b'"')),
        _ => false,
    };
    if is_value {
        return Some(Prefixed {
            prefix: &[],
            labels: None,
            value: line,
        });
    }
    let start = memchr::memchr2(b'{', b'"', &line[..line.len().min(LONGEST + 1)])?;
    let prefix = line[..start].trim_ascii();
    if line[start] == b'"' || has_mark_value(prefix) {
        return None;
    }
    match labels(&line[start..]) {
        Some((labels, length)) => {
            let value = line[start + length..].trim_ascii_start();
            (value.first() == Some(&b'{')).then_some(Prefixed {
                prefix,
                labels: Some(labels),
                value,
            })
        }
        None => Some(Prefixed {
            prefix,
            labels: None,
            value: without_last_columns(&line[start..], prefix),
        }),
    }
}

/// A value without the columns behind it: the AWS CLI's text output has times there. Anything
/// else behind a value makes it no value.
fn without_last_columns<'a>(value: &'a [u8], prefix: &[u8]) -> &'a [u8] {
    if value.ends_with(b"}") || memchr::memchr(b'\t', prefix).is_none() {
        return value;
    }
    let end = value.iter().rposition(|byte| *byte == b'}');
    let (event, columns) = value.split_at(end.map_or(0, |end| end + 1));
    let are_times = columns
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'\t');
    if are_times { event } else { value }
}

/// Labels in braces, `{name="value", ...}` or `{}`, behind which something else follows; and
/// how many bytes they take.
fn labels(text: &[u8]) -> Option<(&[u8], usize)> {
    let rest = text.strip_prefix(b"{")?;
    let mut at = 0;
    while rest.get(at)? != &b'}' {
        let name = rest[at..].iter().position(|byte| {
            !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'.' | b' ' | b',')
        })?;
        at += name;
        // A JSON object's first key would have its quote here, and no equals sign before it.
        if rest.get(at..at + 2)? != b"=\"" || name == 0 {
            return None;
        }
        at += 2;
        let end = memchr::memchr3(b'"', b'{', b'\\', &rest[at..])?;
        if rest[at + end] != b'"' || at > LONGEST {
            return None;
        }
        at += end + 1;
    }
    // An empty object by itself is a value.
    (at + 2 < text.len()).then_some((&rest[..at], at + 2))
}

/// The names in labels.
pub fn see_labels(labels: &[u8], names: &mut Names) {
    for label in String::from_utf8_lossy(labels).split("\",") {
        if let Some((name, value)) = label.split_once("=\"") {
            names.see(
                "",
                name.trim_matches([' ', ',']),
                value.trim_end_matches('"'),
            );
        }
    }
}

/// Whether a prefix holds the container runtime's word for a piece of a longer line (`P`), or
/// for a whole line or its last piece (`F`).
pub fn runtime_tag(prefix: &[u8]) -> Option<u8> {
    let mut words = prefix.rsplit(u8::is_ascii_whitespace);
    let (tag, stream) = (words.next()?, words.next()?);
    let is_stream = matches!(stream, b"stdout" | b"stderr");
    match tag {
        b"P" | b"F" if is_stream => Some(tag[0]),
        // Tags may follow, with colons between them.
        [tag @ (b'P' | b'F'), b':', ..] if is_stream => Some(*tag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_before_its_value() {
        let long = "x".repeat(LONGEST + 1);
        for (line, expected) in [
            (r#"{"a":1}"#, Some(("", None, r#"{"a":1}"#))),
            (
                r#"2026 stream {"a":1}"#,
                Some(("2026 stream", None, r#"{"a":1}"#)),
            ),
            (r#"2026 {} {"a":1}"#, Some(("2026", Some(""), r#"{"a":1}"#))),
            (
                r#"2026 {pod="a", app="b"} {"a":1}"#,
                Some(("2026", Some(r#"pod="a", app="b""#), r#"{"a":1}"#)),
            ),
            (r#"2026 "quoted" {"a":1}"#, None),
            // What is left of an event, and the next one.
            (r#"seconds after warning threshold: 5{"a":1}"#, None),
            (
                r#"stale-token-stream {"a":1}"#,
                Some(("stale-token-stream", None, r#"{"a":1}"#)),
            ),
            (
                r#"2026 {pod="{"} {"a":1}"#,
                Some(("2026", None, r#"{pod="{"} {"a":1}"#)),
            ),
            ("{}", Some(("", None, "{}"))),
            ("text", None),
            (
                "EVENTS\t17\t{\"a\":1}\t17",
                Some(("EVENTS\t17", None, r#"{"a":1}"#)),
            ),
            (
                "EVENTS\t17\t{\"a\":1} and",
                Some(("EVENTS\t17", None, r#"{"a":1} and"#)),
            ),
            (r#""{}""#, Some(("", None, r#""{}""#))),
            (r#"[{"a":1}]"#, Some(("", None, r#"[{"a":1}]"#))),
            (
                r#"[pod/a/b] {"a":1}"#,
                Some(("[pod/a/b]", None, r#"{"a":1}"#)),
            ),
        ] {
            let found = cut(line.as_bytes()).map(|found| {
                let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
                (
                    text(found.prefix),
                    found.labels.map(text),
                    text(found.value),
                )
            });
            assert_eq!(found, expected, "{line}");
        }
        assert_eq!(cut(format!("{long}{{}}").as_bytes()), None);
    }

    #[test]
    fn the_runtime_tells_pieces() {
        for (prefix, tag) in [
            ("2026-11-24T06:01:27.104500123Z stdout P", Some(b'P')),
            ("2026-11-24T06:01:27.104500123Z stderr F", Some(b'F')),
            ("2026-11-24T06:01:27.104500123Z stdout P:x", Some(b'P')),
            ("2026-11-24T06:01:27.104500123Z F", None),
            ("", None),
        ] {
            assert_eq!(runtime_tag(prefix.as_bytes()), tag, "{prefix}");
        }
    }
}
