//! Tokens that kubelets were issued for the pods on their nodes.
//!
//! The request names the service account and not the pod, and a kubelet asks for tokens of other
//! audiences in the same way.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::event::AuditEvent;
use crate::audit::name::is_subdomain;
use crate::audit::service_account::ServiceAccount;

/// The user name of a kubelet, before its node's name (`NodeUserNamePrefix` in Kubernetes'
/// `pkg/auth/nodeidentifier/default.go`).
const KUBELET: &str = "system:node:";

const SECONDS_OF_AN_HOUR: i64 = 3600;

/// How many hours are kept: the 90 days for which AWS accepts a stale token.
const KEPT_HOURS: usize = 90 * 24;

/// How far apart the issue of a token and the request for it can seem to lie: the issue is known
/// to 11 s, and the API servers' clocks may differ.
const SAME_ISSUE: TimeDelta = TimeDelta::minutes(1);

/// One token that a kubelet was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuance {
    /// The token's subject.
    pub service_account: ServiceAccount,
    /// The kubelet's node.
    pub node: String,
    /// When the request for it reached the API server.
    pub received: DateTime<Utc>,
}

impl Issuance {
    /// The issuance in an event; `None` where no token was issued, or not to a kubelet.
    pub fn from_event(event: &AuditEvent) -> Option<Self> {
        event.annotations.issued_credential_id.as_ref()?;
        let node = event.user.username.strip_prefix(KUBELET)?;
        let object = &event.object_ref;
        let was_issued = event.stage == "ResponseComplete"
            && event.verb == "create"
            && object.resource == "serviceaccounts"
            && object.subresource == "token"
            && event.response_status.code == 201;
        if !was_issued {
            return None;
        }
        let received = event.request_received_timestamp;
        Self::new(&object.namespace, &object.name, node, received)
    }

    /// An issuance; `None` for names that Kubernetes itself would refuse.
    pub fn new(namespace: &str, name: &str, node: &str, received: DateTime<Utc>) -> Option<Self> {
        let username = format!("system:serviceaccount:{namespace}:{name}");
        let service_account = ServiceAccount::from_username(&username)?;
        is_subdomain(node).then(|| Self {
            service_account,
            node: node.to_owned(),
            received,
        })
    }
}

/// The tokens that one kubelet was issued for one service account: how many in each hour, and
/// the first of each.
///
/// The latest [`KEPT_HOURS`] are kept: the end of the sorted union, so that merging stays
/// associative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuances {
    hours: BTreeMap<i64, Hour>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hour {
    first: DateTime<Utc>,
    count: u64,
}

/// Tokens that a kubelet was issued after a given one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newer {
    /// When the first of them was asked for, to an hour late and never early.
    pub first: DateTime<Utc>,
    /// How many there are at the least.
    pub at_least: u64,
}

impl Issuances {
    /// So many within one hour, the first at this time.
    pub fn within_hour(first: DateTime<Utc>, count: u64) -> Self {
        let hour = first.timestamp().div_euclid(SECONDS_OF_AN_HOUR);
        Self {
            hours: BTreeMap::from([(hour, Hour { first, count })]),
        }
    }

    /// Adds others of the same kubelet and service account.
    pub fn merge(&mut self, other: Self) {
        for (hour, theirs) in other.hours {
            self.hours
                .entry(hour)
                .and_modify(|ours| {
                    ours.first = ours.first.min(theirs.first);
                    ours.count += theirs.count;
                })
                .or_insert(theirs);
        }
        while self.hours.len() > KEPT_HOURS {
            self.hours.pop_first();
        }
    }

    /// Those that came after the issue of a token: of hours that began before it, none.
    pub fn newer_than(&self, issued: DateTime<Utc>) -> Option<Newer> {
        let mut newer = self
            .hours
            .values()
            .filter(|hour| hour.first - issued > SAME_ISSUE);
        let first = newer.next()?;
        Some(Newer {
            first: first.first,
            at_least: first.count + newer.map(|hour| hour.count).sum::<u64>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000 + second, 0).expect("a time")
    }

    fn event(changed: &[(&str, &str)]) -> Option<Issuance> {
        let mut line = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/ns/serviceaccounts/app/token","verb":"create","user":{"username":"system:node:n-1.example"},"sourceIPs":["10.0.0.1"],"objectRef":{"resource":"serviceaccounts","namespace":"ns","name":"app","apiVersion":"v1","subresource":"token"},"responseStatus":{"metadata":{},"code":201},"requestReceivedTimestamp":"2026-11-24T06:01:24.218002Z","stageTimestamp":"2026-11-24T06:01:24.221375Z","annotations":{"authentication.kubernetes.io/issued-credential-id":"JTI=9a16ad46"}}"#.to_owned();
        for (from, to) in changed {
            assert!(line.contains(from), "{from}");
            line = line.replacen(from, to, 1);
        }
        Issuance::from_event(&AuditEvent::parse(&line).expect("an event"))
    }

    #[test]
    fn what_a_kubelet_was_issued_is_read() {
        let issuance = event(&[]).expect("an issuance");
        assert_eq!(issuance.service_account.to_string(), "ns/app");
        assert_eq!(issuance.node, "n-1.example");
        assert_eq!(issuance.received.timestamp_subsec_micros(), 218_002);
    }

    #[test]
    fn nothing_else_is_an_issuance() {
        const KEY: &str = "authentication.kubernetes.io/issued-credential-id";
        let in_a_body = format!(
            r#""requestObject":{{"annotations":{{"{KEY}":"JTI=1"}}}},"requestReceivedTimestamp""#
        );
        let elsewhere = format!(r#""{KEY}""#);
        for changed in [
            &[("system:node:n-1.example", "system:serviceaccount:ns:app")][..],
            &[("system:node:n-1.example", "n-1.example")],
            &[("system:node:n-1.example", "system:node:")],
            &[("system:node:n-1.example", "system:node:N 1")],
            &[("ResponseComplete", "RequestReceived")],
            &[(r#""create""#, r#""get""#)],
            &[(r#""code":201"#, r#""code":403"#)],
            &[(r#""resource":"serviceaccounts""#, r#""resource":"pods""#)],
            &[(r#""subresource":"token""#, r#""subresource":"status""#)],
            &[(r#""namespace":"ns""#, r#""namespace":"N s""#)],
            &[
                (&elsewhere, r#""example.com/other""#),
                (r#""requestReceivedTimestamp""#, &in_a_body),
            ],
        ] {
            assert_eq!(event(changed), None, "{changed:?}");
        }
    }

    #[test]
    fn what_came_with_the_token_itself_is_not_newer() {
        for (second, expected) in [(-5, false), (60, false), (61, true)] {
            let issuances = Issuances::within_hour(at(second), 1);
            assert_eq!(issuances.newer_than(at(0)).is_some(), expected, "{second}");
        }
    }

    #[test]
    fn an_hour_that_began_before_the_issue_counts_for_nothing() {
        let mut issuances = Issuances::within_hour(at(100), 1);
        for (second, count) in [(700, 2), (3_600, 3), (7_300, 4)] {
            issuances.merge(Issuances::within_hour(at(second), count));
        }
        let newer = issuances.newer_than(at(200)).expect("newer ones");
        assert_eq!((newer.first, newer.at_least), (at(3_600), 7));
        let all = issuances.newer_than(at(0)).expect("newer ones");
        assert_eq!((all.first, all.at_least), (at(100), 10));
        assert_eq!(issuances.newer_than(at(7_300)), None);
    }

    #[test]
    fn the_latest_hours_are_kept() {
        let hour = |hour: i64| Issuances::within_hour(at(hour * 3_600), 1);
        let mut issuances = Issuances::default();
        for index in 0..KEPT_HOURS as i64 + 10 {
            issuances.merge(hour(index));
        }
        assert_eq!(issuances.hours.len(), KEPT_HOURS);
        let first = issuances.newer_than(at(-3_600)).map(|newer| newer.first);
        assert_eq!(first, Some(at(10 * 3_600)));
    }
}
