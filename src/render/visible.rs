//! Characters that would act on a terminal, made visible.
//!
//! User agents and names come from whoever can reach the API server. A control character can
//! rewrite what was printed before, a bidirectional one can reorder it, and a zero-width one
//! can hide in it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every character that acts instead of showing written out, as in `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character acts instead of showing: controls, line and paragraph separators, and
/// the format characters of Unicode (general category Cf, with those that fonts leave blank).
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_written_out() {
        for (text, shown) in [
            (
                "kube2iam/v0.0.0 (linux/amd64)",
                "kube2iam/v0.0.0 (linux/amd64)",
            ),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\nb\tc\u{0}", "a\\u{a}b\\u{9}c\\u{0}"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("a\u{200b}b\u{2028}", "a\\u{200b}b\\u{2028}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("größe 😀", "größe 😀"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_acts_is_left(text in "\\PC*|.*") {
            prop_assert!(!visible(&text).chars().any(acts));
        }
    }
}
