//! Text from an untrusted source: a caller, a cluster, a file's name, a service.
//!
//! User agents and names are written by anyone who can reach the API server. A control character
//! can rewrite what was printed before, a bidirectional one can reorder it, and a zero-width one
//! can hide in it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use serde::{Deserialize, Serialize};

/// Text from an untrusted source, unchanged. Copies share it: most of a report is what its evidence
/// says, of up to a million holders.
///
/// It has no way to a reader but through an escape. Its [`Display`](fmt::Display) is the one for
/// terminals, so whatever is formatted is safe there; every other format escapes what it makes of
/// it. There is no `Deref` and no `AsRef<str>`: code that needs the original text, to compare it or
/// to escape it differently, has to call [`unescaped`](Self::unescaped).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UntrustedText(Arc<str>);

impl UntrustedText {
    /// The text as it was written.
    pub fn unescaped(&self) -> &str {
        &self.0
    }

    /// The text as it was written, for a form that escapes by itself.
    pub fn into_unescaped(self) -> Arc<str> {
        self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<Arc<str>>> From<T> for UntrustedText {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&escaped(&self.0))
    }
}

impl fmt::Debug for UntrustedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", escaped(&self.0))
    }
}

impl PartialEq<str> for UntrustedText {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for UntrustedText {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

#[cfg(test)]
super::string_schema::string_schema!(UntrustedText);

/// The text with every character that acts instead of showing written out, as in `\u{1b}`.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
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
pub fn is_unprintable(character: char) -> bool {
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
    fn no_way_out_but_an_escape() {
        let text = UntrustedText::from("a\u{1b}[31m\u{202e}");
        assert_eq!(text.to_string(), "a\\u{1b}[31m\\u{202e}");
        assert_eq!(format!("{text:>20}"), " a\\u{1b}[31m\\u{202e}");
        let debug = format!("{text:?}");
        assert!(debug.contains("[31m") && !debug.chars().any(is_unprintable));
        assert_eq!(text.unescaped(), "a\u{1b}[31m\u{202e}");
        assert_eq!(&*text.into_unescaped(), "a\u{1b}[31m\u{202e}");
    }

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
            assert_eq!(escaped(text), shown);
        }
    }

    proptest! {
        #[test]
        fn nothing_that_acts_is_left(text in "\\PC*|.*") {
            prop_assert!(!escaped(&text).chars().any(is_unprintable));
        }
    }

    #[test]
    fn texts_are_compared_as_they_were_written() {
        let text = UntrustedText::from("a\n");
        assert!(text == *"a\n" && text == "a\n");
        assert!(text != *"a" && text != "a\\u{a}");
        assert!(!text.is_empty() && UntrustedText::default().is_empty());
    }
}
