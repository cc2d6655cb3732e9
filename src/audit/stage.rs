//! Which part of a request an audit event reports, so that a request is counted once.

use serde::{Deserialize, Serialize};

/// The verbs and subresources that the API server treats as long-running: it logs them when
/// the response starts and again when it ends (`LongRunningFunc` in Kubernetes'
/// `pkg/controlplane/apiserver/config.go`).
const LONG_RUNNING_VERBS: [&str; 2] = ["watch", "proxy"];
const LONG_RUNNING_SUBRESOURCES: [&str; 5] = ["attach", "exec", "proxy", "log", "portforward"];

/// The part of a request that one event records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RequestStage {
    /// A request that is logged once, when it is over.
    Single,
    /// The start of a long-running request.
    Started,
    /// The end of a long-running request, which can come an hour after its start.
    Completed,
}

impl RequestStage {
    /// The part of a request that an event of this stage reports; `None` for a stage that only
    /// repeats what another event of the same request says.
    pub fn of(stage: &str, verb: &str, subresource: &str, uri: &str) -> Option<Self> {
        match (is_long_running(verb, subresource, uri), stage) {
            (true, "ResponseStarted") => Some(Self::Started),
            (true, "ResponseComplete" | "Panic") => Some(Self::Completed),
            (false, "ResponseComplete" | "Panic") => Some(Self::Single),
            _ => None,
        }
    }
}

fn is_long_running(verb: &str, subresource: &str, uri: &str) -> bool {
    LONG_RUNNING_VERBS.contains(&verb)
        || LONG_RUNNING_SUBRESOURCES.contains(&subresource)
        || uri.starts_with("/debug/pprof/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_once_by_its_beginning() {
        for (stage, verb, subresource, expected) in [
            ("ResponseStarted", "watch", "", Some(RequestStage::Started)),
            (
                "ResponseComplete",
                "watch",
                "",
                Some(RequestStage::Completed),
            ),
            (
                "ResponseStarted",
                "create",
                "exec",
                Some(RequestStage::Started),
            ),
            ("ResponseStarted", "get", "log", Some(RequestStage::Started)),
            (
                "ResponseComplete",
                "get",
                "log",
                Some(RequestStage::Completed),
            ),
            ("ResponseComplete", "list", "", Some(RequestStage::Single)),
            ("Panic", "list", "", Some(RequestStage::Single)),
            (
                "ResponseComplete",
                "patch",
                "status",
                Some(RequestStage::Single),
            ),
            ("RequestReceived", "list", "", None),
            ("RequestReceived", "watch", "", None),
            ("ResponseStarted", "list", "", None),
        ] {
            assert_eq!(
                RequestStage::of(stage, verb, subresource, "/api/v1/pods"),
                expected,
                "{stage} {verb} {subresource}"
            );
        }
    }
}
