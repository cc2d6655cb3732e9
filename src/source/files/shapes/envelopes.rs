//! What a CloudWatch Logs subscription delivers to Firehose, Kinesis or Lambda: envelopes of
//! log events, one after another, with nothing between them in Firehose's files.
//!
//! "Real-time processing of log data with subscriptions", CloudWatch Logs user guide.

use std::borrow::Cow;
use std::io::{self, Read};

use serde::Deserialize;

use super::Shape;
use super::json_stream::{Part, first_object_has, read_objects};
use super::messages::Messages;
use crate::evidence::coverage::GapKind;
use crate::source::files::blocks::LONGEST_LINE;

/// How the shape is recognised and unwrapped.
pub const SHAPE: Shape = Shape {
    recognises: |beginning| first_object_has(beginning, &["logEvents", "messageType"]),
    unwrap,
};

/// How every envelope begins.
const BEGINNING: &[u8] = br#"{"messageType""#;

#[derive(Deserialize)]
struct LogEvent<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// The envelope that is being read. Whoever sorts its keys writes the events before the log
/// group; they wait for it, as many as fit.
#[derive(Default)]
struct Envelope {
    is_data: bool,
    log_group: Option<String>,
    waiting: Vec<String>,
    waiting_bytes: usize,
}

fn unwrap(reader: &mut dyn Read, messages: &mut Messages<'_>) -> io::Result<()> {
    let mut envelope = Envelope::default();
    read_objects(
        reader,
        "logEvents",
        Some(BEGINNING),
        &mut |part| match part {
            Part::Begin => {
                envelope = Envelope {
                    is_data: true,
                    ..Envelope::default()
                };
            }
            Part::Member("messageType", value) => envelope.is_data = value == br#""DATA_MESSAGE""#,
            Part::Member("logGroup", value) => {
                envelope.log_group = serde_json::from_slice(value).ok()
            }
            Part::Member(..) => {}
            Part::Element(element) => envelope.event(element, messages),
            Part::Overlong => messages.note(GapKind::OverlongLine, "", 1),
            Part::Damaged => {
                envelope.end(messages);
                messages.note(GapKind::TornLine, "an envelope", 1);
            }
            Part::End => envelope.end(messages),
        },
    )?;
    messages.flush();
    Ok(())
}

impl Envelope {
    fn event(&mut self, element: &[u8], messages: &mut Messages<'_>) {
        if !self.is_data {
            return;
        }
        let event: LogEvent<'_> = match serde_json::from_slice(element) {
            Ok(event) => event,
            Err(_) => return messages.note(GapKind::MalformedEvent, "in an envelope", 1),
        };
        if let Some(group) = &self.log_group {
            messages.of_log_group(Some(group));
            messages.add(event.message.as_bytes());
        } else if self.waiting_bytes + event.message.len() <= LONGEST_LINE {
            self.waiting_bytes += event.message.len();
            self.waiting.push(event.message.into_owned());
        } else {
            messages.note(GapKind::OverlongLine, "before its envelope's log group", 1);
        }
    }

    fn end(&mut self, messages: &mut Messages<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        messages.of_log_group(self.log_group.as_deref());
        if self.is_data {
            for message in &self.waiting {
                messages.add(message.as_bytes());
            }
        }
        *self = Self::default();
    }
}
