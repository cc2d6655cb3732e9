//! Requests that the API server refused to authenticate.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use crate::audit::event::AuditEvent;
use crate::audit::path_shape::call_shape;

/// One rejected request: a 401 that the server answered before it knew any user.
///
/// It has no service account and no pod; only the address, the user agent and the path are left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rejection {
    /// The peer's address.
    pub address: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// Verb and shape of the path.
    pub call: String,
    /// When the request reached the API server.
    pub received: DateTime<Utc>,
}

impl Rejection {
    /// The rejection in an event. The server logs one at stage `ResponseStarted` only, for
    /// every verb (`WithFailedAuthenticationAudit` in Kubernetes'
    /// `staging/src/k8s.io/apiserver/pkg/endpoints/filters/authn_audit.go`).
    pub fn from_event(event: &AuditEvent) -> Option<Self> {
        let rejected = event.response_status.code == 401
            && event.stage == "ResponseStarted"
            && event.user.username.is_empty();
        rejected.then(|| Self {
            address: event.peer_address().to_owned(),
            user_agent: event.user_agent.clone(),
            call: call_shape(&event.verb, &event.request_uri),
            received: event.request_received_timestamp,
        })
    }

    /// The rejected caller.
    pub fn caller(&self, cluster: &Arc<Cluster>) -> RejectedCaller {
        RejectedCaller {
            cluster: Arc::clone(cluster),
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            call: self.call.clone(),
        }
    }
}

/// One rejected request with all that the API server wrote of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RejectedRequest {
    /// The rejected caller, and when it was rejected.
    pub rejection: Rejection,
    /// The Kubernetes verb.
    pub verb: String,
    /// The request's path and query.
    pub request_uri: String,
    /// An identifier that the caller may choose.
    pub audit_id: String,
}

impl RejectedRequest {
    /// The rejected request in an event; `None` if it is not one.
    pub fn from_event(event: &AuditEvent) -> Option<Self> {
        Rejection::from_event(event).map(|rejection| Self {
            rejection,
            verb: event.verb.clone(),
            request_uri: event.request_uri.clone(),
            audit_id: event.audit_id.clone(),
        })
    }
}

/// What rejected requests are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RejectedCaller {
    /// The cluster that rejected it.
    pub cluster: Arc<Cluster>,
    /// The peer's address.
    pub address: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// Verb and shape of the path.
    pub call: String,
}

/// The rejections of one caller, merged: hour by hour, so that one rejection a day on three days
/// does not look like two days of rejections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejections {
    /// By the hour since 1970 in which a run starts.
    hours: BTreeMap<i64, Run>,
}

/// Rejections inside one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The arrival of the first.
    pub first: DateTime<Utc>,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
}

/// The runs of rejections attributed to one holder, by user agent.
pub type RunsOfAgents = BTreeMap<String, Vec<Run>>;

/// The hour since 1970 that a rejection is counted in.
pub fn hour_of(arrival: DateTime<Utc>) -> i64 {
    arrival.timestamp().div_euclid(3600)
}

impl Run {
    /// Adds another run to this one.
    pub fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count = self.count.saturating_add(other.count);
    }
}

impl Rejections {
    /// One rejection.
    pub fn one(arrival: DateTime<Utc>) -> Self {
        Self::run(Run {
            first: arrival,
            last: arrival,
            count: 1,
        })
    }

    /// Rejections inside one hour that were counted elsewhere.
    pub fn run(run: Run) -> Self {
        Self {
            hours: BTreeMap::from([(hour_of(run.first), run)]),
        }
    }

    /// The runs, in order of time.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        self.hours.values().copied()
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.runs()
            .fold(0, |sum, run| sum.saturating_add(run.count))
    }

    /// The arrival of the first.
    pub fn first(&self) -> Option<DateTime<Utc>> {
        self.runs().map(|run| run.first).min()
    }

    /// The arrival of the last.
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.runs().map(|run| run.last).max()
    }

    /// Adds other rejections of the same caller.
    pub fn merge(&mut self, other: &Self) {
        for (hour, run) in &other.hours {
            self.hours
                .entry(*hour)
                .and_modify(|known| known.merge(*run))
                .or_insert(*run);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::sample::event;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("a time")
    }

    #[test]
    fn a_rejection_is_a_401_without_a_user_at_the_start_of_its_response() {
        for (code, stage, username, expected) in [
            (401, "ResponseStarted", "", true),
            (403, "ResponseStarted", "", false),
            (401, "ResponseComplete", "", false),
            (401, "ResponseStarted", "system:anonymous", false),
        ] {
            let event = event(&json!({
                "responseStatus": {"code": code},
                "stage": stage,
                "user": {"username": username},
            }));
            let found = RejectedRequest::from_event(&event);
            assert_eq!(found.is_some(), expected, "{code} {stage} {username}");
        }
    }

    #[test]
    fn rejections_are_counted_hour_by_hour() {
        assert_eq!(hour_of(at(3599)), 0);
        assert_eq!(hour_of(at(3600)), 1);
        assert_eq!(hour_of(at(-1)), -1);
        let none = Rejections::default();
        assert_eq!((none.count(), none.first(), none.last()), (0, None, None));
        for order in [[10, 20, 7200], [7200, 20, 10]] {
            let mut all = Rejections::default();
            for second in order {
                all.merge(&Rejections::one(at(second)));
            }
            let run = |first, last, count| Run {
                first: at(first),
                last: at(last),
                count,
            };
            let runs: Vec<Run> = all.runs().collect();
            assert_eq!(runs, [run(10, 20, 2), run(7200, 7200, 1)]);
            assert_eq!(all.count(), 3);
            assert_eq!((all.first(), all.last()), (Some(at(10)), Some(at(7200))));
        }
    }
}
