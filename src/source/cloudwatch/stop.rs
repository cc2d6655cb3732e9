//! The operator's wish to break off, known to everything that waits.

use tokio::sync::watch;

/// Whoever can pull the stop.
#[derive(Debug)]
pub struct StopCord(watch::Sender<bool>);

/// Whoever has to notice.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A stop that has not been pulled.
pub fn stop() -> (StopCord, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopCord(sender), Stop(receiver))
}

impl StopCord {
    /// Breaks off.
    pub fn pull(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it was pulled.
    pub fn is_pulled(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is pulled; never if nobody can pull it any more.
    pub async fn pulled(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|pulled| *pulled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
