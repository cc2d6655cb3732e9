//! A message for a chat, before it is written as one: lines of words, and what they are.

use std::fmt::Display;

use crate::audit::untrusted_text::escaped;

/// Characters of a name or a client in code.
pub const SHORT: usize = 80;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Our own words.
    Plain(String),
    /// Our own words that matter.
    Strong(String),
    /// A command, a name, or anything else that somebody else wrote: shown as it is, in a fixed
    /// width, without any unprintable character. Never empty.
    Code(String),
}

/// A line of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Whether it belongs to the line before it.
    pub indented: bool,
    /// Its parts, in order.
    pub spans: Vec<Span>,
}

impl Line {
    /// A line that belongs to the one before it.
    pub fn indented() -> Self {
        Self {
            indented: true,
            spans: Vec::new(),
        }
    }

    /// Adds our own words.
    pub fn plain(&mut self, words: impl Into<String>) -> &mut Self {
        self.spans.push(Span::Plain(words.into()));
        self
    }

    /// Adds our own words that matter.
    pub fn strong(&mut self, words: impl Into<String>) -> &mut Self {
        self.spans.push(Span::Strong(words.into()));
        self
    }

    /// Adds the beginning of what somebody else wrote: [`SHORT`] characters of it.
    pub fn code(&mut self, text: impl Display) -> &mut Self {
        self.code_of(text, SHORT)
    }

    /// Adds that many characters of what somebody else wrote.
    pub fn code_of(&mut self, text: impl Display, most: usize) -> &mut Self {
        let text = text.to_string();
        let text = escaped(&text);
        let mut shown: String = text.chars().take(most).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        if shown.is_empty() {
            shown.push('-');
        }
        self.spans.push(Span::Code(shown));
        self
    }

    /// Adds the parts of another line.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.spans.extend(other.spans);
        self
    }
}
