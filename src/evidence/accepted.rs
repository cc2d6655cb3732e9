//! The evidence of one accepted request made with a stale token.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use super::holder::{Holder, Identity};
use super::token::{Requests, Token};
use super::token_use::TokenUse;
use super::tokens::Tokens;
use crate::audit::annotation::StaleToken;
use crate::audit::event::AuditEvent;
use crate::audit::path_shape::call_shape;
use crate::audit::service_account::ServiceAccount;
use crate::audit::stage::RequestStage;

/// Seconds from a token's issue to its warning threshold (`WarnOnlyBoundTokenExpirationSeconds`
/// in Kubernetes' `pkg/serviceaccount/claims.go`): 3607 marks a projected token and no other.
pub const WARN_AFTER_SECONDS: i64 = 3607;

/// What one accepted event with a stale token proves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StaleTokenRequest {
    /// The token's subject.
    pub service_account: Arc<ServiceAccount>,
    /// The pod the token is bound to: its UID.
    pub pod_uid: Option<String>,
    /// The pod the token is bound to: its name.
    pub pod: Option<String>,
    /// The node of that pod.
    pub node: Option<String>,
    /// The token's identity, `JTI=<uuid>`.
    pub credential_id: Option<String>,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// The peer's address.
    pub address: String,
    /// When the request reached the API server.
    pub received: DateTime<Utc>,
    /// Whole seconds between the warning threshold and the request's authentication.
    pub seconds_after_warning: u32,
    /// Which part of the request the event reports.
    pub stage: RequestStage,
    /// The Kubernetes verb.
    pub verb: String,
    /// The request's path and query.
    pub request_uri: String,
    /// The HTTP status code.
    pub status: u16,
    /// An identifier that the caller may choose.
    pub audit_id: String,
}

/// One accepted request, dated by all requests that were made with its token.
#[derive(Debug)]
pub struct AcceptedRequest {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The request.
    pub evidence: StaleTokenRequest,
    /// Its token, dated by all requests that were made with it.
    pub token: Token,
}

/// Why a marked event proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// The annotation has a form that the API server is not known to write.
    #[error("the stale-token annotation cannot be read")]
    Annotation,
    /// The annotation's subject is not the user of the request.
    #[error("the annotation's subject is not the request's user")]
    Subject,
    /// The time of issue would lie outside the calendar.
    #[error("the time is out of range")]
    Time,
}

impl StaleTokenRequest {
    /// The evidence in an event; `None` where its token is not marked as stale, or where the
    /// event only repeats another one of the same request.
    pub fn from_event(event: AuditEvent) -> Result<Option<Self>, InvalidRequest> {
        let Some(value) = &event.annotations.stale_token else {
            return Ok(None);
        };
        let stale = StaleToken::parse(value).ok_or(InvalidRequest::Annotation)?;
        let user = ServiceAccount::from_username(&event.user.username);
        let service_account = match (user, stale.subject) {
            (Some(user), None) => user,
            (Some(user), Some(subject)) if user == subject => user,
            _ => return Err(InvalidRequest::Subject),
        };
        let Some(stage) = RequestStage::of(
            &event.stage,
            &event.verb,
            &event.object_ref.subresource,
            &event.request_uri,
        ) else {
            return Ok(None);
        };
        let age = i64::from(stale.seconds_after_warning) + WARN_AFTER_SECONDS;
        event
            .request_received_timestamp
            .checked_sub_signed(TimeDelta::seconds(age))
            .ok_or(InvalidRequest::Time)?;
        let extra = &event.user.extra;
        Ok(Some(Self {
            pod_uid: extra.pod_uid().map(str::to_owned),
            pod: extra.pod_name().map(str::to_owned),
            node: extra.node_name().map(str::to_owned),
            credential_id: extra.credential_id().map(str::to_owned),
            address: event.peer_address().to_owned(),
            service_account: Arc::new(service_account),
            user_agent: event.user_agent,
            received: event.request_received_timestamp,
            seconds_after_warning: stale.seconds_after_warning,
            stage,
            verb: event.verb,
            request_uri: event.request_uri,
            status: event.response_status.code,
            audit_id: event.audit_id,
        }))
    }

    /// Seconds since the token was issued, when the request was authenticated.
    pub fn age_seconds(&self) -> i64 {
        i64::from(self.seconds_after_warning) + WARN_AFTER_SECONDS
    }

    /// When the token was issued, as computed from this one event: up to 11 s late, because the API
    /// server repeats a successful authentication for 10 s (kubernetes/kubernetes#90140), and
    /// never early.
    pub fn issued(&self) -> DateTime<Utc> {
        self.received - TimeDelta::seconds(self.age_seconds())
    }

    /// Whether this is the end of the request that `start` is the start of.
    pub fn completes(&self, start: &Self) -> bool {
        let as_end = Self {
            stage: RequestStage::Completed,
            status: self.status,
            ..start.clone()
        };
        start.stage == RequestStage::Started && *self == as_end
    }

    /// The holder of the token.
    pub fn holder(&self, cluster: &Arc<Cluster>) -> Holder {
        Holder {
            cluster: Arc::clone(cluster),
            service_account: Arc::clone(&self.service_account),
            identity: match &self.pod_uid {
                Some(uid) => Identity::Pod {
                    uid: uid.as_str().into(),
                },
                None => Identity::Caller {
                    user_agent: self.user_agent.as_str().into(),
                    address: self.address.as_str().into(),
                },
            },
        }
    }

    /// Its token, as this one request shows it.
    pub fn token(&self) -> Token {
        let issued = self.issued();
        Token {
            issued,
            latest_estimate: issued,
            first_used: self.received,
            last_used: self.received,
            requests: Requests::one(self.stage),
        }
    }

    /// The token use of this one request.
    pub fn token_use(&self) -> TokenUse {
        // The end of a long-running request repeats what its beginning said.
        let times = u64::from(self.stage != RequestStage::Completed);
        let tokens = Tokens::one(self.credential_id.as_deref().map(Arc::from), self.token());
        let mut token_use = TokenUse::of_agent(&*self.user_agent, times, tokens);
        if let Some(pod) = &self.pod {
            token_use.pods.add(pod, times);
        }
        if let Some(node) = &self.node {
            token_use.nodes.add(node, times);
        }
        token_use.addresses.add(&self.address, times);
        let call = call_shape(&self.verb, &self.request_uri);
        token_use.calls.add(&call, times);
        token_use
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::evidence::sample::event;

    const MARK: &str = "subject: system:serviceaccount:ns:app, seconds after warning threshold: 93";

    fn marked(mut changed: Value) -> Result<Option<StaleTokenRequest>, InvalidRequest> {
        if changed["annotations"].is_null() {
            changed["annotations"] = json!({"authentication.k8s.io/stale-token": MARK});
        }
        StaleTokenRequest::from_event(event(&changed))
    }

    fn request(changed: Value) -> StaleTokenRequest {
        marked(changed).expect("valid").expect("marked")
    }

    #[test]
    fn a_mark_proves_something_about_the_requests_own_user_alone() {
        let app = "system:serviceaccount:ns:app";
        let without_subject = "seconds after warning threshold: 93";
        for (username, mark, expected) in [
            (app, MARK, Ok(true)),
            (app, without_subject, Ok(true)),
            (
                "system:serviceaccount:ns:other",
                MARK,
                Err(InvalidRequest::Subject),
            ),
            (
                "system:node:n",
                without_subject,
                Err(InvalidRequest::Subject),
            ),
            (app, "stale", Err(InvalidRequest::Annotation)),
        ] {
            let found = marked(json!({
                "user": {"username": username},
                "annotations": {"authentication.k8s.io/stale-token": mark},
            }));
            assert_eq!(found.map(|it| it.is_some()), expected, "{username} {mark}");
        }
        assert_eq!(marked(json!({"annotations": {}})), Ok(None));
        assert_eq!(marked(json!({"stage": "RequestReceived"})), Ok(None));
    }

    #[test]
    fn an_issue_before_the_calendar_is_no_evidence() {
        // The calendar begins at -262143-01-01. The token is 3,700 s old.
        for (received, expected) in [
            ("-262143-01-01T01:01:39Z", Err(InvalidRequest::Time)),
            ("-262143-01-01T01:01:40Z", Ok(true)),
        ] {
            let found = marked(json!({"requestReceivedTimestamp": received}));
            assert_eq!(found.map(|it| it.is_some()), expected, "{received}");
        }
    }

    #[test]
    fn a_token_is_as_old_as_its_mark_and_the_warning_threshold_together() {
        let request = request(json!({}));
        assert_eq!(request.age_seconds(), 3700);
        let issued: DateTime<Utc> = "2026-11-24T04:58:20Z".parse().expect("a time");
        assert_eq!(request.issued(), issued);
        assert_eq!(request.token().issued, issued);
        assert_eq!(request.token().age_at_last_use(), TimeDelta::seconds(3700));
    }

    #[test]
    fn an_end_completes_its_own_start_alone() {
        let start = request(json!({"verb": "watch", "stage": "ResponseStarted"}));
        let end = request(json!({"verb": "watch"}));
        let failed = request(json!({"verb": "watch", "responseStatus": {"code": 500}}));
        let other = request(json!({"verb": "watch", "auditID": "b"}));
        for (end, start, expected) in [
            (&end, &start, true),
            // The status may change while the response is sent.
            (&failed, &start, true),
            (&other, &start, false),
            (&start, &start, false),
            (&end, &end, false),
            (&start, &end, false),
        ] {
            assert_eq!(end.completes(start), expected, "{end:?} {start:?}");
        }
    }

    #[test]
    fn a_long_running_request_is_counted_by_its_start() {
        for (verb, stage, times) in [
            ("list", "ResponseComplete", 1),
            ("watch", "ResponseStarted", 1),
            ("watch", "ResponseComplete", 0),
        ] {
            let token_use = request(json!({"verb": verb, "stage": stage})).token_use();
            let agents = token_use.agents.iter();
            let agents: Vec<_> = agents
                .map(|(agent, it)| (agent.map(|it| &**it), it.requests))
                .collect();
            assert_eq!(agents, [(Some("app/v1"), times)], "{verb} {stage}");
            let call = format!("{verb} /api/v1/namespaces/{{namespace}}/pods");
            for (counts, text) in [
                (&token_use.pods, "app-0"),
                (&token_use.nodes, "node-1"),
                (&token_use.addresses, "10.0.0.7"),
                (&token_use.calls, &*call),
            ] {
                let counts: Vec<_> = counts.iter().collect();
                assert_eq!(counts, [(text, times)], "{verb} {stage}");
            }
        }
    }
}
