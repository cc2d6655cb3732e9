//! Clusters whose audit log did not prove that it was seen up to the end of the window.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::log_group::LogGroup;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::Description;
use crate::evidence::coverage::{Coverage, Coverages};
use crate::evidence::gap::GapKind;
use crate::evidence::silence::is_silent;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::aws::transformer::Transformer;

/// A cluster without an audit event near the end of the window.
#[derive(Debug)]
pub struct Silence {
    cluster: Arc<Cluster>,
    log_group: String,
    /// Whether the operator named the log group.
    is_named: bool,
    connection: Arc<Connection>,
    /// Whether something else stands where audit events do, in a log group of this account.
    looks_transformed: bool,
    /// What may change its events.
    pub(super) transformer: Transformer,
    /// When the log group was created, if that is known.
    created: Option<DateTime<Utc>>,
    /// The end of the window.
    until: DateTime<Utc>,
    /// The longest silence that is not one.
    max_silence: TimeDelta,
}

impl Silence {
    /// The silence of a log group; `None` if an event was seen near the end of the window.
    pub(super) fn of(
        group: &LogGroup,
        connection: &Arc<Connection>,
        coverage: &Coverage,
        until: DateTime<Utc>,
        max_silence: TimeDelta,
    ) -> Option<Self> {
        is_silent(coverage, until, max_silence).then(|| Self {
            cluster: Arc::clone(&group.cluster),
            log_group: group.name.clone(),
            is_named: group.named.is_some(),
            connection: Arc::clone(connection),
            looks_transformed: coverage.foreign_events > 0 && group.linked_arn.is_none(),
            transformer: Transformer::default(),
            created: group.described.as_ref().map(|described| described.created),
            until,
            max_silence,
        })
    }

    /// The cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Where to look for a transformer, if one may be the reason.
    pub(super) fn to_look_up(&self) -> Option<(&Arc<Connection>, &str)> {
        self.looks_transformed
            .then_some((&self.connection, &*self.log_group))
    }

    /// Notes why no transformer could be looked for.
    pub fn note_unknown_transformer(&self, failure: &Failure, coverages: &mut Coverages) {
        let failure = failure.clone().concerning(&self.cluster, &self.connection);
        let text = format!(
            "whether a transformer changes the events of this log group is unknown: {}",
            failure.summary()
        );
        coverages
            .of(&self.cluster)
            .note_times(&self.log_group, text, 1);
    }

    /// Makes a gap of the silence, and returns what to do about it; or a note where it is
    /// explained, by what the EKS API says of the cluster. The window may end in the present.
    pub fn settle(
        self,
        description: Option<&Description>,
        reaches_the_present: bool,
        coverages: &mut Coverages,
    ) -> Option<Failure> {
        let coverage = coverages.of(&self.cluster);
        let described = match description {
            // The line that says so is there already.
            Some(Description::Deleted) => return None,
            Some(Description::Cluster(described)) => Some(described),
            None => None,
        };
        let youngest = self.until.checked_sub_signed(self.max_silence);
        let created = described.and_then(|described| described.created);
        let created = created.max(self.created);
        if let Some(created) = created.filter(|created| Some(*created) > youngest) {
            let text = format!(
                "created at {}, and without an audit event until now",
                minute(created)
            );
            coverage.note_times(&self.log_group, text, 1);
            return None;
        }
        let transformed = (coverage.foreign_events > 0).then_some(Cause::TransformedEvents {
            transformer: self.transformer,
        });
        let (kind, cause) = match (coverage.last_event, transformed) {
            (Some(_), Some(cause)) => (GapKind::AuditLogStopped, cause),
            (None, Some(cause)) => (GapKind::NoEvents, cause),
            (Some(newest), None) => {
                let newest = minute(newest);
                (GapKind::AuditLogStopped, Cause::AuditLogStopped { newest })
            }
            (None, None) if described.is_some_and(|described| !described.audit_logging) => {
                (GapKind::NoEvents, Cause::AuditLoggingOff)
            }
            (None, None) => (GapKind::NoEvents, Cause::NoAuditEvents),
        };
        // That audit logging is off now is a gap of its own, where the window reaches so far.
        let is_known = cause == Cause::AuditLoggingOff && reaches_the_present;
        let failure = Failure::new(cause).concerning(&self.cluster, &self.connection);
        let failure = match self.is_named {
            true => failure.in_log_group(&self.log_group),
            false => failure,
        };
        if !is_known {
            // Whoever reads the report alone should be able to end it.
            let detail = format!("{}; {}", failure.summary(), failure.hint());
            coverage.gap(&self.log_group, kind, detail);
        }
        Some(failure)
    }
}

fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}
