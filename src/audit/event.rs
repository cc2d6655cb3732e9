//! One event of the kube-apiserver's audit log, as far as it concerns tokens.
//!
//! The event is parsed as a whole and its annotations are taken from its own top level:
//! user agents, object names, URIs and request bodies can all carry a perfect copy of the
//! annotation, put there by the sender of the request.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::bounded_text::{self, cut};

/// An audit event (`audit.k8s.io/v1`, Kubernetes'
/// `staging/src/k8s.io/apiserver/pkg/apis/audit/v1/types.go`).
///
/// Fields that say nothing about tokens are not kept. Keys are also read as pipelines to
/// Elasticsearch rewrite them, with `_` for each dot (`processors.rename` of its Kubernetes audit
/// integration). A repeated key is an error: the API
/// server never writes one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Absent, as the version is, from the items of an event list.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    api_version: String,
    /// An identifier that the caller may choose, and so no identity.
    #[serde(rename = "auditID", default)]
    pub audit_id: String,
    /// `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.
    pub stage: String,
    /// The request's path and query, percent-encoded as it was sent.
    #[serde(rename = "requestURI", default)]
    pub request_uri: String,
    /// The Kubernetes verb.
    #[serde(default)]
    pub verb: String,
    /// Who was authenticated; empty for a rejected request.
    #[serde(default)]
    pub user: User,
    /// The addresses the request came through; only the last was seen by the server itself.
    #[serde(rename = "sourceIPs", default)]
    pub source_ips: Vec<String>,
    /// The user agent, as the caller gave it; its beginning if it is long.
    #[serde(default, deserialize_with = "bounded_text::user_agent")]
    pub user_agent: String,
    /// The object that was requested; absent for non-resource paths.
    #[serde(default)]
    pub object_ref: ObjectRef,
    /// The answer; absent before there is one.
    #[serde(default)]
    pub response_status: ResponseStatus,
    /// When the request reached the server.
    pub request_received_timestamp: DateTime<Utc>,
    /// When this stage was reached.
    pub stage_timestamp: DateTime<Utc>,
    /// The server's own annotations.
    #[serde(default)]
    pub annotations: Annotations,
}

/// The authenticated user.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct User {
    /// `system:serviceaccount:NAMESPACE:NAME` for a service account.
    #[serde(default)]
    pub username: String,
    /// What the token was bound to.
    #[serde(default)]
    pub extra: Extra,
}

/// The user's extra fields that describe a token (`pkg/serviceaccount/util.go`).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Extra {
    #[serde(
        rename = "authentication.kubernetes.io/pod-name",
        alias = "authentication_kubernetes_io/pod-name",
        default
    )]
    pod_name: Vec<String>,
    #[serde(
        rename = "authentication.kubernetes.io/pod-uid",
        alias = "authentication_kubernetes_io/pod-uid",
        default
    )]
    pod_uid: Vec<String>,
    #[serde(
        rename = "authentication.kubernetes.io/node-name",
        alias = "authentication_kubernetes_io/node-name",
        default
    )]
    node_name: Vec<String>,
    #[serde(
        rename = "authentication.kubernetes.io/credential-id",
        alias = "authentication_kubernetes_io/credential-id",
        default
    )]
    credential_id: Vec<String>,
}

impl Extra {
    /// The name of the pod the token is bound to.
    pub fn pod_name(&self) -> Option<&str> {
        name(&self.pod_name)
    }

    /// The UID of the pod the token is bound to.
    pub fn pod_uid(&self) -> Option<&str> {
        name(&self.pod_uid)
    }

    /// The node of that pod; since Kubernetes 1.30.
    pub fn node_name(&self) -> Option<&str> {
        name(&self.node_name)
    }

    /// The token's own identity, `JTI=<uuid>`; since Kubernetes 1.30.
    pub fn credential_id(&self) -> Option<&str> {
        name(&self.credential_id)
    }
}

fn name(values: &[String]) -> Option<&str> {
    let first = values.first()?;
    Some(cut(first, bounded_text::NAME))
}

/// The object of a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ObjectRef {
    /// `exec`, `log`, `status` and so on.
    #[serde(default)]
    pub subresource: String,
}

/// The answer to a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ResponseStatus {
    /// The HTTP status code; 0 before there is one.
    #[serde(default)]
    pub code: u16,
}

/// The server's annotations about the token of a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Annotations {
    /// See [`super::annotation::STALE_TOKEN`].
    #[serde(
        rename = "authentication.k8s.io/stale-token",
        alias = "authentication_k8s_io/stale-token"
    )]
    pub stale_token: Option<String>,
    /// The user name of a token that is kept in a secret (`pkg/serviceaccount/legacy.go`).
    #[serde(
        rename = "authentication.k8s.io/legacy-token",
        alias = "authentication_k8s_io/legacy-token"
    )]
    pub legacy_token: Option<String>,
    /// The secret, where it was made by hand; since Kubernetes 1.29.
    #[serde(
        rename = "authentication.k8s.io/legacy-token-manual-secret",
        alias = "authentication_k8s_io/legacy-token-manual-secret"
    )]
    pub legacy_manual_secret: Option<String>,
    /// The secret, where Kubernetes made it by itself; since Kubernetes 1.29.
    #[serde(
        rename = "authentication.k8s.io/legacy-token-autogenerated-secret",
        alias = "authentication_k8s_io/legacy-token-autogenerated-secret"
    )]
    pub legacy_autogenerated_secret: Option<String>,
}

/// Why a line is not an audit event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Torn, damaged, or with a repeated key.
    #[error("not a whole JSON event")]
    Malformed,
    /// JSON, but of another kind.
    #[error("not an audit event")]
    OtherKind,
}

impl AuditEvent {
    /// Reads one line of an audit log.
    pub fn parse(line: &str) -> Result<Self, EventError> {
        let event: Self = serde_json::from_str(line).map_err(|_| EventError::Malformed)?;
        let says_so = event.kind == "Event" && event.api_version.starts_with("audit.k8s.io/");
        let is_item = event.kind.is_empty() && event.api_version.is_empty();
        if says_so || (is_item && !event.audit_id.is_empty()) {
            Ok(event)
        } else {
            Err(EventError::OtherKind)
        }
    }

    /// The address that the server itself saw. A forwarding header puts addresses of the
    /// caller's choice before it.
    pub fn peer_address(&self) -> &str {
        let peer = self.source_ips.last().map_or("", String::as_str);
        cut(peer, bounded_text::ADDRESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"},"sourceIPs":["203.0.113.9","10.0.0.7"],"requestReceivedTimestamp":"2026-11-24T06:01:27.946096Z","stageTimestamp":"2026-11-24T06:01:27.947989Z"}"#;

    #[test]
    fn the_last_address_is_the_peer() {
        let event = AuditEvent::parse(WHOLE).expect("a whole event");
        assert_eq!(event.peer_address(), "10.0.0.7");
        assert_eq!(event.annotations.stale_token, None);
    }

    #[test]
    fn a_torn_line_and_a_repeated_key_are_no_event() {
        let torn = &WHOLE[..WHOLE.len() - 10];
        assert_eq!(AuditEvent::parse(torn).err(), Some(EventError::Malformed));
        let repeated = WHOLE.replace(
            r#""verb":"list""#,
            r#""verb":"list","annotations":{},"annotations":{}"#,
        );
        assert_eq!(
            AuditEvent::parse(&repeated).err(),
            Some(EventError::Malformed)
        );
        let other = WHOLE.replace("audit.k8s.io/v1", "events.k8s.io/v1");
        assert_eq!(AuditEvent::parse(&other).err(), Some(EventError::OtherKind));
    }

    #[test]
    fn what_a_token_is_bound_to_is_read_under_either_spelling_of_its_key() {
        for prefix in [
            "authentication.kubernetes.io",
            "authentication_kubernetes_io",
        ] {
            let extra = ["pod-name", "pod-uid", "node-name", "credential-id"]
                .map(|key| format!(r#""{prefix}/{key}":["the-{key}","another"]"#))
                .join(",");
            let user = format!(r#""user":{{"username":"u","extra":{{{extra}}}}}"#);
            let line = WHOLE.replace(r#""user":{"username":"u"}"#, &user);
            let extra = AuditEvent::parse(&line).expect("an event").user.extra;
            assert_eq!(extra.pod_name(), Some("the-pod-name"));
            assert_eq!(extra.pod_uid(), Some("the-pod-uid"));
            assert_eq!(extra.node_name(), Some("the-node-name"));
            assert_eq!(extra.credential_id(), Some("the-credential-id"));
        }
        let extra = AuditEvent::parse(WHOLE).expect("an event").user.extra;
        assert_eq!(extra.pod_name(), None);
        assert_eq!(extra.credential_id(), None);
    }

    #[test]
    fn an_event_says_what_it_is_or_is_the_item_of_a_list() {
        let stated = r#""kind":"Event","apiVersion":"audit.k8s.io/v1","#;
        for (kind, audit_id, is_event) in [
            (stated, "a", true),
            (stated, "", true),
            ("", "a", true),
            ("", "", false),
            (r#""kind":"Event","#, "a", false),
            (r#""apiVersion":"audit.k8s.io/v1","#, "a", false),
            (
                r#""kind":"Pod","apiVersion":"audit.k8s.io/v1","#,
                "a",
                false,
            ),
        ] {
            let line = WHOLE
                .replace(stated, kind)
                .replace(r#""auditID":"a""#, &format!(r#""auditID":"{audit_id}""#));
            assert_eq!(AuditEvent::parse(&line).is_ok(), is_event, "{line}");
        }
    }
}
