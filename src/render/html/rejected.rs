//! What is rejected now, what recurs, and what may have recovered.

use super::{account, class, shown};
use crate::render::RenderOptions;
use crate::render::pods;
use crate::render::recurrence;
use crate::render::rejections;
use crate::report::Report;
use crate::report::finding::Finding;

/// Findings with the same text.
pub(super) struct Rejected {
    pub(super) heading: &'static str,
    pub(super) findings: Vec<RejectedFinding>,
}

/// One of them.
pub(super) struct RejectedFinding {
    pub(super) rank: usize,
    pub(super) account: String,
    pub(super) cluster: Option<String>,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) words: String,
}

/// The lists that are not empty.
pub(super) fn lists(report: &Report, options: &RenderOptions) -> Vec<Rejected> {
    let current = |finding: &Finding| {
        let words = rejections::current(report, finding, options.time_zone)?;
        let remarks = pods::remarks(report, finding).into_iter();
        Some(
            std::iter::once(words)
                .chain(remarks)
                .collect::<Vec<_>>()
                .join("; "),
        )
    };
    let recurring = |finding: &Finding| recurrence::words(report, finding, options.time_zone);
    let quiet = |finding: &Finding| recurrence::quiet(report, finding, options.time_zone);
    let list = |heading, words: &dyn Fn(&Finding) -> Option<String>| Rejected {
        heading,
        findings: report
            .findings
            .iter()
            .filter_map(|finding| {
                Some(RejectedFinding {
                    words: shown(&words(finding)?),
                    rank: finding.rank,
                    account: account(finding),
                    cluster: report.name_among_several(&finding.cluster).map(shown),
                    verdict: finding.verdict.word(),
                    class: class(finding.severity),
                })
            })
            .collect(),
    };
    [
        list("Rejected", &current),
        list("Recurring", &recurring),
        list("Quiet", &quiet),
    ]
    .into_iter()
    .filter(|list| !list.findings.is_empty())
    .collect()
}
