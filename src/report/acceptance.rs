//! A finding that the operator knows about and accepts for a time.

use chrono::NaiveDate;

use crate::audit::untrusted_text::UntrustedText;

/// That a finding is accepted: it has no severity until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The last day of it, in UTC.
    pub until: NaiveDate,
    /// Why, in the operator's words.
    pub reason: UntrustedText,
}
