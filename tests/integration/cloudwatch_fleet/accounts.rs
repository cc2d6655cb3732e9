//! Many accounts at once: which key signs which call, roles, and one account that is denied.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Command;

use loopback_cloudwatch::{CloudWatch, EksCluster, Fault, Operation, When};
use tempfile::NamedTempFile;

use super::{HOUR, gaps, report, requests, run_to, service, small_group, tool_at};

/// The account that everything starts from: its keys may assume the roles of the others.
const HOME: &str = "999999999999";
const HOME_KEY: &str = "AKIDHOME";

fn account(number: usize) -> String {
    format!("{number:012}")
}

fn key(number: usize) -> String {
    format!("ASIDROLE{number}")
}

/// So many accounts with a cluster prod each, which is reached by a role, and the one that may
/// assume them; the role of the last trusts somebody else.
struct Organisation {
    services: Vec<CloudWatch>,
    configuration: NamedTempFile,
    accounts: usize,
}

impl Organisation {
    fn of(accounts: usize, last_trusts: &str) -> Self {
        let home = service().account(HOME).access_key(HOME_KEY);
        let others = (1..=accounts).map(|number| {
            let trusts = match number == accounts {
                true => last_trusts,
                false => HOME_KEY,
            };
            service()
                .account(&account(number))
                .access_key(&key(number))
                .role("auditor", &[trusts])
                .group(small_group("prod"))
        });
        let mut configuration = NamedTempFile::new().expect("a file");
        let mut text = format!(
            "[profile home]\nregion = eu-west-1\naws_access_key_id = {HOME_KEY}\naws_secret_access_key = s\n"
        );
        for number in 1..=accounts {
            text.push_str(&format!(
                "[profile p{number}]\nregion = eu-west-1\nsource_profile = home\nrole_arn = arn:aws:iam::{}:role/auditor\n",
                account(number)
            ));
        }
        write!(configuration, "{text}").expect("written");
        Self {
            services: CloudWatch::start_together(std::iter::once(home).chain(others)),
            configuration,
            accounts,
        }
    }

    fn sweep(&self) -> Command {
        let mut command = self.tool("sweep");
        command.args(HOUR);
        command
    }

    /// A command about every cluster of every account.
    fn tool(&self, name: &str) -> Command {
        let mut command = tool_at(&self.services[0]);
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env_remove("AWS_REGION")
            .env("AWS_CONFIG_FILE", self.configuration.path())
            .args([name, "--all-clusters"]);
        for number in 1..=self.accounts {
            command.args(["--profile", &format!("p{number}")]);
        }
        command
    }
}

#[test]
fn each_call_is_signed_by_the_key_of_its_account() {
    let organisation = Organisation::of(3, HOME_KEY);
    let report = report(&mut organisation.sweep(), 0);
    assert_eq!(requests(&report), 3 * 60);
    let home = &organisation.services[0];
    let roles: BTreeSet<String> = home
        .calls()
        .iter()
        .map(|call| {
            assert_eq!(
                (&*call.operation, &*call.access_key),
                ("AssumeRole", HOME_KEY)
            );
            call.body["RoleArn"].as_str().expect("a role").to_owned()
        })
        .collect();
    assert_eq!(roles.len(), 3);
    for (number, service) in organisation.services.iter().enumerate().skip(1) {
        let calls = service.calls();
        assert!(calls.iter().any(|call| call.operation == "StartQuery"));
        assert!(calls.iter().all(|call| call.access_key == key(number)));
    }
}

#[test]
fn a_role_that_may_not_be_assumed_is_named_with_who_tried() {
    let organisation = Organisation::of(2, "AKIDSOMEBODYELSE");
    let role = format!("arn:aws:iam::{}:role/auditor", account(2));
    let words = format!(
        "profile p2 may not assume its role: arn:aws:iam::{HOME}:user/auditor is not allowed to assume {role}"
    );
    let run = run_to(&mut organisation.sweep(), 4);
    assert!(run.stderr.contains(&words), "{}", run.stderr);
    assert!(
        run.stderr
            .contains(&format!("allow it sts:AssumeRole on {role}")),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("Incomplete: "), "{}", run.stdout);
    let table: Vec<&str> = run.stdout.split_whitespace().collect();
    assert!(table.join(" ").contains(&words), "{}", run.stdout);
    // Alone it is the whole failure.
    let mut alone = tool_at(&organisation.services[0]);
    alone
        .env("AWS_CONFIG_FILE", organisation.configuration.path())
        .args(["sweep", "prod", "--profile", "p2"])
        .args(HOUR);
    let run = run_to(&mut alone, 1);
    assert!(run.stderr.contains(&words), "{}", run.stderr);
}

#[test]
fn one_account_of_twenty_that_is_denied_keeps_no_other_from_being_reported() {
    let organisation = Organisation::of(20, HOME_KEY);
    let denied = &organisation.services[7];
    for operation in [
        Operation::DescribeLogGroups,
        Operation::StartQuery,
        Operation::ListClusters,
        Operation::DescribeCluster,
    ] {
        denied.fault(operation, When::Always, Fault::AccessDenied);
    }
    let report = report(&mut organisation.sweep(), 4);
    assert_eq!(requests(&report), 19 * 60);
    let gaps = gaps(&report);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let unseen = report["clusters"].as_array().expect("clusters").iter();
    let unseen: Vec<_> = unseen
        .filter(|cluster| {
            cluster["gaps"]
                .as_array()
                .is_some_and(|gaps| !gaps.is_empty())
        })
        .collect();
    let detail = unseen[0]["gaps"][0]["detail"].as_str().expect("a detail");
    assert!(
        detail.starts_with("logs:DescribeLogGroups is not allowed in eu-west-1, profile p7: "),
        "{detail}"
    );
}

#[test]
fn doctor_has_a_row_for_each_cluster_and_for_what_cannot_be_reached() {
    let organisation = Organisation::of(3, "AKIDSOMEBODYELSE");
    organisation.services[2].fault(Operation::StopQuery, When::Always, Fault::AccessDenied);
    let run = run_to(&mut organisation.tool("doctor"), 1);
    let rows: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let row = |parts: &[&str]| {
        let is_it = |row: &&Vec<&str>| parts.iter().all(|part| row.contains(part));
        assert!(
            rows.iter().any(|row| is_it(&row)),
            "{parts:?}: {}",
            run.stdout
        );
    };
    row(&["missing", "*", "p3", "credentials"]);
    row(&["missing", "*", "p2", "logs:StopQuery"]);
    // The events of the recording are old: that is worth a note.
    row(&["note", "prod", "p1"]);
    row(&["note", "prod", "p2"]);
    for words in [
        "profile p3 may not assume its role",
        "allow logs:StopQuery on *",
        "2 clusters; of 5 rows ",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn doctor_shows_clusters_in_the_dark_and_takes_patterns() {
    let cloudwatch = service()
        .groups(["prod-1", "test-1"].map(small_group))
        .cluster(EksCluster::named("prod-2").without_audit_logging())
        .start();
    let run = run_to(tool_at(&cloudwatch).args(["doctor", "prod-*"]), 1);
    assert!(run.stdout.contains("--name prod-2"), "{}", run.stdout);
    assert!(run.stdout.contains("audit logging"), "{}", run.stdout);
    assert!(!run.stdout.contains("test-1"), "{}", run.stdout);
    let excluded = ["doctor", "--all-clusters", "--exclude-cluster", "prod-2"];
    let run = run_to(tool_at(&cloudwatch).args(excluded), 0);
    assert!(run.stdout.contains("2 clusters;"), "{}", run.stdout);
}
