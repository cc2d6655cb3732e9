//! Outcomes, failures and exit codes.

use std::process::ExitCode;

/// How a command that did its work came out; the later ones prevail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, and something that is needed is not there.
    Missing,
    /// Done, but something could not be seen.
    Incomplete,
    /// Done, and there are findings at or above `--fail-on`. This prevails over an incomplete
    /// report, so that one cluster that could not be seen hides nothing.
    Findings,
    /// Broken off by the operator; what was known by then was reported.
    Interrupted,
}

/// The exit code of a run that was broken off: 128 and the number of SIGINT, as shells have it.
pub const INTERRUPTED: u8 = 130;

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Missing => 1,
            Outcome::Findings => 3,
            Outcome::Incomplete => 4,
            Outcome::Interrupted => INTERRUPTED,
        })
    }
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The arguments contradict each other, or one cannot be read.
    #[error("{0}")]
    Usage(String),
    /// The operator broke off before there was anything to report.
    #[error("interrupted")]
    Interrupted,
    /// Something went wrong.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl Failure {
    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
            Self::Interrupted => INTERRUPTED,
        })
    }

    /// Any error as a failure of the work.
    pub fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Failed(error.into())
    }
}
