//! Text from logs that stays text in Markdown.
//!
//! On GitHub an escaped `\@name` still mentions a user, `www.` still links, and a number after `#`
//! still refers to an issue, because mentions are searched for in the rendered page. Code is not
//! searched, so text from logs is always code.

use std::borrow::Cow;
use std::fmt::Display;

use crate::audit::untrusted_text::escaped;

/// Any text as code that cannot end the code or the table cell that it is in.
pub(super) fn code(text: impl Display) -> String {
    let text = text.to_string();
    let text = escaped(&text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let mut code = String::with_capacity(text.len() + 2);
    code.push('`');
    for character in text.chars() {
        match character {
            // Tables are cut into cells before code is looked for.
            '|' => code.push_str("\\u{7c}"),
            '`' => code.push_str("\\u{60}"),
            _ => code.push(character),
        }
    }
    code.push('`');
    code
}

/// Words of our own that may have text from elsewhere in them: as they are if nothing in them
/// means anything in Markdown, else as code.
pub(super) fn words(text: &str) -> Cow<'_, str> {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || " ,;:()'.+/-".contains(character);
    let links = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.contains("www.")
            || word.contains("://")
            || word.starts_with("gh-")
            || ["mailto:", "xmpp:"].iter().any(|it| word.contains(it))
            // What may be the hash of a commit.
            || word
                .split(|character: char| !character.is_ascii_alphanumeric())
                .any(|part| part.len() >= 7 && part.chars().all(|it| it.is_ascii_hexdigit()))
    };
    let begins_a_block = !text.starts_with(|first: char| first.is_ascii_alphabetic());
    if begins_a_block || !text.chars().all(plain) || text.split(' ').any(links) {
        Cow::Owned(code(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// A line of a fenced block: one that cannot end the block.
pub(super) fn line(text: impl Display) -> String {
    escaped(&text.to_string()).replace('`', "\\u{60}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_words_are_not_code() {
        for text in [
            "client-go 0.15.7, kube2iam 0.10.7 (fixed in 0.10.9)",
            "update client-go to 0.15.7 or later",
            "let the job end, or delete its pod: the next pod gets a new token",
        ] {
            assert_eq!(words(text), text);
        }
        for text in [
            "see www.example.com",
            "http://example.com",
            "xmpp:a@b.c",
            "@octocat",
            "org/repo#1",
            "GH-1",
            "da39a3ee5e6b4b0d",
            "agent/da39a3e",
            "<b>",
            "[a](b)",
            "*a*",
            "# a",
            "1. a",
            "- a",
            "",
        ] {
            assert!(words(text).starts_with(['`', '(']), "{text}");
        }
    }

    #[test]
    fn code_holds_no_fence_and_no_bar() {
        assert_eq!(code("a`b|c\nd"), "`a\\u{60}b\\u{7c}c\\u{a}d`");
        assert_eq!(code(" "), "(empty)");
    }
}
