//! Callers who want the report to be wrong.

use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::verdict::Verdict;

use super::log_writer::{Log, Pod, at, callers, every, holder};

fn dead_at_ninety_days(log: &mut Log) {
    let pod = Pod::new("dead", "dead-0", "10.9.9.9", "2026-06-01T00:00:00Z");
    for time in every(30, at("2026-08-29T12:00:00Z"), at("2026-08-30T00:00:00Z")) {
        log.accepted(&pod, time);
    }
    for time in every(5, at("2026-08-30T00:05:00Z"), at("2026-08-30T12:00:00Z")) {
        log.rejected(&pod, time);
    }
}

#[test]
fn a_flood_of_made_up_agents_hides_nobody_and_is_told() {
    let mut log = Log::default();
    dead_at_ninety_days(&mut log);
    // Its address sorts before the victim's.
    for number in 0..3_000 {
        let agent = format!("made-up/{number}");
        log.rejected_from(
            "10.0.0.66",
            &agent,
            "/api/v1/pods",
            at("2026-08-30T03:00:00Z"),
        );
    }
    let report = log.report();
    let dead = holder(&report, "dead-0");
    assert_eq!(dead.verdict, Verdict::Rejected);
    assert_eq!(dead.rejections.as_ref().map(|it| it.count), Some(143));
    assert!(report.clusters[0].more_rejected_callers);
    assert!(callers(&report).len() <= 128);
    for format in [Format::Table, Format::Csv, Format::Json] {
        let text = rendered(&report, format);
        assert!(
            text.contains("more rejected callers")
                || text.contains("more callers")
                || text.contains("\"more_rejected_callers\": true"),
            "{text}"
        );
    }
}

#[test]
fn the_agent_of_a_living_pod_does_not_kill_it_from_elsewhere() {
    let pod = Pod::new("app", "app-0", "10.0.0.1", "2026-08-01T00:00:00Z");
    let mut log = Log::default();
    for time in every(30, at("2026-08-29T00:00:00Z"), at("2026-08-30T00:00:00Z")) {
        log.accepted(&pod, time);
    }
    // It is idle, and somebody else is rejected under its agent for twelve hours.
    for time in every(5, at("2026-08-30T00:05:00Z"), at("2026-08-30T12:00:00Z")) {
        log.rejected_from("10.0.0.66", pod.agent, pod.uri, time);
    }
    let report = log.report();
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Frozen);
    let [caller] = callers(&report) else {
        panic!("one caller");
    };
    assert_eq!(caller.perhaps.len(), 1, "a guess, and marked as one");
}

#[test]
fn nothing_of_a_log_acts_on_a_terminal_or_in_a_command() {
    let mut log = Log::default();
    dead_at_ninety_days(&mut log);
    let agents = ["\u{1b}[2J\u{202e}evil", "=cmd|' /C calc'!A0", "a\nb\rc"];
    for agent in agents {
        let address = "10.0.0.1; rm -rf /\u{7}";
        log.rejected_from(address, agent, "/api/v1/pods", at("2026-08-30T03:00:00Z"));
    }
    let report = log.report();
    for format in [Format::Table, Format::Csv, Format::Json] {
        let text = rendered(&report, format);
        let acts = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!text.contains(acts), "{text:?}");
        assert!(!text.contains("podIP=10.0.0.1;"), "{text}");
    }
}

fn rendered(report: &eks_stale_tokens::report::Report, format: Format) -> String {
    let options = RenderOptions {
        width: 120,
        colour: false,
        time_zone: chrono_tz::UTC,
    };
    let mut bytes = Vec::new();
    format
        .render(report, &options, &mut bytes)
        .expect("written to memory");
    String::from_utf8(bytes).expect("UTF-8")
}
