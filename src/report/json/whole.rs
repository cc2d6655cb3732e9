//! A report with everything in it is written and read back whole.

mod everything;

use serde_json::Value;

use super::{newest, read};
use crate::audit::service_account::ServiceAccount;
use crate::report::Report;
use crate::report::sample::{at, report, scan};
use everything::{cluster, everything};

fn written(report: &Report) -> String {
    serde_json::to_string(&newest(report)).expect("JSON")
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let whole = everything();
    assert_eq!(read(&written(&whole)).expect("a report"), whole);
    let empty = report(Vec::new(), Vec::new());
    assert_eq!(read(&written(&empty)).expect("a report"), empty);
}

/// What a script reads without adding up holders.
#[test]
fn a_finding_states_its_sums() {
    let json: Value = serde_json::from_str(&written(&everything())).expect("JSON");
    assert_eq!(json["complete"], false);
    let finding = &json["findings"][0];
    for (key, expected) in [
        ("seconds_left", (-1000 + 90 * 24) * 3600),
        ("age_seconds", 1000 * 3600),
        ("requests", 6),
        ("rejections", 5),
        ("interruptions", 1),
        ("longest_interruption_seconds", 2 * 3600),
    ] {
        assert_eq!(finding[key], expected, "{key}");
    }
    assert_eq!(finding["kubernetes_version"], "1.34");
    assert_eq!(json["clusters"][0]["price_usd"], 5.000001);
    let complete = report(vec![scan(cluster())], Vec::new());
    let json: Value = serde_json::from_str(&written(&complete)).expect("JSON");
    assert_eq!(json["complete"], true);
}

/// Whoever renders a report counts with its times and sums.
#[test]
fn times_and_sums_that_no_log_can_hold_are_refused() {
    let mut of_window = everything();
    of_window.clusters[0].window.since = at(1);
    let mut of_holder = everything();
    of_holder.findings[0].holders[0].first_seen = at(1);
    let mut of_token = everything();
    of_token.findings[0].holders[0].tokens[0].issued = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    let mut of_remembered = everything();
    of_remembered.remembered[0].holder.issued = at(99_999);
    let mut of_rejections = everything();
    let holder = &mut of_rejections.findings[0].holders[0];
    holder.rejections.as_mut().expect("rejections").first = at(0);
    for (report, reason) in [
        (of_window, "the window of cluster"),
        (of_holder, "a holder of ns/app has impossible times"),
        (of_token, "a token of ns/app has impossible times"),
        (of_remembered, "a holder of ns/earlier has impossible times"),
        (of_rejections, "impossible rejections"),
    ] {
        let error = read(&written(&report)).expect_err("refused").to_string();
        assert!(error.contains(reason), "{error}");
    }
}

/// Names end in commands, wherever they come from.
#[test]
fn what_changed_and_who_is_remembered_have_valid_names_too() {
    for (namespace, name) in [("n s", "app"), ("ns", "$(x)")] {
        let forged = ServiceAccount {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let mut of_changes = everything();
        let changes = of_changes.changes.as_mut().expect("changes");
        changes.accounts[0].service_account = forged.clone();
        let mut of_remembered = everything();
        of_remembered.remembered[0].service_account = forged;
        for report in [of_changes, of_remembered] {
            let error = read(&written(&report)).expect_err("refused").to_string();
            assert!(
                error.contains("not a valid service account name"),
                "{error}"
            );
        }
    }
}
