//! `doctor`: what a sweep needs, and how to get what is missing.

use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use super::aws_args::AwsArgs;
use super::clusters_args::{one_cluster, wanted};
use super::exit::{Failure, Outcome};
use super::interrupt::{self, deadline};
use super::pods_args::{self, ContextArgs};
use super::time_arg::{Edge, TimeArg, ZoneArgs, ZonedTime, duration};
use crate::deliver::standard_output;
use crate::render;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::connection::connect;
use crate::source::cloudwatch::cluster_selection::ClusterSelection;
use crate::source::cloudwatch::preflight::check::{Check, CheckStatus};
use crate::source::cloudwatch::preflight::fleet::{CheckedCluster, check_fleet};
use crate::source::cloudwatch::preflight::{PreflightOptions, check};
use crate::source::kubernetes::live::{LiveError, Probed, Target};

/// Check everything that a sweep needs, and print how to fix what is missing
///
/// Checks the credentials and their identity, the Region, each permission, the cluster's version and
/// how long its tokens live, the log group, the audit log and its age, the retention, and the cost of
/// a sweep. Exits with 1 if something is missing.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Clusters to check: names, patterns such as 'prod-*', ARNs
    ///
    /// Without any, only what all clusters share is checked. For more than one, it prints a table of
    /// clusters with what is missing for each. A profile without credentials is a row in it.
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,

    /// Every cluster of the Region
    #[arg(long, conflicts_with = "clusters")]
    all_clusters: bool,

    /// Leave out clusters of this name or pattern; repeatable
    #[arg(long, value_name = "PATTERN")]
    exclude_cluster: Vec<String>,

    /// Start of the window that a sweep would query; by default 24h, or 26h from Kubernetes 1.34 on
    #[arg(long, value_name = "TIME")]
    since: Option<TimeArg>,

    #[command(flatten)]
    zone: ZoneArgs,

    /// Verify the query: compare its result with whole events on a small part of the cluster's log
    ///
    /// How Logs Insights evaluates a query is only partly documented. This prints the result of each
    /// construct of the query, without any names from the log or of the cluster, so that it can be
    /// pasted into a bug report. It scans less than 2 % of the window.
    #[arg(long, requires = "clusters", help_heading = "AWS")]
    verify: bool,

    #[command(flatten)]
    access: AwsArgs,

    #[command(flatten)]
    contexts: ContextArgs,

    /// Stop after this long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1m", help_heading = "AWS")]
    timeout: TimeDelta,
}

/// An examination, validated.
pub(super) struct Doctor {
    /// The clusters to look at in a table, if they are many.
    fleet: Option<ClusterSelection>,
    /// What is looked at.
    options: PreflightOptions,
    accesses: Vec<AwsTarget>,
    targets: Vec<Target>,
    time_limit: Duration,
}

impl DoctorArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Doctor, Failure> {
        let all = self.all_clusters || self.clusters.is_empty();
        let wanted = wanted(&self.clusters, all, &self.exclude_cluster)?;
        let is_one = self.clusters.len() == 1 && wanted.only_name().is_some();
        let cluster = match &self.clusters[..] {
            [text] if is_one => Some(one_cluster(text)?),
            _ => None,
        };
        let is_fleet = self.all_clusters || (!self.clusters.is_empty() && !is_one);
        if self.verify && is_fleet {
            return Err(Failure::Usage(
                "--verify reads the log of one cluster: name one".to_owned(),
            ));
        }
        Ok(Doctor {
            fleet: is_fleet.then(|| wanted.clone()),
            options: PreflightOptions {
                cluster,
                since: self
                    .since
                    .map(|since| ZonedTime::new(since, self.zone.time_zone, Edge::Since).at(now))
                    .transpose()?,
                now,
                verifies: self.verify,
            },
            accesses: self.access.accesses(&wanted)?,
            targets: self.contexts.targets()?,
            time_limit: self.timeout.to_std().unwrap_or(Duration::MAX),
        })
    }
}

impl Doctor {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let runtime = interrupt::runtime()?;
        let outcome = runtime.block_on(async {
            let stop = interrupt::listen()?;
            tokio::select! {
                outcome = self.check() => outcome,
                () = stop.cancelled() => Err(Failure::Interrupted),
            }
        });
        runtime.shutdown_timeout(Duration::from_millis(100));
        outcome
    }

    async fn check(&self) -> Result<Outcome, Failure> {
        if let Some(wanted) = &self.fleet {
            return self.check_fleet(wanted).await;
        }
        let mut worst = CheckStatus::Passed;
        for access in &self.accesses {
            let connection = match connect(access).await {
                Ok(connection) => connection,
                Err(failure) if failure.cause().is_of_the_command_line() => {
                    return Err(Failure::failed(failure));
                }
                Err(failure) => {
                    worst = CheckStatus::Failed;
                    standard_output::write(lines(&[Check::not_connected(&failure)]).as_bytes())
                        .context("cannot write to standard output")?;
                    continue;
                }
            };
            let checks = check(&connection, &self.options, deadline(self.time_limit)).await;
            worst = checks
                .iter()
                .map(|check| check.state)
                .fold(worst, CheckStatus::max);
            standard_output::write(lines(&checks).as_bytes())
                .context("cannot write to standard output")?;
        }
        Ok(outcome(worst.max(self.examine_pods().await?)))
    }

    /// Whether the pods of each context can be listed.
    async fn examine_pods(&self) -> Result<CheckStatus, Failure> {
        let mut worst = CheckStatus::Passed;
        for target in &self.targets {
            let check = pods(pods_args::probe(target, self.options.now).await);
            worst = worst.max(check.state);
            standard_output::write(lines(&[check]).as_bytes())
                .context("cannot write to standard output")?;
        }
        Ok(worst)
    }

    /// All identities and Regions side by side.
    async fn check_fleet(&self, wanted: &ClusterSelection) -> Result<Outcome, Failure> {
        let mut looking = tokio::task::JoinSet::new();
        for access in &self.accesses {
            let (access, wanted) = (access.clone(), wanted.clone());
            let (options, deadline) = (self.options.clone(), deadline(self.time_limit));
            looking.spawn(async move { check_fleet(&access, &wanted, &options, deadline).await });
        }
        let rows = looking.join_all().await.concat();
        standard_output::write(table(&rows).as_bytes())
            .context("cannot write to standard output")?;
        let worst = rows.iter().map(|row| row.state());
        let worst = worst.fold(CheckStatus::Passed, CheckStatus::max);
        Ok(outcome(worst.max(self.examine_pods().await?)))
    }
}

fn outcome(worst: CheckStatus) -> Outcome {
    match worst {
        CheckStatus::Failed => Outcome::Missing,
        CheckStatus::Passed | CheckStatus::Warning => Outcome::Done,
    }
}

/// Whether the pods of a context can be listed, with their owners.
fn pods(probed: Result<Probed, LiveError>) -> Check {
    let (state, words) = match probed {
        Ok(Probed { place, forbidden }) if forbidden.is_empty() => {
            let words = format!("can be listed in {place}, with replicasets and jobs");
            (CheckStatus::Passed, words)
        }
        Ok(Probed { place, forbidden }) => {
            let words = format!(
                "can be listed in {place}, but not {} (403): owners are known as far as the pods \
                 name them. What is needed is in deploy/kubernetes/pod-reader.yaml",
                forbidden.join(" and ")
            );
            (CheckStatus::Warning, words)
        }
        Err(error) => (CheckStatus::Failed, error.to_string()),
    };
    Check {
        name: "pods",
        state,
        words,
    }
}

/// As lines of text.
fn lines(checks: &[Check]) -> String {
    let shown: Vec<_> = checks.iter().map(shown).collect();
    render::preflight::lines(&shown)
}

/// As a table.
fn table(rows: &[CheckedCluster]) -> String {
    let rows = rows.iter().map(|row| render::preflight::Row {
        cluster: &row.cluster,
        profile: row.profile.as_deref(),
        checks: row.checks.iter().map(shown).collect(),
    });
    render::preflight::table(rows.collect())
}

fn shown(check: &Check) -> render::preflight::Check<'_> {
    use render::preflight::CheckStatus as Shown;
    render::preflight::Check {
        name: check.name,
        state: match check.state {
            CheckStatus::Passed => Shown::Passed,
            CheckStatus::Warning => Shown::Warning,
            CheckStatus::Failed => Shown::Failed,
        },
        words: &check.words,
    }
}
