//! Clusters that share a name: whoever reads a report knows which is which, in every format.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use loopback_cloudwatch::CloudWatch;

use super::{HOUR, run_to, service, small_group, tool_at};

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

/// Clusters called prod: in two Regions of one account, and in one of them of another account.
fn accounts() -> Vec<CloudWatch> {
    CloudWatch::start_together([
        service()
            .account(ONE)
            .access_key("AKIDONE")
            .group(small_group("prod")),
        service()
            .account(ONE)
            .region("us-east-1")
            .access_key("AKIDONE")
            .group(small_group("prod")),
        service()
            .account(TWO)
            .access_key("AKIDTWO")
            .group(small_group("prod")),
    ])
}

/// What a sweep over these profiles in these Regions writes in this format.
fn sweep(accounts: &[CloudWatch], profiles: &[&str], regions: &[&str], more: &[&str]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(
        file,
        "[one]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n[two]\naws_access_key_id = AKIDTWO\naws_secret_access_key = s\n"
    )
    .expect("written");
    let mut command = tool_at(&accounts[0]);
    command
        .env("AWS_SHARED_CREDENTIALS_FILE", file.path())
        .args(["sweep", "prod"])
        .args(HOUR)
        .args(more);
    for profile in profiles {
        command.args(["--profile", profile]);
    }
    for region in regions {
        command.args(["--region", region]);
    }
    run_to(&mut command, 0).stdout
}

const HERE: [&str; 1] = ["eu-west-1"];

#[test]
fn two_accounts_are_told_apart_in_every_format() {
    let accounts = accounts();
    let of = |format| sweep(&accounts, &["one", "two"], &HERE, &["--format", format]);

    let csv = of("csv");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(csv.as_bytes());
    let headers = reader.headers().expect("headers").clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .expect(name)
    };
    let (account, region) = (column("account"), column("region"));
    let rows: Vec<(String, String)> = reader
        .records()
        .map(|row| row.expect("a row"))
        // What is no finding stands in a single cell.
        .filter(|row| row.len() > 1)
        .map(|row| (row[account].to_owned(), row[region].to_owned()))
        .collect();
    let row = |account: &str| (account.to_owned(), "eu-west-1".to_owned());
    assert_eq!(rows, [row(ONE), row(TWO)]);

    // The textfile collector refuses a file in which a series stands twice.
    let metrics = of("prometheus");
    let series: Vec<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(series, _)| series)
        .collect();
    let distinct: BTreeSet<&&str> = series.iter().collect();
    assert_eq!(distinct.len(), series.len(), "{metrics}");

    let calendar = of("ics");
    let identifiers: Vec<&str> = calendar
        .lines()
        .filter(|line| line.starts_with("UID"))
        .collect();
    let distinct: BTreeSet<&&str> = identifiers.iter().collect();
    assert!(!identifiers.is_empty());
    assert_eq!(distinct.len(), identifiers.len(), "{calendar}");

    for format in ["table", "markdown", "html"] {
        let text = of(format);
        for account in [ONE, TWO] {
            let name = format!("prod ({account}, eu-west-1)");
            assert!(text.contains(&name), "{name}: {text}");
        }
    }
}

#[test]
fn a_name_is_as_short_as_it_is_unique() {
    let accounts = accounts();
    let markdown = |profiles: &[&str], regions: &[&str]| {
        sweep(&accounts, profiles, regions, &["--format", "markdown"])
    };
    let alone = markdown(&["one"], &HERE);
    assert!(
        alone.contains("prod") && !alone.contains("prod ("),
        "{alone}"
    );
    let regions = markdown(&["one"], &["eu-west-1", "us-east-1"]);
    for name in ["prod (eu-west-1)", "prod (us-east-1)"] {
        assert!(regions.contains(name), "{name}: {regions}");
    }
    assert!(!regions.contains(ONE), "{regions}");
}

#[test]
fn identifiers_of_two_runs_do_not_coincide() {
    let accounts = accounts();
    let identifiers = |profile| {
        let calendar = sweep(&accounts, &[profile], &HERE, &["--format", "ics"]);
        let lines = calendar.lines().filter(|line| line.starts_with("UID"));
        lines.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let (one, two) = (identifiers("one"), identifiers("two"));
    assert!(one.is_disjoint(&two));
    assert_eq!(one, identifiers("one"), "a calendar updates its own events");
}

#[test]
fn an_earlier_report_that_knew_no_account_still_compares() {
    let accounts = accounts();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("report.json");
    let saved = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    sweep(&accounts, &["one"], &HERE, &["--output", &saved(&path)]);
    let text = std::fs::read_to_string(&path).expect("read");
    let with_account = format!("\"account\": \"{ONE}\"");
    assert!(text.contains(&with_account), "{text}");
    let mut report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for list in ["clusters", "findings"] {
        for item in report[list].as_array_mut().expect("a list") {
            item.as_object_mut().expect("an object").remove("account");
        }
    }
    std::fs::write(&path, report.to_string()).expect("written");
    let compared = sweep(&accounts, &["one"], &HERE, &["--previous", &saved(&path)]);
    assert!(compared.contains("1 unchanged"), "{compared}");
    // Where two clusters may be meant, neither is taken for it.
    let two = sweep(
        &accounts,
        &["one", "two"],
        &HERE,
        &["--previous", &saved(&path)],
    );
    assert!(two.contains("new"), "{two}");
}
