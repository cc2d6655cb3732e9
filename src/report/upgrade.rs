//! What an upgrade to a version that caps tokens does to a finding.

/// What becomes of a finding after the upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AfterUpgrade {
    /// It is rejected at the end of every token, every 24 h: a token of it was used past that age.
    RejectedDaily,
    /// It reads its token again when it is rejected: a short interruption every 24 h.
    RecoversByItself,
    /// Nothing: it refreshes in time.
    No,
    /// It was not seen for long enough.
    TooSoonToTell,
}

impl AfterUpgrade {
    /// Every outcome, the worst first.
    pub const ALL: [Self; 4] = [
        Self::RejectedDaily,
        Self::RecoversByItself,
        Self::TooSoonToTell,
        Self::No,
    ];

    /// The outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::RejectedDaily => "rejected daily",
            Self::RecoversByItself => "recovers by itself",
            Self::No => "no",
            Self::TooSoonToTell => "too soon to tell",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcomes_are_listed_from_the_worst_to_the_best() {
        assert_eq!(
            AfterUpgrade::ALL.map(AfterUpgrade::words),
            [
                "rejected daily",
                "recovers by itself",
                "too soon to tell",
                "no"
            ]
        );
    }
}
