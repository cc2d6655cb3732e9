//! Limits on text that a caller or a file chooses.
//!
//! A name is truncated to its start: no text may take more memory than the thing it names.

use serde::{Deserialize, Deserializer};

/// Bytes of a user agent: the API server logs no more of one (`maxUserAgentLength` in Kubernetes'
/// `staging/src/k8s.io/apiserver/pkg/audit/request.go`).
pub const USER_AGENT: usize = 1_024;

/// Bytes of an HTTP method as a verb; the longest that Kubernetes knows is `deletecollection`.
pub const VERB: usize = 64;

/// Bytes of the shape of a path. Group, version and resource are DNS names, of at most 253
/// characters together in any API that is known.
pub const PATH_SHAPE: usize = 256;

/// Bytes of an address; the longest, of IPv6 with an IPv4 address and a zone, take about as many.
pub const ADDRESS: usize = 64;

/// Bytes of the name of an object or of a token (RFC 1123 subdomain: 253 characters).
pub const NAME: usize = 256;

/// Bytes of what a service says of a failure: a sentence or two.
pub const ERROR: usize = 1_024;

/// Untrusted text as one line of at most the given number of bytes: line breaks in a message are
/// ours.
pub fn one_line(text: &str, bytes: usize) -> String {
    let breaks = |character: char| {
        character.is_whitespace() || character.is_control() || character == '\u{2028}'
    };
    let words: Vec<&str> = cut(text, bytes).split(breaks).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The beginning of a text, in whole characters.
pub fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// A text that is kept, cut to its beginning.
pub fn bounded(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.shrink_to_fit();
    }
    text
}

/// A user agent, cut as it is read.
///
/// # Errors
///
/// As for any text.
pub fn user_agent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(bounded(String::deserialize(deserializer)?, USER_AGENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stay_whole() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut("", 3), "");
    }

    #[test]
    fn a_text_becomes_one_line_of_its_first_words() {
        for (text, bytes, line) in [
            ("", 9, ""),
            ("one two", 9, "one two"),
            ("  one\n\n two\t", 20, "one two"),
            ("one\u{0}two\u{1b}[m", 20, "one two [m"),
            ("one\u{2028}two\u{a0}three", 20, "one two three"),
            ("one two", 5, "one t"),
        ] {
            assert_eq!(one_line(text, bytes), line, "{text:?}");
        }
    }

    #[test]
    fn what_is_kept_is_no_longer_than_allowed() {
        for (text, bytes, kept) in [("abc", 4, "abc"), ("abc", 3, "abc"), ("abé", 3, "ab")] {
            assert_eq!(bounded(text.to_owned(), bytes), kept);
        }
    }

    #[test]
    fn a_user_agent_is_cut_where_the_api_server_cuts_it() {
        let read = |length| {
            let json = serde_json::json!("a".repeat(length));
            user_agent(json).expect("a text").len()
        };
        assert_eq!([3, 1_024, 1_025].map(read), [3, 1_024, 1_024]);
        assert!(user_agent(serde_json::json!(3)).is_err());
    }
}
