//! The times that a client was rejected at the end of its token, and came back with a new one.

use chrono::{DateTime, TimeDelta, Utc};

/// One time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// The arrival of the last request accepted before it; absent where that lies before
    /// everything that was read.
    pub last_accepted: Option<DateTime<Utc>>,
    /// The arrival of the first rejected request attributed to it.
    pub first_rejection: Option<DateTime<Utc>>,
    /// The arrival of the last; absent where none was seen: the token ran to its end.
    pub last_rejection: Option<DateTime<Utc>>,
    /// How many rejected requests were attributed to it.
    pub rejections: u64,
}

impl Interruption {
    /// How long it lasted: from the last accepted request to the last rejected one. A new token
    /// carries no mark at first, so the next marked request says nothing of it.
    pub fn length(&self) -> TimeDelta {
        let began = self.last_accepted.or(self.first_rejection);
        match (began, self.last_rejection) {
            (Some(began), Some(ended)) => ended - began,
            _ => TimeDelta::zero(),
        }
    }

    /// For how long requests were rejected.
    pub fn rejected_for(&self) -> TimeDelta {
        match (self.first_rejection, self.last_rejection) {
            (Some(first), Some(last)) => last - first,
            _ => TimeDelta::zero(),
        }
    }

    /// When it was noticed last: its last rejection, or the last request before the token's end.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.last_rejection.or(self.last_accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    /// What each may lack: the last accepted request, or any rejection.
    #[test]
    fn an_interruption_lasts_from_the_last_success_to_the_last_rejection() {
        for (accepted, first, last, length, rejected_for, noticed) in [
            (Some(1), Some(3), Some(8), 7, 5, Some(8)),
            (None, Some(3), Some(8), 5, 5, Some(8)),
            (Some(1), None, None, 0, 0, Some(1)),
            (None, None, None, 0, 0, None),
        ] {
            let interruption = Interruption {
                last_accepted: accepted.map(at),
                first_rejection: first.map(at),
                last_rejection: last.map(at),
                rejections: 1,
            };
            assert_eq!(interruption.length(), TimeDelta::hours(length));
            assert_eq!(interruption.rejected_for(), TimeDelta::hours(rejected_for));
            assert_eq!(interruption.at(), noticed.map(at));
        }
    }
}
