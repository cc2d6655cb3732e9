//! Content lines of a calendar (RFC 5545): each at most 75 octets, long ones folded, and text
//! escaped.
//!
//! Written by hand, because the icalendar crate puts the time of day and random identifiers
//! into alarms: a report that is rendered twice gives the same bytes.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use crate::audit::untrusted_text::is_unprintable;

/// The most octets of a line, without its end (RFC 5545, section 3.1).
const LINE_OCTETS: usize = 75;

/// A property's name and its value, escaped.
pub(super) type Property = (&'static str, String);

/// A component: the lines between its BEGIN and its END.
pub(super) struct Component {
    pub(super) name: &'static str,
    pub(super) properties: Vec<Property>,
    pub(super) components: Vec<Self>,
}

impl Component {
    /// Writes the component.
    pub(super) fn write(&self, output: &mut dyn Write) -> io::Result<()> {
        write_line(output, &format!("BEGIN:{}", self.name))?;
        for (name, value) in &self.properties {
            write_line(output, &format!("{name}:{value}"))?;
        }
        for component in &self.components {
            component.write(output)?;
        }
        write_line(output, &format!("END:{}", self.name))
    }
}

/// A time in UTC. Years past 9999 cannot be written and must not come here.
pub(super) fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value. Line breaks stay line breaks; whatever else acts is written out.
pub(super) fn text(text: &str) -> String {
    let mut value = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => value.push_str("\\n"),
            '\\' | ';' | ',' => {
                value.push('\\');
                value.push(character);
            }
            _ if is_unprintable(character) => {
                value.push_str(&format!("\\\\u{{{:x}}}", u32::from(character)));
            }
            _ => value.push(character),
        }
    }
    value
}

/// Writes a line, folded between characters, not inside one, and if possible not next to a space:
/// some readers strip all spaces from both ends of a folded line.
fn write_line(output: &mut dyn Write, line: &str) -> io::Result<()> {
    let mut octets = 0;
    let mut begin = 0;
    // The last place that is beside no blank.
    let mut apart = 0;
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        if octets + character.len_utf8() > LINE_OCTETS {
            let is_apart = character != ' ' && before != ' ';
            let fold = if is_apart || apart <= begin {
                at
            } else {
                apart
            };
            output.write_all(&line.as_bytes()[begin..fold])?;
            output.write_all(b"\r\n ")?;
            begin = fold;
            // The blank that a folded line begins with.
            octets = 1 + at - fold;
        }
        if character != ' ' && before != ' ' {
            apart = at;
        }
        before = character;
        octets += character.len_utf8();
    }
    output.write_all(&line.as_bytes()[begin..])?;
    output.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_are_short_and_unfold_to_what_was_written(line in "[a-z]{60}\\PC{0,200}") {
            let mut bytes = Vec::new();
            write_line(&mut bytes, &line).expect("written to memory");
            let folded = String::from_utf8(bytes).expect("no character is cut");
            let lines: Vec<&str> = folded.split_terminator("\r\n").collect();
            prop_assert!(lines.iter().all(|line| line.len() <= LINE_OCTETS));
            prop_assert_eq!(folded.replace("\r\n ", ""), format!("{line}\r\n"));
        }

        #[test]
        fn no_text_ends_its_line(written in ".*|[\\r\\n\\u{2028};,\\\\]*") {
            let value = text(&written);
            prop_assert!(!value.chars().any(is_unprintable));
            let bare = value.replace("\\\\", "").replace("\\;", "").replace("\\,", "");
            prop_assert!(!bare.contains([';', ',']));
        }
    }
}
