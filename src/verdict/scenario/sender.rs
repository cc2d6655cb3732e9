//! Who sends requests and which pods are listed, at times before one moment.

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::path_shape::call_shape;
use crate::audit::service_account::ServiceAccount;
use crate::audit::stage::RequestStage;
use crate::cluster_state::pod::{Container, Pod};
use crate::cluster_state::sample;
use crate::evidence::accepted::{StaleTokenRequest, WARN_AFTER_SECONDS};
use crate::evidence::rejection::Rejection;
use crate::report::token_lifetime::TokenLifetime;

/// 90 days, in seconds: how long tokens are accepted, unless a test states another time.
pub(in crate::verdict) const NINETY_DAYS: i64 = TokenLifetime::UNCAPPED_SECONDS;

/// The moment as of which is judged: the end of the window.
pub(in crate::verdict) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_500_000, 0).expect("a time")
}

/// So long before [`now`].
pub(in crate::verdict) fn ago(before: TimeDelta) -> DateTime<Utc> {
    now() - before
}

pub(in crate::verdict) fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

pub(in crate::verdict) fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

pub(in crate::verdict) fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

pub(in crate::verdict) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

/// Who sends requests, as the API server logs it. Each test changes what it is about.
#[derive(Debug, Clone)]
pub(in crate::verdict) struct Sender {
    pub(in crate::verdict) namespace: &'static str,
    pub(in crate::verdict) account: &'static str,
    /// The pod's name; its UID is `uid-NAME`. `None` for a caller whose event names no pod.
    pub(in crate::verdict) pod: Option<&'static str>,
    pub(in crate::verdict) node: Option<&'static str>,
    pub(in crate::verdict) user_agent: &'static str,
    pub(in crate::verdict) address: &'static str,
    pub(in crate::verdict) verb: &'static str,
    pub(in crate::verdict) uri: &'static str,
}

/// The pod `NAME` of `ns/app` with this user agent, at 10.0.0.7.
pub(in crate::verdict) fn sender(pod: &'static str, user_agent: &'static str) -> Sender {
    Sender {
        namespace: "ns",
        account: "app",
        pod: Some(pod),
        node: None,
        user_agent,
        address: "10.0.0.7",
        verb: "list",
        uri: "/api/v1/namespaces/ns/pods",
    }
}

/// The UID of the pod of that name.
pub(in crate::verdict) fn uid(pod: &str) -> String {
    format!("uid-{pod}")
}

/// A pod of `ns/app` as the cluster lists it: it runs, started so long before [`now`], and has one
/// container.
pub(in crate::verdict) fn listed(name: &str, address: &str, started: TimeDelta) -> Pod {
    Pod {
        started: Some(ago(started)),
        containers: Box::new([Container {
            name: "main".into(),
            image: "example.com/app:v1".into(),
            started: Some(ago(started)),
            restarts: 0,
            waiting: None,
        }]),
        ..sample::pod(&uid(name), name, address)
    }
}

/// One request accepted with a token issued so long before [`now`].
pub(super) fn stale_request(
    sender: &Sender,
    credential_id: Option<&str>,
    issued: TimeDelta,
    time: TimeDelta,
) -> StaleTokenRequest {
    let age = (issued - time).num_seconds() - WARN_AFTER_SECONDS;
    StaleTokenRequest {
        service_account: account(sender).into(),
        pod_uid: sender.pod.map(uid),
        pod: sender.pod.map(str::to_owned),
        node: sender.node.map(str::to_owned),
        credential_id: credential_id.map(str::to_owned),
        user_agent: sender.user_agent.to_owned(),
        address: sender.address.to_owned(),
        received: ago(time),
        seconds_after_warning: u32::try_from(age).expect("a token old enough for a mark"),
        stage: RequestStage::Single,
        verb: sender.verb.to_owned(),
        request_uri: sender.uri.to_owned(),
        status: 200,
        audit_id: "a".to_owned(),
    }
}

/// One rejected request, so long before [`now`].
pub(in crate::verdict) fn rejection(sender: &Sender, time: TimeDelta) -> Rejection {
    Rejection {
        address: sender.address.to_owned(),
        user_agent: sender.user_agent.to_owned(),
        call: call_shape(sender.verb, sender.uri),
        received: ago(time),
    }
}

pub(super) fn account(sender: &Sender) -> ServiceAccount {
    ServiceAccount {
        namespace: sender.namespace.to_owned(),
        name: sender.account.to_owned(),
    }
}
