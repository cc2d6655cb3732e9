//! A cluster that values in a block are of, and what was found of it there.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::block_stats::BlockStats;
use super::raw_timestamp::RawTimestamp;
use crate::audit::control_plane::believable;
use crate::audit::event::AuditEvent;
use crate::evidence::cluster::Cluster;
use crate::source::request_filter::RequestFilter;

/// A cluster that values are of.
pub(super) struct Target {
    pub(super) cluster: Arc<Cluster>,
    pub(super) arrivals: RequestFilter,
    pub(super) found: BlockStats,
    /// The extreme times of events that were not parsed.
    first_time: Option<RawTimestamp>,
    last_time: Option<RawTimestamp>,
    /// The end of the window, and the latest of these times that does not lie behind it.
    until: Option<RawTimestamp>,
    newest_inside: Option<RawTimestamp>,
}

impl Target {
    pub(super) fn new(cluster: Arc<Cluster>, arrivals: RequestFilter) -> Self {
        Self {
            cluster,
            arrivals,
            found: BlockStats::default(),
            first_time: None,
            last_time: None,
            until: arrivals.until.and_then(RawTimestamp::at),
            newest_inside: None,
        }
    }

    /// Notes the time of an event.
    pub(super) fn saw_time(&mut self, time: DateTime<Utc>) {
        self.found.saw(time);
        if self.arrivals.until.is_none_or(|until| time <= until) {
            self.found.newest_inside = self.found.newest_inside.max(Some(time));
        }
    }

    /// Notes the time of an event as it was written.
    pub(super) fn saw(&mut self, time: RawTimestamp) {
        if self.first_time.is_none_or(|first| time < first) {
            self.first_time = Some(time);
        }
        if self.last_time.is_none_or(|last| time > last) {
            self.last_time = Some(time);
        }
        if let Some(until) = self.until
            && time <= until
            && self.newest_inside.is_none_or(|newest| time > newest)
        {
            self.newest_inside = Some(time);
        }
    }

    /// Notes the version of the control plane, if the event is a request of its own.
    pub(super) fn note_version(&mut self, event: &AuditEvent) {
        if let Some(version) = believable(&event.user.username, &event.user_agent) {
            let received = event.request_received_timestamp;
            self.found.control_plane.saw(version, received);
        }
    }

    pub(super) fn finish(mut self) -> (Arc<Cluster>, BlockStats) {
        let times = [self.first_time, self.last_time, self.newest_inside];
        for time in times.into_iter().flatten() {
            if let Ok(time) = DateTime::parse_from_rfc3339(&time.text()) {
                self.saw_time(time.to_utc());
            }
        }
        (self.cluster, self.found)
    }
}
