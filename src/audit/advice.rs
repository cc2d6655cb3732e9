//! What to do about a client that keeps its token, and where that is known from.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::untrusted_text::escaped;

/// What to do, in one sentence without a full stop. Holds no text of the log, but may come from a
/// saved report: shown, it is escaped for terminals.
///
/// Two are the same if they read the same.
#[derive(Debug, Clone, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Advice {
    /// What to do.
    pub what: String,
    /// The page that says so. A saved report has it in the sentence.
    pub source: Option<String>,
}

impl Advice {
    /// What to do, and the page that says so.
    pub fn with_source(what: String, source: &str) -> Self {
        Self {
            what,
            source: Some(source.to_owned()),
        }
    }

    fn sentence(&self) -> Cow<'_, str> {
        match &self.source {
            Some(source) => Cow::Owned(format!("{}; see {source}", self.what)),
            None => Cow::Borrowed(&self.what),
        }
    }
}

impl PartialEq for Advice {
    fn eq(&self, other: &Self) -> bool {
        self.sentence() == other.sentence()
    }
}

impl From<String> for Advice {
    fn from(what: String) -> Self {
        Self { what, source: None }
    }
}

impl From<&str> for Advice {
    fn from(what: &str) -> Self {
        what.to_owned().into()
    }
}

impl From<Advice> for String {
    fn from(advice: Advice) -> Self {
        advice.sentence().into_owned()
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a saved report says is anybody's.
        formatter.write_str(&escaped(&self.sentence()))
    }
}

#[cfg(test)]
super::string_schema::string_schema!(Advice);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_what_it_reads_like() {
        let sourced = Advice::with_source("upgrade to 0.11.0".to_owned(), "https://example.com");
        let sentence = "upgrade to 0.11.0; see https://example.com";
        assert_eq!(sourced.to_string(), sentence);
        assert_eq!(String::from(sourced.clone()), sentence);
        // A saved report has one sentence.
        assert_eq!(sourced, Advice::from(sentence));
        assert_ne!(sourced, Advice::from("upgrade to 0.11.0"));
        let hostile = Advice::from("up\u{1b}[31m").to_string();
        assert_eq!(hostile, "up\\u{1b}[31m");
    }
}
