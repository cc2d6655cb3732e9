//! Which requests are wanted, by their arrival at the API server.

use chrono::{DateTime, Utc};

/// A span of arrivals, both ends included; an absent end is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// The first moment.
    pub since: Option<DateTime<Utc>>,
    /// The last moment.
    pub until: Option<DateTime<Utc>>,
    /// Accepted requests from this moment on, though before the first, help to tell who was
    /// rejected; absent if there is no such look back.
    pub look_back: Option<DateTime<Utc>>,
}

impl Arrivals {
    /// No request at all.
    pub const NONE: Self = Self {
        since: Some(DateTime::<Utc>::MAX_UTC),
        until: Some(DateTime::<Utc>::MIN_UTC),
        look_back: None,
    };

    /// Whether a request that arrived at this time is wanted.
    pub fn contains(self, time: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }

    /// Whether a request that arrived at this time is not wanted itself, but tells who the
    /// callers are.
    pub fn looks_back_to(self, time: DateTime<Utc>) -> bool {
        let (Some(look_back), Some(since)) = (self.look_back, self.since) else {
            return false;
        };
        (look_back..since).contains(&time)
    }
}
