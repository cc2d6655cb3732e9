//! The audit log that a simulated fleet leaves: pods that hold their tokens for ever, pods that
//! refresh late, restarts, and a hostile user agent. The events have the shape of the recorded
//! ones in `fixtures/`.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::json;

/// How old a token is when the API server begins to mark it.
const WARN_AFTER: TimeDelta = TimeDelta::seconds(3607);
/// How old it is when Amazon EKS begins to reject it.
const LIFETIME: TimeDelta = TimeDelta::days(90);

/// A pod that makes requests at even times.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) namespace: &'static str,
    pub(crate) service_account: &'static str,
    pub(crate) name: &'static str,
    pub(crate) user_agent: &'static str,
    /// Its first and its last moment.
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// The time between two requests.
    pub(crate) every: TimeDelta,
    /// After how long it reads its token again; never, if absent.
    pub(crate) refreshes_after: Option<TimeDelta>,
}

impl Pod {
    /// The pod's events that arrive in this span, the end excluded, with the times of arrival.
    pub(crate) fn events(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, String)> {
        let mut events = Vec::new();
        // Not at the very start, so that no two pods speak at once.
        let mut time = self.from + TimeDelta::milliseconds(self.name.len() as i64 * 137);
        while time < self.until.min(until) {
            if time >= since {
                events.push((time, self.event(time)));
            }
            time += self.every;
        }
        events
    }

    fn issued(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        let Some(span) = self.refreshes_after else {
            return self.from;
        };
        let times = (time - self.from).num_seconds() / span.num_seconds();
        self.from + span * i32::try_from(times).expect("not so often")
    }

    fn event(&self, time: DateTime<Utc>) -> String {
        let account = format!(
            "system:serviceaccount:{}:{}",
            self.namespace, self.service_account
        );
        let issued = self.issued(time);
        let age = time - issued;
        let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
            "auditID": format!("{}-{}", self.name, time.timestamp()),
            "stage": "ResponseComplete",
            "requestURI": "/api/v1/pods?limit=500", "verb": "list",
            "sourceIPs": ["10.0.0.7"],
            "userAgent": self.user_agent,
            "objectRef": {"resource": "pods", "apiVersion": "v1"},
            "requestReceivedTimestamp": stamp(time),
            "stageTimestamp": stamp(time + TimeDelta::milliseconds(3)),
        });
        if age > LIFETIME {
            return rejection("10.0.0.7", self.user_agent, time);
        }
        event["user"] = json!({
            "username": account,
            "extra": {
                "authentication.kubernetes.io/credential-id":
                    [format!("JTI={}-{}", self.name, issued.timestamp())],
                "authentication.kubernetes.io/pod-name": [self.name],
                "authentication.kubernetes.io/pod-uid": [format!("uid-{}", self.name)],
            }
        });
        event["responseStatus"] = json!({"metadata": {}, "code": 200});
        let mut annotations = json!({"authorization.k8s.io/decision": "allow"});
        if age >= WARN_AFTER {
            annotations["authentication.k8s.io/stale-token"] = json!(format!(
                "subject: {account}, seconds after warning threshold: {}",
                (age - WARN_AFTER).num_seconds()
            ));
        }
        let mut text = event.to_string();
        // Annotations stand last.
        text.truncate(text.len() - 1);
        format!("{text},\"annotations\":{annotations}}}")
    }
}

/// A rejected request, in the order of keys in which the API server writes them.
pub(crate) fn rejection(address: &str, user_agent: &str, time: DateTime<Utc>) -> String {
    let time = time.to_rfc3339_opts(SecondsFormat::Micros, true);
    let agent = serde_json::Value::from(user_agent);
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"{address}-{time}","stage":"ResponseStarted","requestURI":"/api/v1/pods?limit=500","verb":"list","user":{{}},"sourceIPs":["{address}"],"userAgent":{agent},"objectRef":{{"resource":"pods","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}"}}"#
    )
}
