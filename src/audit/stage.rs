//! Which part of a request an audit event reports, so that a request is counted once.

use serde::{Deserialize, Serialize};

/// The verbs and subresources that the API server treats as long-running: it logs them when
/// the response starts and again when it ends (`LongRunningFunc` in Kubernetes'
/// `pkg/controlplane/apiserver/config.go`).
const LONG_RUNNING_VERBS: [&str; 2] = ["watch", "proxy"];
const LONG_RUNNING_SUBRESOURCES: [&str; 5] = ["attach", "exec", "proxy", "log", "portforward"];

/// The part of a request that one event stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// A request that is logged once, when it is over.
    Whole,
    /// The start of a long-running request.
    Beginning,
    /// The end of a long-running request, which can come an hour after its beginning.
    End,
}

/// The part of a request that an event of this stage reports; `None` for a stage that only
/// repeats what another event of the same request says.
pub fn part(stage: &str, verb: &str, subresource: &str, uri: &str) -> Option<Part> {
    match (is_long_running(verb, subresource, uri), stage) {
        (true, "ResponseStarted") => Some(Part::Beginning),
        (true, "ResponseComplete" | "Panic") => Some(Part::End),
        (false, "ResponseComplete" | "Panic") => Some(Part::Whole),
        _ => None,
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
            ("ResponseStarted", "watch", "", Some(Part::Beginning)),
            ("ResponseComplete", "watch", "", Some(Part::End)),
            ("ResponseStarted", "create", "exec", Some(Part::Beginning)),
            ("ResponseStarted", "get", "log", Some(Part::Beginning)),
            ("ResponseComplete", "get", "log", Some(Part::End)),
            ("ResponseComplete", "list", "", Some(Part::Whole)),
            ("Panic", "list", "", Some(Part::Whole)),
            ("ResponseComplete", "patch", "status", Some(Part::Whole)),
            ("RequestReceived", "list", "", None),
            ("RequestReceived", "watch", "", None),
            ("ResponseStarted", "list", "", None),
        ] {
            assert_eq!(
                part(stage, verb, subresource, "/api/v1/pods"),
                expected,
                "{stage} {verb} {subresource}"
            );
        }
    }
}
