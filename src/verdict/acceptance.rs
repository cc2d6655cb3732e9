//! Known findings: accepted until a date, unless they become worse.
//!
//! One line per finding, in the order of a review: who, where, until when, what, why.
//!
//! ```text
//! # namespace/account    cluster   until        accepted as      reason
//! kube-system/kube2iam   prod-*    2026-12-31   frozen           replaced by Pod Identity, PLAT-123
//! batch/*                *         2026-10-01   frozen:warning   jobs are moved to the new image
//! ```

use chrono::NaiveDate;
use globset::{GlobBuilder, GlobMatcher};

use super::changes::looked_for;
use super::rank;
use crate::audit::untrusted_text::UntrustedText;
use crate::report::Report;
use crate::report::acceptance::Accepted;
use crate::report::finding::Finding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;

/// The form of a line, for messages.
const FORM: &str = "NAMESPACE/ACCOUNT CLUSTER UNTIL VERDICT[:SEVERITY] REASON";

/// A line of the file of known findings.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The file and the line, for messages.
    place: String,
    account: GlobMatcher,
    cluster: GlobMatcher,
    until: NaiveDate,
    verdict: Verdict,
    severity: Option<Severity>,
    reason: String,
}

/// Why a file of known findings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {what}; a line has the form {FORM}")]
pub struct Refused {
    place: String,
    what: String,
}

/// Reads a file of known findings. Empty lines, and those that start with `#`, are comments.
pub fn parse(file: &str, text: &str) -> Result<Vec<Acceptance>, Refused> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let meant = lines
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()));
    meant
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let place = format!("{file}:{number}");
            parse_line(&place, line).map_err(|what| Refused { place, what })
        })
        .collect()
}

fn parse_line(place: &str, line: &str) -> Result<Acceptance, String> {
    let mut rest = line;
    let mut word = |name: &str| {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
        match word {
            "" => Err(format!("{name} is missing")),
            word => Ok(word),
        }
    };
    let account = word("the service account")?;
    let cluster = word("the cluster")?;
    let until = word("the date")?;
    let accepted_as = word("the verdict")?;
    if !account.contains('/') {
        return Err(format!("{account:?} is not NAMESPACE/ACCOUNT"));
    }
    let until = NaiveDate::parse_from_str(until, "%Y-%m-%d")
        .map_err(|_| format!("{until:?} is not a date such as 2026-12-31"))?;
    let (verdict, severity) = match accepted_as.split_once(':') {
        Some((verdict, severity)) => (verdict, Some(severity)),
        None => (accepted_as, None),
    };
    let verdicts = || Verdict::ALL.into_iter().filter(|it| !it.is_harmless());
    let verdict = verdicts().find(|it| it.word() == verdict).ok_or_else(|| {
        let known: Vec<&str> = verdicts().map(Verdict::word).collect();
        format!("{verdict:?} is not one of {}", known.join(", "))
    })?;
    let severity = match severity {
        None => None,
        Some(word) => {
            let known = Severity::ALL.into_iter().find(|it| it.word() == word);
            Some(known.ok_or_else(|| format!("{word:?} is not a severity"))?)
        }
    };
    if rest.is_empty() {
        return Err("the reason is missing".to_owned());
    }
    Ok(Acceptance {
        place: place.to_owned(),
        account: glob(account)?,
        cluster: glob(cluster)?,
        until,
        verdict,
        severity,
        reason: rest.to_owned(),
    })
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    let glob = glob.map_err(|_| format!("{text:?} is not a valid pattern"))?;
    Ok(glob.compile_matcher())
}

impl Acceptance {
    fn concerns(&self, finding: &Finding) -> bool {
        self.cluster.is_match(finding.cluster.name.unescaped())
            && self.account.is_match(finding.service_account.to_string())
    }

    /// Whether the finding is not worse than what was accepted.
    fn covers(&self, finding: &Finding) -> bool {
        if finding.verdict == self.verdict {
            return self
                .severity
                .is_none_or(|most| finding.severity <= Some(most));
        }
        self.verdict.is_worse_than(finding.verdict)
    }

    fn accepted_as(&self) -> String {
        match self.severity {
            Some(severity) => format!("{}, {severity} at most", self.verdict),
            None => self.verdict.word().to_owned(),
        }
    }
}

/// Takes the severity from every finding that one of these lines accepts. A line that has expired,
/// that fits nothing, or that a finding has outgrown is noted.
pub fn accept(report: &mut Report, acceptances: &[Acceptance]) {
    if acceptances.is_empty() {
        return;
    }
    let mut used = vec![false; acceptances.len()];
    let mut notes = Vec::new();
    let ends: Vec<_> = report.findings.iter().map(|it| report.now(it)).collect();
    for (finding, now) in report.findings.iter_mut().zip(ends) {
        if finding.severity.is_none() {
            continue;
        }
        let today = now.date_naive();
        for (line, used) in acceptances.iter().zip(&mut used) {
            if !line.concerns(finding) {
                continue;
            }
            *used = true;
            if today > line.until || finding.accepted.is_some() {
                continue;
            }
            if line.covers(finding) {
                finding.severity = None;
                finding.accepted = Some(Accepted {
                    until: line.until,
                    reason: line.reason.as_str().into(),
                });
            } else {
                notes.push(format!(
                    "{}: {} was accepted as {}, and is {} now",
                    line.place,
                    finding.service_account,
                    line.accepted_as(),
                    finding.verdict
                ));
            }
        }
    }
    let Some(today) = report.as_of().map(|it| it.date_naive()) else {
        return;
    };
    for (line, used) in acceptances.iter().zip(used) {
        let mut clusters = report.clusters.iter().map(|scan| &scan.cluster);
        let was_seen =
            clusters.any(|it| line.cluster.is_match(it.name.unescaped()) && looked_for(it, report));
        if today > line.until {
            let place = &line.place;
            notes.push(format!(
                "{place}: accepted until {}, which has passed",
                line.until
            ));
        } else if !used && was_seen {
            notes.push(format!(
                "{}: matches no finding, and can be removed",
                line.place
            ));
        }
    }
    report
        .notes
        .extend(notes.into_iter().map(UntrustedText::from));
    rank::rank(&mut report.findings);
}

#[cfg(test)]
mod tests;
