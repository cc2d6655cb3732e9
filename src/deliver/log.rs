//! The log on standard error, without the identities of access keys.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::LazyLock;

use regex::Regex;

/// What AWS names access keys (IAM User Guide, "Unique identifiers"), and what the SDK writes
/// before any: the member of a structure, the header of a signed request, XML.
static ACCESS_KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = [
        r"()\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{8,124}",
        r#"(?i)(access_?key_?id(?:[^A-Za-z0-9]|Some){1,16})[A-Za-z0-9]{4,128}"#,
        r"(Credential=)[^/,\s]{4,128}",
    ];
    let groups = patterns.map(|pattern| format!("(?:{pattern})"));
    Regex::new(&groups.join("|")).ok()
});

/// Standard error, of which each write is one event.
#[derive(Debug, Default, Clone, Copy)]
pub struct Log;

impl Write for Log {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        io::stderr().lock().write_all(redacted(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

fn redacted(text: &str) -> Cow<'_, str> {
    match &*ACCESS_KEYS {
        Some(keys) => keys.replace_all(text, "$1$2$3(access key)"),
        None => Cow::Borrowed("(an event that could not be redacted)\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_keys_are_left_out() {
        for (text, shown) in [
            ("id AKIAIOSFODNN7EXAMPLE.", "id (access key)."),
            (
                r#"Credentials { access_key_id: "AKIDLOOPBACK", secret"#,
                r#"Credentials { access_key_id: "(access key)", secret"#,
            ),
            (
                r#"accessKeyId=Some("AKIDLOOPBACK")"#,
                r#"accessKeyId=Some("(access key)")"#,
            ),
            (
                "Credential=AKIDLOOPBACK/20261126/eu-west-1",
                "Credential=(access key)/20261126/eu-west-1",
            ),
            ("query started id=abcd", "query started id=abcd"),
        ] {
            assert_eq!(redacted(text), shown);
        }
    }
}
