//! Audit events for the tests of this folder.

use serde_json::{Value, json};

use crate::audit::event::AuditEvent;

/// An accepted list of pods, by a pod without a mark, with these members of the event replaced.
pub(super) fn event(changed: &Value) -> AuditEvent {
    let mut event = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "auditID": "a",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/ns/pods",
        "verb": "list",
        "user": {
            "username": "system:serviceaccount:ns:app",
            "extra": {
                "authentication.kubernetes.io/pod-name": ["app-0"],
                "authentication.kubernetes.io/pod-uid": ["u"],
                "authentication.kubernetes.io/node-name": ["node-1"]
            }
        },
        "sourceIPs": ["10.0.0.7"],
        "userAgent": "app/v1",
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-11-24T06:00:00Z",
        "stageTimestamp": "2026-11-24T06:00:00Z"
    });
    for (key, value) in changed.as_object().expect("an object") {
        event[key] = value.clone();
    }
    AuditEvent::parse(&event.to_string()).expect("an event")
}
