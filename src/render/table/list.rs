//! A list with its heading on the left, wrapped to the page.

use std::io::{self, Write};

use anstyle::Style;
use chrono::NaiveDate;
use unicode_width::UnicodeWidthStr as _;

use super::style::{HEADING, paint};
use crate::render::RenderOptions;

/// The narrowest page that text is wrapped for.
const NARROWEST: usize = 40;

/// The position of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins {
    /// Columns before the heading.
    pub(super) indent: usize,
    /// Columns of the heading, with the gap after it.
    pub(super) heading: usize,
}

/// Writes items under a heading, each from a line of its own and wrapped at spaces. What is to be
/// pasted must not go through here.
pub(super) fn write(
    heading: &str,
    items: &[String],
    margins: Margins,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Margins {
        indent,
        heading: column,
    } = margins;
    let room = options.width.max(NARROWEST).saturating_sub(indent + column);
    let mut left = paint(HEADING, format!("{heading:column$}"), options.colour);
    for item in items {
        for (index, line) in wrapped(item, room).into_iter().enumerate() {
            if index == 0 {
                writeln!(output, "{:indent$}{left}{line}", "")?;
            } else {
                // What belongs to the item above stands a little further in; a link that is too
                // long for that stands further out, so that no terminal parts it.
                let margin = options.width.saturating_sub(line.width());
                let margin = margin.min(indent + column + 2);
                writeln!(output, "{:margin$}{line}", "")?;
            }
            left = " ".repeat(column);
        }
    }
    Ok(())
}

/// Writes a text in a style, with a margin and wrapped at spaces.
pub(super) fn paragraph(
    text: &str,
    style: Style,
    indent: usize,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let room = options.width.max(NARROWEST).saturating_sub(indent);
    for (index, line) in wrapped(text, room).into_iter().enumerate() {
        let inset = if index == 0 { "" } else { "  " };
        let line = paint(style, line, options.colour);
        writeln!(output, "{:indent$}{inset}{line}", "")?;
    }
    Ok(())
}

/// What is never split at the end of a line: words, times with their dates, durations.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|it| it.is_ascii_digit());
    for word in text.split(' ') {
        let bare = word.trim_end_matches([',', ';', '.', ':', ')', '?', '"']);
        let joined = pieces.last_mut().filter(|last| {
            let before = last.rsplit(' ').next().unwrap_or_default();
            let before = before.trim_start_matches(['(', '"']);
            let is_unit = matches!(bare, "d" | "h" | "m" | "s") && is_number(before);
            let is_time = matches!(bare.split_once(':'), Some((hour, rest))
                if is_number(hour) && is_number(&rest.replace(':', "")))
                && NaiveDate::parse_from_str(before, "%Y-%m-%d").is_ok();
            // `2 d 4 h` is one duration.
            let goes_on = is_number(bare) && matches!(before, "d" | "h") && last.contains(' ');
            is_unit || is_time || goes_on
        });
        match joined {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => pieces.push(word.to_owned()),
        }
    }
    pieces
}

/// The text in lines that leave room for the inset; a word that is too long is split,
/// unless it is a link.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let room = room.saturating_sub(2).max(10);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in pieces(text) {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        // A link that is cut leads nowhere.
        let is_link = word.contains("://");
        for character in word.chars() {
            if line.width() >= room && !is_link {
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

    #[test]
    fn times_and_durations_are_not_parted() {
        let text = "since 2026-11-12 23:44, for 2 d 4 h; next (in 36 m), 12 pods";
        let expected = [
            "since",
            "2026-11-12 23:44,",
            "for",
            "2 d 4 h;",
            "next",
            "(in",
            "36 m),",
            "12",
            "pods",
        ];
        assert_eq!(pieces(text), expected);
    }

    #[test]
    fn a_link_that_is_longer_than_its_room_stands_further_out() {
        let link = format!("https://example.com/{}", "x".repeat(54));
        let options = RenderOptions {
            width: 80,
            colour: false,
            time_zone: chrono_tz::UTC,
        };
        let margins = Margins {
            indent: 2,
            heading: 10,
        };
        let mut bytes = Vec::new();
        let items = [format!("update the program; see {link}")];
        write("Why", &items, margins, &options, &mut bytes).expect("written to memory");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        let expected = [
            "  Why       update the program; see".to_owned(),
            format!("      {link}"),
        ];
        assert_eq!(lines, expected);
    }

    proptest! {
        /// Nothing is lost except spaces at the ends of lines, and no line is too long.
        #[test]
        fn wrapping_loses_nothing(text in "[a-z ]{0,80}", room in 12_usize..40) {
            let lines = wrapped(&text, room);
            prop_assert!(lines.iter().all(|line| line.width() <= room));
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
