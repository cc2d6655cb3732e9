//! Pods that share an address: on a host network, or one after another.

use eks_stale_tokens::report::rejection::Confidence;
use eks_stale_tokens::report::verdict::Verdict;

use super::log_writer::{Log, Pod, at, callers, every, holder};

const ISSUED: &str = "2026-06-01T00:00:00Z";
const END: &str = "2026-08-30T12:00:00Z";
/// Ninety days after it was issued.
const DEATH: &str = "2026-08-30T00:00:00Z";

fn lived_and_died(log: &mut Log, pod: &Pod) {
    for time in every(30, at("2026-08-29T00:00:00Z"), at(DEATH)) {
        log.accepted(pod, time);
    }
    for time in every(30, at("2026-08-30T00:05:00Z"), at(END)) {
        log.rejected(pod, time);
    }
}

#[test]
fn neighbours_with_other_agents_are_told_apart_and_counted() {
    let dead = Pod::new("dead", "dead-0", "10.0.0.1", ISSUED);
    let alive = Pod {
        agent: "other/v1.0 (linux/amd64) kubernetes/abcdef0",
        ..Pod::new("alive", "alive-0", "10.0.0.1", "2026-08-01T00:00:00Z")
    };
    let mut log = Log::default();
    lived_and_died(&mut log, &dead);
    for time in every(30, at("2026-08-29T00:00:00Z"), at(END)) {
        log.accepted(&alive, time);
    }
    let report = log.report();
    assert_eq!(holder(&report, "dead-0").verdict, Verdict::Rejected);
    let rejections = holder(&report, "dead-0").rejections.as_ref().expect("some");
    assert_eq!(rejections.others_at_address, 1);
    assert_eq!(holder(&report, "alive-0").verdict, Verdict::Frozen);
    assert_eq!(holder(&report, "alive-0").rejections, None);
}

#[test]
fn equals_at_one_address_are_reported_as_ambiguous() {
    let one = Pod::new("one", "one-0", "10.0.0.1", ISSUED);
    let other = Pod::new("other", "other-0", "10.0.0.1", "2026-08-01T00:00:00Z");
    let mut log = Log::default();
    lived_and_died(&mut log, &one);
    for time in every(30, at("2026-08-29T00:00:00Z"), at(END)) {
        log.accepted(&other, time);
    }
    let report = log.report();
    assert_eq!(holder(&report, "one-0").rejections, None);
    assert_eq!(holder(&report, "other-0").rejections, None);
    // Its date gives it away all the same.
    assert_eq!(holder(&report, "one-0").verdict, Verdict::Expired);
    assert_eq!(holder(&report, "other-0").verdict, Verdict::Frozen);
    let [caller] = callers(&report) else {
        panic!("one caller: {:?}", callers(&report));
    };
    let names: Vec<_> = caller
        .candidates
        .iter()
        .filter_map(|it| it.pod.as_ref())
        .collect();
    assert_eq!(names, ["one-0", "other-0"]);
    assert_eq!(caller.count, 24);
}

#[test]
fn the_path_tells_equals_apart() {
    let one = Pod::new("one", "one-0", "10.0.0.1", ISSUED);
    let other = Pod {
        uri: "/api/v1/nodes",
        ..Pod::new("other", "other-0", "10.0.0.1", "2026-08-01T00:00:00Z")
    };
    let mut log = Log::default();
    lived_and_died(&mut log, &one);
    for time in every(30, at("2026-08-29T00:00:00Z"), at(END)) {
        log.accepted(&other, time);
    }
    let report = log.report();
    let dead = holder(&report, "one-0");
    assert_eq!(dead.verdict, Verdict::Rejected);
    let rejections = dead.rejections.as_ref().expect("some");
    assert_eq!(rejections.confidence, Confidence::AddressUserAgentAndPath);
    assert_eq!(holder(&report, "other-0").verdict, Verdict::Frozen);
}

#[test]
fn a_pod_and_its_successor_are_told_apart_by_time() {
    // A DaemonSet's pod on a host network, restarted after it had died.
    let first = Pod::new("agent", "agent-bbbbb", "10.0.0.1", ISSUED);
    let second = Pod::new("agent", "agent-ccccc", "10.0.0.1", END);
    let mut log = Log::default();
    lived_and_died(&mut log, &first);
    for time in every(30, at("2026-08-30T13:10:00Z"), at("2026-08-30T16:00:00Z")) {
        log.accepted(&second, time);
    }
    let report = log.report();
    assert_eq!(holder(&report, "agent-bbbbb").verdict, Verdict::Rejected);
    assert_eq!(holder(&report, "agent-ccccc").verdict, Verdict::Undecided);
    assert_eq!(callers(&report), []);
}
