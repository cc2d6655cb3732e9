//! How many findings have each verdict, and how many need no action: the line that a report opens
//! with.

use super::caller;
use super::time_format::distance;
use crate::evidence::count::{pluralize, thousands};
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;

/// Some findings, or rejected callers, that are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: usize,
    /// What they are: a verdict, `unexplained callers rejected`.
    pub words: String,
    /// When the first of them dies, where that lies ahead.
    pub first: Option<String>,
    /// The highest severity among them.
    pub severity: Option<Severity>,
}

impl Tally {
    /// `18 frozen, the first dies in 6 h 0 m`.
    pub fn in_words(&self) -> String {
        let counted = format!("{} {}", thousands(self.count as u64), self.words);
        match &self.first {
            Some(first) => format!("{counted}, {first}"),
            None => counted,
        }
    }
}

/// What needs action, the most urgent verdict first and unexplained callers last.
pub fn pressing(report: &Report) -> Vec<Tally> {
    let of_verdict = |verdict: Verdict| {
        let findings = || {
            let findings = report.findings.iter();
            findings.filter(move |it| it.verdict == verdict && it.accepted.is_none())
        };
        let first = findings()
            .min_by_key(|finding| finding.lead().rejected_from)
            .filter(|_| verdict.is_dying());
        Some(Tally {
            count: report.count(verdict),
            words: verdict.word().to_owned(),
            first: first.map(|first| format!("the first {}", when(report, first))),
            severity: findings().filter_map(|finding| finding.severity).max(),
        })
        .filter(|tally| tally.count > 0)
    };
    let callers = caller::urgent_words(report).map(|(count, words)| Tally {
        count,
        words,
        first: None,
        severity: report
            .urgent_callers()
            .filter_map(|(_, caller)| caller.severity)
            .max(),
    });
    Verdict::ALL
        .into_iter()
        .filter(|verdict| !verdict.is_harmless())
        .filter_map(of_verdict)
        .chain(callers)
        .collect()
}

/// What needs no action: `6 refreshing late, 2 gone: harmless`, `1 accepted`, `2 callers ignored`.
pub fn calm(report: &Report) -> Vec<String> {
    let harmless: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| verdict.is_harmless() && report.count(*verdict) > 0)
        .map(|verdict| format!("{} {verdict}", thousands(report.count(verdict) as u64)))
        .collect();
    let harmless = (!harmless.is_empty()).then(|| format!("{}: harmless", harmless.join(", ")));
    let accepted = match report.accepted() {
        0 => None,
        accepted => Some(format!("{} accepted", thousands(accepted as u64))),
    };
    let ignored: usize = report.clusters.iter().map(|it| it.ignored_callers).sum();
    let ignored =
        (ignored > 0).then(|| format!("{} ignored", pluralize(ignored, "caller", "callers")));
    [harmless, accepted, ignored]
        .into_iter()
        .flatten()
        .collect()
}

fn when(report: &Report, finding: &Finding) -> String {
    let lead = finding.lead();
    let now = report.now(finding);
    let distance = distance(lead.rejected_from, now);
    if lead.rejected_from < now {
        format!("was due {distance}")
    } else {
        format!("dies {distance}")
    }
}
