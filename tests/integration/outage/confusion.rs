//! The verdicts on the recordings against what their clients really were.

use std::collections::HashMap;

use eks_stale_tokens::evidence::holder::Identity;
use eks_stale_tokens::report::finding::HolderFinding;
use eks_stale_tokens::report::verdict::Verdict;
use eks_stale_tokens::verdict::judge;

use crate::recordings::{Pod, RECORDINGS, audit_log, evidence_in, ledger, ninety_days};

/// What a pod's client was, by the ledger alone: see "behaviour" in `fixtures/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Truth {
    /// Its token ran out inside the recording or before.
    Dead,
    /// Frozen, and its token was used at an age of a day or more.
    FrozenForLong,
    /// Frozen, and younger than that: nobody can tell yet.
    FrozenYoung,
    /// RereadsToken, though late.
    Late,
    /// Its pod was deleted, more than a day before the end.
    Deleted,
}

/// The verdict that says so.
fn right(truth: Truth) -> Verdict {
    match truth {
        Truth::Dead => Verdict::Rejected,
        Truth::FrozenForLong => Verdict::Frozen,
        Truth::FrozenYoung => Verdict::Undecided,
        Truth::Late => Verdict::RefreshingLate,
        Truth::Deleted => Verdict::Gone,
    }
}

fn truth(pod: &Pod) -> Truth {
    let behaviour = pod.behaviour.trim_start_matches('~');
    let (kind, number) = behaviour.split_once(':').unwrap_or((behaviour, ""));
    match (kind, number) {
        ("exp" | "expire", _) => Truth::Dead,
        ("refresh" | "late", _) => Truth::Late,
        ("soon", _) => Truth::FrozenYoung,
        ("stuck", _) => Truth::FrozenForLong,
        // The first pods were replaced by ones that refresh in time, or that froze again.
        ("fixed" | "restart", _) if pod.deleted.is_some() => Truth::Deleted,
        ("fixed" | "restart", _) => Truth::FrozenForLong,
        // Seconds past the threshold, which lies at about an hour.
        (seconds, "") if is_day_or_more(seconds) => Truth::FrozenForLong,
        (_, "") => Truth::FrozenYoung,
        other => panic!("an unknown behaviour: {other:?}"),
    }
}

/// `7608200`, `88*D+70000`.
fn is_day_or_more(seconds: &str) -> bool {
    seconds.contains('D') || seconds.parse::<i64>().expect("a number") + 3607 >= 86_400
}

fn uid(holder: &HolderFinding) -> &str {
    match &holder.identity {
        Identity::Pod { uid } => uid.unescaped(),
        Identity::Caller { .. } => panic!("every recorded stale token is bound to a pod"),
    }
}

#[test]
fn no_verdict_is_wrong() {
    let mut matrix: HashMap<(Truth, Verdict), usize> = HashMap::new();
    let mut errors = Vec::new();
    for recording in RECORDINGS {
        let ledger = ledger(recording);
        let (evidence, coverages) = evidence_in(recording, &audit_log(recording));
        let report = judge(&evidence, &coverages, &ninety_days());
        for holder in report.findings.iter().flat_map(|finding| &finding.holders) {
            let pod = &ledger.pods[uid(holder)];
            let truth = truth(pod);
            *matrix.entry((truth, holder.verdict)).or_default() += 1;
            if holder.verdict != right(truth) {
                errors.push((
                    recording,
                    holder.pod.clone(),
                    pod.behaviour.clone(),
                    holder.verdict,
                ));
            }
        }
    }
    let shown = shown(&matrix);
    assert!(errors.is_empty(), "{shown}\n{errors:#?}");
    insta::assert_snapshot!("confusion_matrix", shown);
}

/// The matrix with a row for each truth.
fn shown(matrix: &HashMap<(Truth, Verdict), usize>) -> String {
    let mut text = format!("{:15}", "");
    for verdict in Verdict::ALL {
        text.push_str(&format!("{:>17}", verdict.word()));
    }
    for truth in [
        Truth::Dead,
        Truth::FrozenForLong,
        Truth::FrozenYoung,
        Truth::Late,
        Truth::Deleted,
    ] {
        text.push_str(&format!("\n{:15}", format!("{truth:?}")));
        for verdict in Verdict::ALL {
            let count = matrix.get(&(truth, verdict)).copied().unwrap_or(0);
            text.push_str(&format!("{count:>17}"));
        }
    }
    text
}
