//! Requests accepted with a token that is too young for a mark: the sender of one has read a new
//! token.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::accepted::WARN_AFTER_SECONDS;
use super::cluster::Cluster;
use super::holder::{Holder, Identity};
use super::token::{Requests, Token};
use crate::audit::event::AuditEvent;
use crate::audit::service_account::ServiceAccount;

/// One such request of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmarkedRequest {
    /// The token's subject.
    pub service_account: Arc<ServiceAccount>,
    /// The UID of the pod that the token is bound to.
    pub pod_uid: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// Its arrival, and its token.
    pub accepted: Unmarked,
}

/// When a token was accepted without a mark. Of two the later counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmarked {
    /// When the request reached the API server.
    pub received: DateTime<Utc>,
    /// The token's identity, `JTI=<uuid>`, where the cluster reports it.
    pub credential_id: Option<String>,
}

impl UnmarkedRequest {
    /// The request in an event; `None` unless a pod's token was accepted and is not stale.
    pub fn from_event(event: &AuditEvent) -> Option<Self> {
        let answered = matches!(&*event.stage, "ResponseStarted" | "ResponseComplete");
        let status = event.response_status.code;
        let is_stale = event.annotations.stale_token.is_some();
        if !answered || matches!(status, 0 | 401) || is_stale {
            return None;
        }
        let extra = &event.user.extra;
        Some(Self {
            service_account: ServiceAccount::from_username(&event.user.username)?.into(),
            pod_uid: extra.pod_uid()?.to_owned(),
            user_agent: event.user_agent.clone(),
            accepted: Unmarked {
                received: event.request_received_timestamp,
                credential_id: extra.credential_id().map(str::to_owned),
            },
        })
    }

    /// The holder of the token.
    pub fn holder(&self, cluster: &Arc<Cluster>) -> Holder {
        Holder {
            cluster: Arc::clone(cluster),
            service_account: Arc::clone(&self.service_account),
            identity: Identity::Pod {
                uid: self.pod_uid.as_str().into(),
            },
        }
    }
}

impl Unmarked {
    /// The token, dated as early as it can have been issued: it was younger than the warning
    /// threshold, and was read after `not_before`. No request of it is counted.
    pub fn token(&self, not_before: DateTime<Utc>) -> Token {
        let youngest = self.received - TimeDelta::seconds(WARN_AFTER_SECONDS - 1);
        let issued = youngest.max(not_before).min(self.received);
        Token {
            issued,
            latest_estimate: issued,
            first_used: self.received,
            last_used: self.received,
            requests: Requests::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(status: u16, uid: &str, annotations: &str) -> AuditEvent {
        let text = format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{{"username":"system:serviceaccount:ns:app","extra":{{"authentication.kubernetes.io/pod-uid":[{uid}]}}}},"sourceIPs":["10.0.0.7"],"userAgent":"app/v1","responseStatus":{{"code":{status}}},"requestReceivedTimestamp":"2026-11-24T06:00:00Z","stageTimestamp":"2026-11-24T06:00:00Z","annotations":{annotations}}}"#
        );
        AuditEvent::parse(&text).expect("an event")
    }

    #[test]
    fn only_what_was_accepted_without_a_mark_tells_of_a_new_token() {
        let marked = r#"{"authentication.k8s.io/stale-token":"subject: system:serviceaccount:ns:app, seconds after warning threshold: 9"}"#;
        for (status, uid, annotations, expected) in [
            (200, r#""u""#, "{}", true),
            // What is forbidden was authenticated.
            (403, r#""u""#, "{}", true),
            (401, r#""u""#, "{}", false),
            (0, r#""u""#, "{}", false),
            (200, "", "{}", false),
            (200, r#""u""#, marked, false),
        ] {
            let found = UnmarkedRequest::from_event(&event(status, uid, annotations));
            assert_eq!(found.is_some(), expected, "{status} {uid} {annotations}");
        }
    }

    #[test]
    fn a_token_is_dated_as_early_as_it_can_have_been_issued() {
        let received: DateTime<Utc> = "2026-11-24T06:00:00Z".parse().expect("a time");
        let accepted = Unmarked {
            received,
            credential_id: None,
        };
        let early = accepted.token(received - TimeDelta::hours(3));
        assert_eq!(early.issued, received - TimeDelta::seconds(3606));
        let later = received - TimeDelta::minutes(20);
        assert_eq!(accepted.token(later).issued, later);
    }
}
