//! Breaking off: by Ctrl-C, SIGTERM as a supervisor sends it, or SIGHUP when the terminal closes, of
//! which a second one ends the process at once; and when the time is up.

use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::exit::{Failure, INTERRUPTED};

/// What asynchronous work runs on.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start")
        .map_err(Failure::Failed)
}

/// A token that is cancelled when the operator interrupts the run. It needs a runtime around it.
pub(super) fn listen() -> Result<CancellationToken, Failure> {
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        interrupt.cancel();
        signals.next().await;
        std::process::exit(INTERRUPTED.into());
    });
    Ok(stop)
}

/// The moment at which to give up; far away for a time limit that no calendar holds.
pub(super) fn deadline(time_limit: Duration) -> Instant {
    const FAR_AWAY: Duration = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + time_limit.min(FAR_AWAY)
}

/// The signals that interrupt a run.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Absent where hang-ups are ignored, as under `nohup`.
    hangup: Option<Signal>,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let hangup = match ignores_hangup() {
            true => None,
            false => Some(signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?),
        };
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?,
            terminate: signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?,
            hangup,
        })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether the process was started to outlive its terminal. Only Linux shows it without a call
/// into C: elsewhere the answer is no.
fn ignores_hangup() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return false;
    };
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, the lowest bit.
    ignored.is_some_and(|mask| mask & 1 == 1)
}
