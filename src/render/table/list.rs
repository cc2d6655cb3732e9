//! A list under a heading that stands on its left, wrapped to the page.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::style::{HEADING, paint};
use crate::render::Page;

/// The narrowest page that text is wrapped for.
const NARROWEST: usize = 40;

/// Where a list stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins {
    /// Columns before the heading.
    pub(super) indent: usize,
    /// Columns of the heading, with the gap after it.
    pub(super) heading: usize,
}

/// Writes items under a heading, each from a line of its own and wrapped at blanks. What is to be
/// pasted must not go through here.
pub(super) fn write(
    heading: &str,
    items: &[String],
    margins: Margins,
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Margins {
        indent,
        heading: column,
    } = margins;
    let room = page.width.max(NARROWEST).saturating_sub(indent + column);
    let mut left = paint(HEADING, format!("{heading:column$}"), page.colour);
    for item in items {
        for (index, line) in wrapped(item, room).into_iter().enumerate() {
            // What belongs to the item above stands a little further in.
            let inset = if index == 0 { "" } else { "  " };
            writeln!(output, "{:indent$}{left}{inset}{line}", "")?;
            left = " ".repeat(column);
        }
    }
    Ok(())
}

/// The text in lines that leave room for the inset; a word that is too long is cut into pieces.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let room = room.saturating_sub(2).max(10);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if line.width() >= room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Nothing is lost but blanks at the ends of lines, and no line is too long.
        #[test]
        fn wrapping_loses_nothing(text in "[a-z ]{0,80}", room in 12_usize..40) {
            let lines = wrapped(&text, room);
            prop_assert!(lines.iter().all(|line| line.width() <= room));
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
