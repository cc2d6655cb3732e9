//! Interruption: Ctrl-C, or SIGTERM as a supervisor sends it. A second one ends the process at
//! once.

use anyhow::Context as _;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
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
    let mut interrupted = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminated = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    tokio::spawn(async move {
        either(&mut interrupted, &mut terminated).await;
        interrupt.cancel();
        either(&mut interrupted, &mut terminated).await;
        std::process::exit(INTERRUPTED.into());
    });
    Ok(stop)
}

async fn either(interrupted: &mut Signal, terminated: &mut Signal) {
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
}
