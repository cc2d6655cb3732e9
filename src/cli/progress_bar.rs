//! How far the work is, on a terminal; nothing in a pipe, and nothing for quick work.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::progress_args::ProgressArgs;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::pluralize;
use crate::source::progress::Progress;

/// Work that is over sooner shows no bar.
const SHOW_AFTER: Duration = Duration::from_secs(1);
const REDRAW_EVERY: Duration = Duration::from_millis(100);

/// A bar that follows some progress until it is dropped.
pub(super) struct ShownProgress {
    ended: Option<Sender<()>>,
    drawing: Option<JoinHandle<()>>,
}

impl ShownProgress {
    /// Shows the progress on standard error, if that is a terminal and `--quiet` is not given.
    /// `waiting_for` is shown while no number of bytes is known.
    pub(super) fn of(progress: &Arc<Progress>, shown: ProgressArgs, waiting_for: String) -> Self {
        if shown.quiet || !std::io::stderr().is_terminal() {
            return Self {
                ended: None,
                drawing: None,
            };
        }
        let progress = Arc::clone(progress);
        let (ended, end) = channel::<()>();
        let drawing = thread::spawn(move || {
            if end.recv_timeout(SHOW_AFTER) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let mut total = progress.total();
            let bar = ProgressBar::no_length().with_style(style(total));
            bar.set_message(waiting_for.clone());
            while end.recv_timeout(REDRAW_EVERY) == Err(RecvTimeoutError::Timeout) {
                // What there is to do may be known only after a while.
                if progress.total() != total {
                    total = progress.total();
                    bar.set_style(style(total));
                    bar.set_length(total);
                }
                if progress.requests() > 0 {
                    let requests = pluralize(progress.requests(), "request", "requests");
                    bar.set_message(format!("{waiting_for}, {requests}"));
                }
                bar.set_position(progress.done());
                let queries = progress.queries.words(Instant::now());
                if !queries.is_empty() {
                    bar.set_message(escaped(&queries).into_owned());
                }
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Self {
            ended: Some(ended),
            drawing: Some(drawing),
        }
    }
}

impl Drop for ShownProgress {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(drawing) = self.drawing.take() {
            // A panic of the drawing thread has been printed and spoils no report.
            let _ = drawing.join();
        }
    }
}

/// A spinner while no number of bytes is known.
fn style(total: u64) -> ProgressStyle {
    let template = match total {
        0 => "{spinner} {msg}  {elapsed}  {decimal_bytes}",
        _ => "{msg}  {wide_bar}  {decimal_bytes} of {decimal_total_bytes}, {eta} left",
    };
    // The templates are constant; the default style is as good as none.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
