//! An Adaptive Card, as a workflow of Microsoft Teams posts it ("When a Teams webhook request is
//! received").
//!
//! Every line is a `RichTextBlock`, whose `TextRun`s know neither Markdown nor mentions
//! (<https://learn.microsoft.com/en-us/adaptive-cards/create/textfeatures>), so that text from a
//! log stays text.

use serde_json::{Value, json};

use super::message::{Line, Span};

/// Bytes of a card. A workflow refuses messages of about 28 KB
/// (<https://learn.microsoft.com/en-us/connectors/teams/>, "Message size limit").
const MOST_BYTES: usize = 24_000;

/// The body of the request. Lines at the end give way where it would be too large.
pub(super) fn body(message: &[Line]) -> Value {
    let mut lines = message.len();
    loop {
        let mut blocks: Vec<Value> = message[..lines].iter().map(block).collect();
        if lines < message.len() {
            let mut more = Line::default();
            more.plain("There is more: see the report.");
            blocks.push(block(&more));
        }
        let body = card(blocks);
        if lines == 0 || body.to_string().len() <= MOST_BYTES {
            return body;
        }
        lines -= 1;
    }
}

fn card(blocks: Vec<Value>) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": blocks,
            },
        }],
    })
}

fn block(line: &Line) -> Value {
    let runs: Vec<Value> = line.spans.iter().map(run).collect();
    let spacing = if line.indented { "None" } else { "Small" };
    json!({ "type": "RichTextBlock", "spacing": spacing, "inlines": runs })
}

fn run(span: &Span) -> Value {
    match span {
        Span::Plain(words) => json!({ "type": "TextRun", "text": words }),
        Span::Strong(words) => json!({ "type": "TextRun", "text": words, "weight": "Bolder" }),
        Span::Code(shown) => json!({ "type": "TextRun", "text": shown, "fontType": "Monospace" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_log_is_in_runs_and_nowhere_else() {
        let mut line = Line::default();
        line.strong("critical")
            .plain(" ")
            .code("[a](https://evil.example) <at>all</at> **b** {{DATE(2026-01-01T00:00:00Z)}}");
        let body = body(&[line]);
        let blocks = &body["attachments"][0]["content"]["body"];
        assert_eq!(blocks.as_array().expect("blocks").len(), 1);
        assert_eq!(blocks[0]["type"], "RichTextBlock");
        let runs = blocks[0]["inlines"].as_array().expect("runs");
        assert!(runs.iter().all(|run| run["type"] == "TextRun"));
        assert_eq!(runs[0]["weight"], "Bolder");
        assert_eq!(runs[2]["fontType"], "Monospace");
        assert!(body["attachments"][0]["content"]["msteams"]["entities"].is_null());
    }

    #[test]
    fn a_card_that_is_too_large_loses_its_end_and_says_so() {
        let mut line = Line::default();
        line.code_of("x".repeat(1_000), usize::MAX);
        let body = body(&vec![line; 100]);
        assert!(body.to_string().len() <= MOST_BYTES);
        let blocks = body["attachments"][0]["content"]["body"].as_array();
        let blocks = blocks.expect("blocks");
        assert!(blocks.len() > 10);
        let last = &blocks[blocks.len() - 1]["inlines"][0]["text"];
        assert_eq!(last, "There is more: see the report.");
    }
}
