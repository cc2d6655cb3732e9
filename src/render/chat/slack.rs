//! Slack's mrkdwn, which Mattermost, Rocket.Chat and Google Chat also read.
//!
//! Text from callers is only inside code spans, where chats support neither mentions nor links nor
//! formatting.

use serde_json::{Value, json};

use super::message::{Line, Span};

/// The body of the request.
pub(super) fn body(message: &[Line]) -> Value {
    json!({ "text": text(message) })
}

/// The message as one text.
pub fn text(message: &[Line]) -> String {
    let lines: Vec<String> = message.iter().map(line).collect();
    lines.join("\n")
}

fn line(line: &Line) -> String {
    let mut text = match line.indented {
        true => "        ".to_owned(),
        false => String::new(),
    };
    for span in &line.spans {
        match span {
            Span::Plain(words) => text.push_str(words),
            Span::Strong(words) => text.push_str(&format!("*{words}*")),
            Span::Code(shown) => text.push_str(&code(shown)),
        }
    }
    text
}

/// A code span that shows the text and does nothing else: the three characters that Slack asks
/// to escape are, nothing closes the span early, and no `@` is left to mention anyone where a
/// chat looks for mentions even here.
fn code(text: &str) -> String {
    let mut span = String::from("`");
    for character in text.chars() {
        match character {
            '&' => span.push_str("&amp;"),
            '<' => span.push_str("&lt;"),
            '>' => span.push_str("&gt;"),
            '`' => span.push('\''),
            '@' => span.push_str("(at)"),
            other => span.push(other),
        }
    }
    span.push('`');
    span
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::message::SHORT;
    use super::*;

    fn shown(written: &str) -> String {
        let mut line = Line::default();
        line.code(written);
        text(&[line])
    }

    #[test]
    fn log_text_mentions_nobody_and_links_nowhere() {
        for (text, span) in [
            ("kube2iam 0.10.7", "`kube2iam 0.10.7`"),
            ("<!channel> & @here", "`&lt;!channel&gt; &amp; (at)here`"),
            (
                "<https://evil.example|click>",
                "`&lt;https://evil.example|click&gt;`",
            ),
            ("` *bold* `<@U123>", "`' *bold* '&lt;(at)U123&gt;`"),
            ("a\nb\u{202e}c", "`a\\u{a}b\\u{202e}c`"),
            ("", "`-`"),
        ] {
            assert_eq!(shown(text), span);
        }
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHORT + 3);
    }

    proptest! {
        #[test]
        fn a_span_ends_where_it_should(text in ".*|[`@<>&!a\\n]*") {
            let span = shown(&text);
            let inner = &span[1..span.len() - 1];
            prop_assert!(span.starts_with('`') && span.ends_with('`'));
            prop_assert!(!inner.contains(['`', '<', '>', '@', '\n']));
        }
    }
}
