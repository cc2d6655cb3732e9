//! Which requests count, by their arrival at the API server.

use chrono::{DateTime, Utc};

/// A window of arrivals, both ends included. An absent end is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// The start of the window.
    pub since: Option<DateTime<Utc>>,
    /// The end of the window.
    pub until: Option<DateTime<Utc>>,
    /// The start of the look-back: accepted requests from here to `since` are used only to
    /// attribute rejections. Absent if there is no look-back.
    pub look_back: Option<DateTime<Utc>>,
}

impl RequestFilter {
    /// Whether a request that arrived at this time lies inside the window.
    pub fn contains(self, time: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }

    /// Whether a request that arrived at this time lies inside the look-back.
    pub fn looks_back_to(self, time: DateTime<Utc>) -> bool {
        let (Some(look_back), Some(since)) = (self.look_back, self.since) else {
            return false;
        };
        (look_back..since).contains(&time)
    }
}
