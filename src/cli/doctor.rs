//! `doctor`: what a sweep needs, and how to get what is missing.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use super::access_args::AccessArgs;
use super::evidence_args::{one_cluster, resolve};
use super::exit::{Failure, Outcome};
use super::gathering::deadline;
use super::interrupt;
use super::moment::{Moment, duration};
use crate::deliver::standard_output;
use crate::render::visible::visible;
use crate::source::aws::access::Access;
use crate::source::aws::connection::connect;
use crate::source::cloudwatch::examination::{Check, Examined, State, examine};
use crate::source::cloudwatch::selector::Selector;
use crate::source::cloudwatch::wanted::Wanted;

/// Say whether everything is there that a sweep needs, and how to get what is missing
///
/// Looks at the credentials and whose they are, the Region, each permission, the cluster's version
/// and how long its tokens live, the log group, the audit log and its age, the retention, and the
/// price of a sweep. Exits with 1 if something is
/// missing.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The cluster; without one, only what all clusters share is looked at
    #[arg(value_name = "CLUSTER")]
    cluster: Option<String>,

    /// The window that a sweep would ask for; 24h, and 26h from Kubernetes 1.34 on, if not given
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,

    #[command(flatten)]
    access: AccessArgs,

    /// Give up after this time
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1m", help_heading = "AWS")]
    timeout: TimeDelta,
}

/// An examination, validated.
pub(super) struct Doctor {
    cluster: Option<Selector>,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    accesses: Vec<Access>,
    time_limit: Duration,
}

impl DoctorArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Doctor, Failure> {
        let cluster = match &self.cluster {
            Some(text) => Some(one_cluster(text)?),
            None => None,
        };
        let selectors = cluster.iter().cloned().collect();
        let wanted = match &cluster {
            Some(_) => Wanted::selected(selectors, Vec::new()),
            None => Wanted::all(Vec::new()),
        };
        Ok(Doctor {
            cluster,
            since: self.since.map(|since| resolve(since, now)).transpose()?,
            now,
            accesses: self.access.accesses(&wanted)?,
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
                outcome = self.examine() => outcome,
                () = stop.cancelled() => Err(Failure::Interrupted),
            }
        });
        runtime.shutdown_timeout(Duration::from_millis(100));
        outcome
    }

    async fn examine(&self) -> Result<Outcome, Failure> {
        let mut worst = State::Good;
        for access in &self.accesses {
            let connection = connect(access).await.map_err(Failure::failed)?;
            let examined = Examined {
                cluster: self.cluster.as_ref(),
                since: self.since,
                now: self.now,
                deadline: deadline(self.time_limit),
            };
            let checks = examine(&connection, &examined).await;
            worst = checks
                .iter()
                .map(|check| check.state)
                .fold(worst, State::max);
            standard_output::write(words(&checks).as_bytes())
                .context("cannot write to standard output")?;
        }
        Ok(match worst {
            State::Missing => Outcome::Missing,
            State::Good | State::Doubtful => Outcome::Done,
        })
    }
}

fn words(checks: &[Check]) -> String {
    let widest = checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    let mut words = String::new();
    for check in checks {
        let state = match check.state {
            State::Good => "ok",
            State::Doubtful => "note",
            State::Missing => "missing",
        };
        let mut lines = check.words.lines();
        let first = visible(lines.next().unwrap_or_default()).into_owned();
        let _ = writeln!(words, "{state:7}  {:widest$}  {first}", check.name);
        for line in lines {
            let _ = writeln!(words, "{:7}  {:widest$}  {}", "", "", visible(line));
        }
    }
    words
}
