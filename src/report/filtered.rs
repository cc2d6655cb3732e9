//! A filtered report with nothing left in it.

use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;

/// What was looked for and not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// What was looked for, as it was typed: `pod web-0`.
    pub wanted: UntrustedText,
    /// How many holders were seen with a stale token.
    pub among: usize,
}

impl Filtered {
    /// `pod web-0 was not seen with a stale token, among 12 holders`
    pub fn words(&self) -> String {
        format!(
            "{} was not seen with a stale token, among {}",
            self.wanted,
            pluralize(self.among, "holder", "holders")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_is_said_as_it_was_typed() {
        let filtered = Filtered {
            wanted: "pod web-0".into(),
            among: 1,
        };
        assert_eq!(
            filtered.words(),
            "pod web-0 was not seen with a stale token, among 1 holder"
        );
    }
}
