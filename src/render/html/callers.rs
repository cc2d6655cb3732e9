//! Who else is rejected, and who uses tokens that are kept in secrets.

use super::shown;
use crate::evidence::count::thousands;
use crate::render::RenderOptions;
use crate::render::caller;
use crate::render::legacy_token;
use crate::render::time_format::minute;
use crate::report::Report;
use crate::report::scan::ClusterScan;
use crate::report::severity::Severity;

/// The most rejected callers of a cluster: anyone can be one, under as many names as it likes.
pub(super) const MOST_CALLERS: usize = 100;

/// A caller that is rejected and that no single holder explains.
pub(super) struct Caller {
    pub(super) cluster: String,
    pub(super) address: String,
    pub(super) user_agent: String,
    pub(super) count: String,
    pub(super) count_number: u64,
    pub(super) first: String,
    pub(super) at_least_since: bool,
    pub(super) last: String,
    pub(super) severity: Option<&'static str>,
    pub(super) who: String,
}

/// A token kept in a secret that is in use.
pub(super) struct LegacyToken {
    pub(super) cluster: String,
    pub(super) account: String,
    pub(super) words: String,
}

pub(super) fn callers(report: &Report, options: &RenderOptions) -> Vec<Caller> {
    let of_scan = |scan: &ClusterScan| -> Vec<Caller> {
        let (urgent, others): (Vec<_>, Vec<_>) = scan
            .rejected_callers
            .iter()
            .partition(|caller| caller.severity.is_some());
        let callers = urgent.into_iter().chain(others).take(MOST_CALLERS);
        callers
            .map(|caller| Caller {
                cluster: shown(report.name_of(&scan.cluster)),
                address: shown(&caller.address),
                user_agent: shown(&caller.user_agent),
                count: thousands(caller.count),
                count_number: caller.count,
                first: minute(caller.first, options.time_zone),
                at_least_since: caller.at_least_since,
                severity: caller.severity.map(Severity::word),
                last: minute(caller.last, options.time_zone),
                who: shown(caller::who(caller)),
            })
            .collect()
    };
    report.clusters.iter().flat_map(of_scan).collect()
}

/// The commands that identify the unexplained callers, and the pods that have their addresses now.
pub(super) fn caller_commands(report: &Report) -> Vec<(&'static str, String)> {
    let is_urgent = |scan: &&ClusterScan| {
        let mut callers = scan.rejected_callers.iter();
        callers.any(|caller| caller.severity.is_some())
    };
    let were = report.clusters.iter().filter(is_urgent);
    let were = were.filter_map(|scan| Some(("Who it was", caller::command(scan)?)));
    let are = report.clusters.iter();
    let are = are.filter_map(|scan| Some(("Who is there", caller::look_up(scan)?)));
    were.chain(are).collect()
}

pub(super) fn legacy_tokens(report: &Report, options: &RenderOptions) -> Vec<LegacyToken> {
    let of_scan = |scan: &ClusterScan| -> Vec<LegacyToken> {
        let tokens = scan.legacy_tokens.iter();
        tokens
            .map(|token| LegacyToken {
                cluster: shown(report.name_of(&scan.cluster)),
                account: shown(token.service_account.to_string()),
                words: shown(legacy_token::words(token, options.time_zone)),
            })
            .collect()
    };
    report.clusters.iter().flat_map(of_scan).collect()
}
