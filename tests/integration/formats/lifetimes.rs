//! Both worlds in every format: tokens of 24 hours beside tokens of 90 days, clients that come
//! back, and what an upgrade would break.

use eks_stale_tokens::audit::kubernetes_version::KubernetesVersion;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::render::chat::slack;
use eks_stale_tokens::render::{Format, notification};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::source::files::{
    self,
    inputs::{Excluded, Inputs},
};
use eks_stale_tokens::source::progress::Progress;
use eks_stale_tokens::verdict::changes::changes;
use eks_stale_tokens::verdict::{Context, judge};

use super::corpus::{formats, text};

/// The report on recorded logs of clusters of this version, judged by it.
fn report(cluster: &str, version: Option<&str>, target: Option<&str>) -> Report {
    let version_of = |text: &str| text.parse::<KubernetesVersion>().expect("a version");
    let paths = [format!("fixtures/aws/eks/{cluster}").into()];
    let inputs = Inputs::find(&paths, None, &Excluded::default()).expect("the fixtures are there");
    let mut gathered = files::read::<EvidenceSet>(&inputs, &Progress::default()).expect("read");
    for coverage in gathered.coverages.0.values_mut() {
        coverage.control_plane.logged.clear();
        coverage.control_plane.stated = version.map(version_of);
    }
    let context = Context {
        target_version: target.map(version_of),
        ..Context::default()
    };
    judge(&gathered.collected, &gathered.coverages, &context)
}

/// A format's text with folded lines of calendars unfolded, and without what calendars, pages and
/// JSON escape.
fn plain(format: Format, report: &Report) -> String {
    let text = text(format, report).replace("\r\n ", "");
    text.replace("\\,", ",").replace("\\;", ";")
}

/// The same on one line, without the blanks of wrapped text.
fn flat(format: Format, report: &Report) -> String {
    let text = plain(format, report);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_format_tells_how_a_client_was_interrupted() {
    let report = report("capped", Some("1.35"), None);
    let words =
        "interrupted once, 2026-11-23 20:02 for 36 m; next expiry 2026-11-24 20:24, in 14 h 24 m";
    for format in formats() {
        let expected = match format {
            Format::Json => "\"last_rejection\": \"2026-11-23T20:39:00Z\"",
            Format::Csv => ",86400,kubernetes_version,1.35,,1,2213",
            Format::Prometheus => {
                "eks_stale_tokens_longest_interruption_seconds{cluster=\"capped\",namespace=\"payments\",service_account=\"ledger\",verdict=\"recurring\",severity=\"critical\"} 2213"
            }
            _ => words,
        };
        let text = flat(format, &report);
        assert!(text.contains(expected), "{format:?}: {expected}\n{text}");
    }
    let mut first = report.clone();
    first.changes = Some(changes(None, &report));
    assert!(slack::text(&notification::message(&first, chrono_tz::UTC)).contains(words));
}

/// The dates of a capped cluster are moments, but not that of its token from before the upgrade.
#[test]
fn a_date_says_how_sure_it_is() {
    let known = report("capped", Some("1.35"), None);
    let table = plain(Format::Table, &known);
    assert!(
        table.contains("at   2026-11-24 12:00  in 6 h 0 m"),
        "{table}"
    );
    assert!(
        table.contains("from 2027-01-13 06:00  in 50 d 0 h"),
        "{table}"
    );
    let unknown = report("capped", None, None);
    let table = plain(Format::Table, &unknown);
    assert!(table.contains("2026-11-24 12:00?  in 6 h 0 m"), "{table}");
    assert!(table.contains("dates with ? assume 24 h"), "{table}");
    assert_eq!(table.matches("lifetime unknown").count(), 1);
    let uncapped = plain(Format::Table, &report("timeline", Some("1.33"), None));
    assert!(uncapped.contains("REJECTED FROM") && !uncapped.contains('?'));
}

/// Nothing that a capped cluster's report says is true of 90 days alone.
#[test]
fn no_format_promises_days_to_a_token_of_24_hours() {
    let mut report = report("capped", Some("1.35"), None);
    report
        .findings
        .retain(|finding| finding.lead().lifetime.is_capped());
    for format in formats() {
        let text = plain(format, &report);
        for promise in [
            "90 d",
            "90 days",
            "7776000",
            "30 days left",
            "-P7D",
            "new date",
        ] {
            assert!(!text.contains(promise), "{format:?}: {promise}");
        }
    }
    let calendar = plain(Format::Ics, &report);
    for trigger in ["TRIGGER:-PT6H", "TRIGGER:-PT2H", "TRIGGER:-PT30M"] {
        assert_eq!(calendar.matches(trigger).count(), 4, "{trigger}");
    }
}

#[test]
fn the_cure_comes_before_the_restart_where_that_buys_a_day() {
    let capped = report("capped", Some("1.35"), None);
    let uncapped = report("timeline", Some("1.33"), None);
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let text = plain(format, &capped);
        let (fix, stopgap) = (text.find("Fix"), text.find("Stopgap"));
        assert!(fix.is_some() && fix < stopgap, "{format:?}");
        assert!(
            text.contains("buys 24 h, until 2026-11-25 06:00"),
            "{format:?}"
        );
        let text = plain(format, &uncapped);
        let (restart, fix) = (text.find("new date 2027-02-21"), text.find("Then"));
        assert!(restart.is_some() && restart < fix, "{format:?}");
    }
}

/// A page with both kinds has an axis for each.
#[test]
fn tokens_of_hours_have_an_axis_of_their_own() {
    let page = text(Format::Html, &report("capped", Some("1.35"), None));
    for heading in ["Tokens of 24 hours or less", "Tokens of more than 24 hours"] {
        assert_eq!(page.matches(heading).count(), 1);
    }
    assert!(page.contains(">12:00</text>"));
    let page = text(Format::Html, &report("timeline", Some("1.33"), None));
    assert!(!page.contains("Tokens of"));
}

#[test]
fn every_format_lists_what_an_upgrade_breaks() {
    let report = report("recording", Some("1.33"), Some("1.34"));
    for format in formats() {
        let expected: &[&str] = match format {
            Format::Json => &["\"target_version\": \"1.34\"", "\"rejected_daily\""],
            Format::Prometheus => &[
                "service_accounts_after_upgrade{cluster=\"recording\",after_upgrade=\"rejected daily\"} 12",
            ],
            _ => &[
                "to 1.34: 12 rejected daily",
                "kube-system/kube2iam",
                "kube2iam (fixed in 0.10.9)",
                "update kube2iam to 0.10.9 or later",
                "Not known: whether tokens",
            ],
        };
        let text = flat(format, &report);
        for expected in expected {
            assert!(text.contains(expected), "{format:?}: {expected}\n{text}");
        }
    }
    assert!(
        slack::text(&notification::message(&report, chrono_tz::UTC))
            .contains("*Upgrade* to 1.34: 12")
    );
}

#[test]
fn one_line_says_what_the_next_upgrade_breaks() {
    let asked = "--target-version 1.34";
    let before = report("recording", Some("1.33"), None);
    let after = report("capped", Some("1.35"), None);
    for format in formats() {
        if matches!(format, Format::Json | Format::Prometheus) {
            continue;
        }
        let text = flat(format, &before);
        assert_eq!(text.matches(asked).count(), 1, "{format:?}\n{text}");
        assert!(!plain(format, &after).contains(asked), "{format:?}");
    }
}

/// A planned upgrade raises severities, but hurries no restart: that would not help.
#[test]
fn an_upgrade_asks_for_no_restart() {
    let restarts = |report: &Report| -> Vec<String> {
        let table = plain(Format::Table, report);
        let commands = table
            .lines()
            .filter(|line| line.contains("kubectl rollout"));
        commands.map(str::to_owned).collect()
    };
    let today = restarts(&report("recording", Some("1.33"), None));
    assert!(!today.is_empty());
    assert_eq!(
        restarts(&report("recording", Some("1.33"), Some("1.34"))),
        today
    );
}
