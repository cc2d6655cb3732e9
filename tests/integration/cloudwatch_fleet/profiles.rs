//! Profiles, as the AWS CLI has them.

use std::io::Write as _;
use std::process::Command;

use loopback_cloudwatch::{Builder, CloudWatch};
use tempfile::NamedTempFile;

use super::{HOUR, report, requests, run_to, service, small_group, tool_at};

/// Services of two accounts that know one key each, and a configuration with a profile for each
/// key, one whose role cannot be assumed, one without a Region and one without credentials.
struct Accounts {
    services: Vec<CloudWatch>,
    configuration: NamedTempFile,
}

impl Accounts {
    fn of(services: [Builder; 2]) -> Self {
        let mut configuration = NamedTempFile::new().expect("a file");
        write!(
            configuration,
            "[profile one]\nregion = eu-west-1\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n\
             [profile two]\nregion = eu-west-1\naws_access_key_id = AKIDTWO\naws_secret_access_key = s\n\
             [profile nowhere]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n\
             [profile empty]\nregion = eu-west-1\n\
             [profile broken]\nregion = eu-west-1\ncredential_process = /bin/false\n"
        )
        .expect("written");
        let [one, two] = services;
        Self {
            services: CloudWatch::start_together([
                one.access_key("AKIDONE"),
                two.access_key("AKIDTWO"),
            ]),
            configuration,
        }
    }

    /// Two accounts with a cluster prod each.
    fn two() -> Self {
        Self::of(
            ["111111111111", "222222222222"]
                .map(|account| service().account(account).group(small_group("prod"))),
        )
    }

    /// The program with keys in its environment that neither account knows.
    fn sweep(&self, profiles: &[&str]) -> Command {
        let mut command = tool_at(&self.services[0]);
        command
            .env("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
            .env("AWS_CONFIG_FILE", self.configuration.path())
            .env_remove("AWS_REGION")
            .args(["sweep", "prod"])
            .args(HOUR);
        for profile in profiles {
            command.args(["--profile", profile]);
        }
        command
    }
}

#[test]
fn a_profile_comes_before_the_environments_keys() {
    let accounts = Accounts::two();
    let report = report(&mut accounts.sweep(&["two"]), 0);
    assert_eq!(report["findings"][0]["account"], "222222222222");
    assert_eq!(accounts.services[0].calls().len(), 0);
    // Without --profile the environment's keys come first, whatever AWS_PROFILE says.
    let unknown = run_to(
        accounts
            .sweep(&[])
            .env("AWS_PROFILE", "two")
            .env("AWS_REGION", "eu-west-1"),
        1,
    );
    assert!(
        unknown.stderr.contains("the AWS credentials are invalid"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_profile_that_is_not_there_is_an_error_that_names_the_nearest() {
    let accounts = Accounts::two();
    for profiles in [&["tow"][..], &["one", "tow"]] {
        let run = run_to(&mut accounts.sweep(profiles), 1);
        assert!(
            run.stderr
                .contains("has no profile tow\n  did you mean two?"),
            "{}",
            run.stderr
        );
    }
    let run = run_to(&mut accounts.sweep(&["something-else"]), 1);
    assert!(
        run.stderr.contains("aws configure list-profiles"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_profile_without_a_region_is_an_error() {
    let accounts = Accounts::two();
    let run = run_to(&mut accounts.sweep(&["one", "nowhere"]), 1);
    let words =
        "no AWS Region is set, and profile nowhere has none\n  name one: --region eu-west-1";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn one_profile_without_credentials_is_a_gap_and_the_others_are_reported() {
    let accounts = Accounts::two();
    for broken in ["broken", "empty"] {
        let report = run_to(&mut accounts.sweep(&["one", broken]), 4);
        let words = format!("profile {broken} has no AWS credentials: ");
        assert!(report.stderr.contains(&words), "{}", report.stderr);
        assert!(report.stdout.contains("Incomplete: "), "{}", report.stdout);
        assert!(report.stdout.contains(&words), "{}", report.stdout);
        // Alone it is the whole failure.
        let alone = run_to(&mut accounts.sweep(&[broken]), 1);
        assert!(alone.stderr.contains(&words), "{}", alone.stderr);
    }
}

#[test]
fn an_account_that_two_profiles_reach_is_asked_once() {
    let accounts = Accounts::of([(), ()].map(|()| service().group(small_group("prod"))));
    let report = report(&mut accounts.sweep(&["one", "two"]), 0);
    assert_eq!(requests(&report), 60);
    assert_eq!(accounts.services[1].queries().len(), 0);
    let note = &report["clusters"][0]["notes"][0];
    assert_eq!(
        note["text"],
        "profile one and profile two reach the same account in eu-west-1: queried once"
    );
    // Two profiles with one key are one identity.
    let accounts = Accounts::two();
    let mut same = accounts.sweep(&["one", "nowhere"]);
    let report = super::report(same.args(["--region", "eu-west-1"]), 0);
    assert_eq!(requests(&report), 60);
}

#[test]
fn what_cannot_be_a_region_is_refused_and_a_typo_is_told() {
    let accounts = Accounts::two();
    let run = run_to(accounts.sweep(&["one"]).args(["--region", "eu_west_1"]), 2);
    assert!(
        run.stderr.contains(
            "is not the name of an AWS Region, such as eu-west-1; did you mean eu-west-1?"
        ),
        "{}",
        run.stderr
    );
}
