//! The rejections in the recordings against the clients that sent them.

use std::collections::{BTreeMap, BTreeSet};

use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::rejection::Confidence;
use eks_stale_tokens::report::verdict::Verdict;
use eks_stale_tokens::verdict::judge;

use crate::recordings::{RECORDINGS, audit_log, evidence_in, ledger, ninety_days};

fn report(recording: &str) -> Report {
    let (evidence, coverages) = evidence_in(recording, &audit_log(recording));
    judge(&evidence, &coverages, &ninety_days())
}

/// An address and a user agent.
type Caller = (String, String);

/// What the log says of a caller and whether it was rejected or marked as stale, with the
/// `auditID` that leads to the ledger.
fn events(recording: &str) -> Vec<(Caller, bool, String)> {
    let mut events = Vec::new();
    for line in audit_log(recording).lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event");
        let rejected =
            event["responseStatus"]["code"] == 401 && event["user"]["username"].is_null();
        let stale = !event["annotations"]["authentication.k8s.io/stale-token"].is_null();
        let peer = event["sourceIPs"].as_array().and_then(|it| it.last());
        if rejected || stale {
            let text = |value: Option<&serde_json::Value>| {
                value.and_then(|it| it.as_str()).unwrap_or("").to_owned()
            };
            let caller = (text(peer), text(event.get("userAgent")));
            events.push((caller, rejected, text(event.get("auditID"))));
        }
    }
    events
}

/// Of every rejection the ledger knows the pod that sent it. Where that pod was marked as stale
/// from the same address under the same user agent, the rejection is joined to that pod, and to
/// no other.
#[test]
fn every_rejection_finds_its_pod_or_is_listed() {
    for recording in RECORDINGS {
        let ledger = ledger(recording);
        let senders: BTreeMap<&str, &str> = ledger
            .requests
            .iter()
            .filter_map(|it| Some((it.audit_id.as_deref()?, it.pod.as_deref()?)))
            .collect();
        let events = events(recording);
        let mut known: BTreeMap<&Caller, BTreeSet<&str>> = BTreeMap::new();
        for (caller, rejected, id) in &events {
            if let (false, Some(pod)) = (rejected, senders.get(id.as_str())) {
                known.entry(caller).or_default().insert(pod);
            }
        }
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let mut total = 0;
        for (caller, _, id) in events.iter().filter(|(_, rejected, _)| *rejected) {
            total += 1;
            let sender = senders.get(id.as_str());
            if let Some(sender) =
                sender.filter(|pod| known.get(caller).is_some_and(|it| it.contains(*pod)))
            {
                *expected.entry((*sender).to_owned()).or_default() += 1;
            }
        }
        assert!(
            expected.values().sum::<u64>() > 100,
            "{recording}: the ledger holds rejections"
        );

        let report = report(recording);
        let holders = || report.findings.iter().flat_map(|finding| &finding.holders);
        let joined: BTreeMap<String, u64> = holders()
            .filter_map(|it| Some((it.pod.as_ref()?.to_string(), it.rejections.as_ref()?.count)))
            .collect();
        assert_eq!(joined, expected, "{recording}");
        let listed: u64 = report.clusters[0]
            .rejected_callers
            .iter()
            .map(|it| it.count)
            .sum();
        assert_eq!(
            joined.values().sum::<u64>() + listed,
            total,
            "{recording}: none is lost"
        );
    }
}

#[test]
fn the_minute_of_death_lies_between_the_last_accepted_request_and_the_first_rejection() {
    for recording in RECORDINGS {
        let report = report(recording);
        let dead: Vec<_> = report
            .findings
            .iter()
            .flat_map(|finding| &finding.holders)
            .filter(|holder| holder.verdict == Verdict::Rejected)
            .collect();
        assert!(!dead.is_empty(), "{recording}");
        for holder in dead {
            let rejections = holder.rejections.as_ref().expect("what shows it");
            assert!(holder.last_seen < rejections.first, "{:?}", holder.pod);
            assert!(!rejections.accepted_in_between);
            assert_eq!(rejections.confidence, Confidence::AddressUserAgentAndPath);
        }
    }
}

/// The recording's clients that were dead before it began were never accepted in it: their user
/// agent tells the account, as a guess.
#[test]
fn the_dead_that_were_never_seen_alive_are_guessed_by_their_user_agent() {
    let report = report("recording");
    let callers = &report.clusters[0].rejected_callers;
    let fluentd: u64 = callers
        .iter()
        .filter(|caller| {
            caller
                .perhaps
                .iter()
                .any(|it| it.to_string() == "logging/fluentd")
        })
        .map(|caller| caller.count)
        .sum();
    assert!(fluentd > 100, "{fluentd}");
    assert!(
        callers
            .iter()
            .any(|it| it.candidates.is_empty() && it.perhaps.is_empty())
    );
    // Guesses come before what names nobody.
    let named: Vec<bool> = callers.iter().map(|it| !it.perhaps.is_empty()).collect();
    assert!(named.is_sorted_by(|one, other| one >= other), "{named:?}");
}
