//! Nothing that a caller writes is evidence.

use eks_stale_tokens::verdict::judge;

use crate::recordings::{audit_log, evidence_in, ninety_days};

/// The account that the hostile callers of the recording name wherever they can.
const NAMED_BY_CALLERS: &str = "evil";

fn is_stale(line: &str) -> bool {
    let event: serde_json::Value = serde_json::from_str(line).expect("an event");
    event["annotations"]["authentication.k8s.io/stale-token"].is_string()
}

#[test]
fn lines_that_only_hold_the_phrase_are_no_evidence() {
    let log = audit_log("recording");
    let spoofed: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("seconds after warning threshold") && !is_stale(line))
        .collect();
    assert_eq!(spoofed.len(), 92, "the recording holds 92 of them");
    let (evidence, _) = evidence_in("recording", &spoofed.join("\n"));
    assert_eq!(evidence.holders().count(), 0);
}

#[test]
fn lines_with_a_true_json_member_in_a_body_are_no_evidence() {
    let log = audit_log("recording");
    let member = r#""authentication.k8s.io/stale-token":"subject: "#;
    let spoofed: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(member) && !is_stale(line))
        .collect();
    assert_eq!(spoofed.len(), 9, "the recording holds 9 of them");
    let (evidence, _) = evidence_in("recording", &spoofed.join("\n"));
    assert_eq!(evidence.holders().count(), 0);
}

#[test]
fn stale_lines_with_a_spoofed_body_speak_for_their_own_subject() {
    let log = audit_log("recording");
    let spoofed: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("system:serviceaccount:evil:evil") && is_stale(line))
        .collect();
    assert!(spoofed.len() >= 37, "{}", spoofed.len());
    let (evidence, coverages) = evidence_in("recording", &spoofed.join("\n"));
    let report = judge(&evidence, &coverages, &ninety_days());
    assert!(!report.findings.is_empty());
    for finding in &report.findings {
        assert_ne!(finding.service_account.namespace, NAMED_BY_CALLERS);
        assert_ne!(finding.service_account.name, NAMED_BY_CALLERS);
        for holder in &finding.holders {
            // 99,999,999 s, which the callers claim, would be three years.
            let age = holder.last_seen - holder.issued;
            assert!(age.num_days() <= 91, "{age}");
        }
    }
}

#[test]
fn an_annotation_for_another_subject_is_refused_and_said() {
    let log = audit_log("recording");
    let line = log
        .lines()
        .find(|line| is_stale(line))
        .expect("a stale line");
    let event: serde_json::Value = serde_json::from_str(line).expect("an event");
    let username = event["user"]["username"].as_str().expect("a user");
    let forged = line.replace(
        &format!(r#""username":"{username}""#),
        r#""username":"system:serviceaccount:other:other""#,
    );
    assert_ne!(forged, line);
    let mut evidence = eks_stale_tokens::evidence::set::EvidenceSet::default();
    let scanned = eks_stale_tokens::source::files::scan::scan(
        forged.as_bytes(),
        &std::sync::Arc::new(eks_stale_tokens::evidence::cluster::Cluster::named("c")),
        eks_stale_tokens::source::request_filter::RequestFilter::default(),
        &mut evidence,
    );
    assert_eq!(evidence.holders().count(), 0);
    assert_eq!(scanned.gaps.values().sum::<u64>(), 1);
}
