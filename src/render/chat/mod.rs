//! What a chat's webhook takes, from the lines of a message.
//!
//! - [`message`]: the lines
//! - [`slack`]: Slack's text, which many other chats read as well
//! - [`teams`]: an Adaptive Card, for Microsoft Teams

pub mod message;
pub mod slack;
mod teams;

use message::Line;

/// The kinds of chats, told apart by what their webhooks take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Chat {
    /// Slack, Mattermost, Rocket.Chat, Google Chat
    #[default]
    Slack,
    /// Microsoft Teams, by a workflow that posts webhook requests
    Teams,
}

impl Chat {
    /// The body of the request that posts a message.
    pub fn body(self, message: &[Line]) -> String {
        let body = match self {
            Self::Slack => slack::body(message),
            Self::Teams => teams::body(message),
        };
        body.to_string()
    }
}
