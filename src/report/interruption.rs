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
