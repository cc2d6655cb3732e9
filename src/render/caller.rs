//! A rejected caller that no single holder explains, in words.

use crate::report::rejection::RejectedCaller;

/// Who it may be: `one of ns/a (pod-1), ns/b`, `perhaps ns/a (known by user agent alone)`.
pub fn who(caller: &RejectedCaller) -> String {
    if !caller.candidates.is_empty() {
        let names: Vec<String> = caller
            .candidates
            .iter()
            .map(|candidate| match &candidate.pod {
                Some(pod) => format!("{} ({pod})", candidate.service_account),
                None => candidate.service_account.to_string(),
            })
            .collect();
        return format!("one of {}", names.join(", "));
    }
    if caller.perhaps.is_empty() {
        return "unknown".to_owned();
    }
    let names: Vec<String> = caller.perhaps.iter().map(ToString::to_string).collect();
    format!("perhaps {} (known by user agent alone)", names.join(", "))
}
