//! Characters that would act on a terminal, made visible.
//!
//! User agents and names come from whoever can reach the API server. A control character can
//! rewrite what was printed before, a bidirectional one can reorder it, and a zero-width one
//! can hide in it.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

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

/// Whether a character acts instead of showing: controls, line and paragraph separators, the
/// format characters of Unicode (general category Cf), and what fonts leave blank
/// (`Default_Ignorable_Code_Point`).
pub fn acts(character: char) -> bool {
    // Nearly all text is ASCII, where only controls act.
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
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
            ("\u{ad}\u{34f}\u{61c}", "\\u{ad}\\u{34f}\\u{61c}"),
            // Format characters of scripts that few fonts have, and tags.
            ("\u{890}\u{8e2}\u{110bd}", "\\u{890}\\u{8e2}\\u{110bd}"),
            (
                "\u{13430}\u{1bca0}\u{e0041}",
                "\\u{13430}\\u{1bca0}\\u{e0041}",
            ),
            ("\u{3164}\u{ffa0}\u{fff9}", "\\u{3164}\\u{ffa0}\\u{fff9}"),
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
