//! The arguments about who is told.

use std::fmt;

use anyhow::Context as _;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::exit::Failure;
use super::interrupt;
use crate::deliver::webhook::Webhook;
use crate::render::chat::Chat;
use crate::render::notification;
use crate::report::Report;
use crate::report::changes::Changes;

#[derive(Debug, Args)]
pub(super) struct NotificationArgs {
    /// Webhook URL of a chat to notify of changes
    ///
    /// Prefer the environment variable: command-line arguments are visible in `ps`.
    #[arg(
        long,
        value_name = "URL",
        env = "EKS_STALE_TOKENS_WEBHOOK",
        hide_env_values = true,
        help_heading = "Changes"
    )]
    webhook: Option<Address>,

    /// When to send the webhook
    ///
    /// Without --previous, and on a first run, every finding counts as a change.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value = "changes",
        help_heading = "Changes"
    )]
    notify: Notify,

    /// What the webhook takes
    #[arg(
        long,
        value_name = "KIND",
        value_enum,
        default_value_t,
        help_heading = "Changes"
    )]
    chat: Chat,
}

/// When to post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Notify {
    /// After every run
    Always,
    /// After a notable change: something is new, worse, restarted, better or gone
    Changes,
    /// Never
    Never,
}

/// An address as it is typed: a secret, so that no message shows it.
#[derive(Clone)]
struct Address(String);

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("...")
    }
}

impl From<String> for Address {
    fn from(address: String) -> Self {
        Self(address)
    }
}

/// Who is told, and when.
#[derive(Debug)]
pub(super) struct NotificationPlan {
    webhook: Option<Webhook>,
    notify: Notify,
    pub(super) chat: Chat,
}

impl NotificationArgs {
    pub(super) fn plan(self) -> Result<NotificationPlan, Failure> {
        // An empty variable is how a manifest says that there is none.
        let address = self.webhook.filter(|address| !address.0.trim().is_empty());
        let webhook = match (address, self.notify) {
            (None, Notify::Always) => {
                return Err(Failure::Usage(
                    "--notify always needs an address: --webhook URL, or EKS_STALE_TOKENS_WEBHOOK in the environment".to_owned(),
                ));
            }
            (None, _) | (_, Notify::Never) => None,
            (Some(address), _) => Some(Webhook::at(&address.0).map_err(|error| {
                Failure::Usage(format!(
                    "the address of --webhook (or EKS_STALE_TOKENS_WEBHOOK) cannot be used: {error}"
                ))
            })?),
        };
        Ok(NotificationPlan {
            webhook,
            notify: self.notify,
            chat: self.chat,
        })
    }
}

/// Whether a message was sent, or the operator broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Sent,
    Interrupted,
}

impl NotificationPlan {
    /// The webhook to post to after these changes, if any.
    pub(super) fn webhook_for(&self, changes: &Changes) -> Option<&Webhook> {
        let wanted = self.notify == Notify::Always || changes.has_notable();
        self.webhook.as_ref().filter(|_| wanted)
    }
}

/// Posts what a report says has changed.
pub(super) fn send(
    webhook: &Webhook,
    chat: Chat,
    report: &Report,
    time_zone: Tz,
) -> Result<Sent, Failure> {
    let body = chat.body(&notification::message(report, time_zone));
    let webhook = webhook.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let sent = runtime.block_on(async {
        let stop = interrupt::listen()?;
        let posting = tokio::task::spawn_blocking(move || webhook.post(&body));
        tokio::select! {
            posted = posting => match posted {
                Ok(Ok(())) => Ok(Sent::Sent),
                Ok(Err(error)) => Err(anyhow::Error::from(error)),
                Err(error) => Err(error.into()),
            },
            () = stop.cancelled() => Ok(Sent::Interrupted),
        }
        .context("the report was saved, but the webhook notification failed")
        .map_err(Failure::Failed)
    });
    // An attempt that hangs must not keep the process.
    runtime.shutdown_background();
    sent
}
