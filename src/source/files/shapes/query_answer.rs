//! Saved answers of `aws logs get-query-results`, one or several in a file.
//!
//! GetQueryResults, CloudWatch Logs API reference: `results` is a list of rows, a row a list of
//! `field` and `value`.

use std::borrow::Cow;
use std::io::{self, Read};

use serde::Deserialize;

use super::Shape;
use super::json_stream::{Part, first_object_has, read_objects};
use super::messages::Messages;
use crate::evidence::coverage::GapKind;

/// How the shape is recognised and unwrapped.
pub const SHAPE: Shape = Shape {
    recognises: |beginning| first_object_has(beginning, &["results"]),
    unwrap,
};

#[derive(Deserialize)]
struct Cell<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    records_matched: f64,
}

/// The answer that is being read.
#[derive(Default)]
struct Answer {
    rows: u64,
    messages: u64,
    matched: u64,
    status: Option<String>,
}

fn unwrap(reader: &mut dyn Read, messages: &mut Messages<'_>) -> io::Result<()> {
    let mut answer = Answer::default();
    read_objects(reader, "results", None, &mut |part| match part {
        Part::Begin => answer = Answer::default(),
        Part::Member("status", value) => answer.status = serde_json::from_slice(value).ok(),
        Part::Member("statistics", value) => {
            if let Ok(statistics) = serde_json::from_slice::<Statistics>(value) {
                // Whole, and far below 2^53.
                answer.matched = statistics.records_matched as u64;
            }
        }
        Part::Member(..) => {}
        Part::Element(row) => answer.row(row, messages),
        Part::Overlong => messages.note(GapKind::OverlongLine, "", 1),
        Part::Damaged => messages.note(GapKind::TornLine, "an answer", 1),
        Part::End => answer.end(messages),
    })?;
    messages.flush();
    Ok(())
}

impl Answer {
    fn row(&mut self, row: &[u8], messages: &mut Messages<'_>) {
        self.rows += 1;
        let cells: Vec<Cell<'_>> = match serde_json::from_slice(row) {
            Ok(cells) => cells,
            Err(_) => return messages.note(GapKind::MalformedEvent, "in an answer", 1),
        };
        let value = |field: &str| {
            cells
                .iter()
                .find(|cell| cell.field == field)
                .map(|cell| &*cell.value)
        };
        // `@log` is the account and the log group, with a colon between them.
        let log_group = value("@log").and_then(|log| log.split_once(':'));
        messages.of_log_group(log_group.map(|(_, group)| group));
        if let Some(message) = value("@message") {
            self.messages += 1;
            messages.add(message.as_bytes());
        }
    }

    fn end(&mut self, messages: &mut Messages<'_>) {
        if self.messages == 0 {
            return;
        }
        if let Some(status) = self
            .status
            .as_deref()
            .filter(|status| *status != "Complete")
        {
            messages.note(GapKind::QueryEnded, &format!("status {status}"), 1);
        }
        if self.matched > self.rows {
            let detail = format!("{} of {} rows were saved", self.rows, self.matched);
            messages.note(GapKind::RowLimit, &detail, 1);
        }
    }
}
