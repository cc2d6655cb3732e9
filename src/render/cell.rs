//! What stands in a cell of a CSV row. A spreadsheet may take text for a formula, so text has only
//! one way into a cell.

use std::fmt::Display;

use chrono::{DateTime, Utc};

use super::time_format::{rfc3339, rfc3339_exact, spreadsheet};
use crate::audit::untrusted_text::escaped;

/// What starts a formula (OWASP, "CSV Injection"), also in the forms that East Asian spreadsheets
/// take for the same.
const FORMULA: [char; 16] = [
    '=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠', '｜', '％', '﹢', '﹣', '﹦', '﹫',
];

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell(String);

/// What needs no escape: numbers, and words that stand in this program.
pub trait Inert: Display {}

impl Inert for u16 {}
impl Inert for u32 {}
impl Inert for u64 {}
impl Inert for usize {}
impl Inert for i64 {}
impl Inert for bool {}
impl Inert for &'static str {}

impl Cell {
    /// Text that no spreadsheet takes for a formula and no terminal for a command: an apostrophe
    /// before the start of a formula, also after spaces, and every unprintable character written
    /// out. Where lists are separated by semicolons, each of their elements is a cell of its own.
    pub fn text(text: impl Display) -> Self {
        let text = text.to_string();
        let text = escaped(&text);
        let mut cell = String::with_capacity(text.len() + 1);
        for (place, part) in text.split(';').enumerate() {
            if place > 0 {
                cell.push(';');
            }
            if part.trim_start().starts_with(FORMULA) {
                cell.push('\'');
            }
            cell.push_str(part);
        }
        Self(cell)
    }

    /// A number, or a word of our own.
    pub fn of(value: impl Inert) -> Self {
        Self(value.to_string())
    }

    /// A time for machines, to the second.
    pub fn time(time: DateTime<Utc>) -> Self {
        Self(rfc3339(time))
    }

    /// A time for machines, as exact as it is known.
    pub fn exact_time(time: DateTime<Utc>) -> Self {
        Self(rfc3339_exact(time))
    }

    /// A time that a spreadsheet reads as one.
    pub fn spreadsheet_time(time: DateTime<Utc>) -> Self {
        Self(spreadsheet(time))
    }

    /// A cell, empty where there is nothing to put into it.
    pub fn optional<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map(cell).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Cell {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|calc", "'|calc"),
            ("\t=1+1", "\\u{9}=1+1"),
            ("\r=1+1", "\\u{d}=1+1"),
            ("kube2iam", "kube2iam"),
            ("  =1+1", "'  =1+1"),
            ("\u{a0}=1+1", "'\u{a0}=1+1"),
            ("\u{3000}@SUM(A1)", "'\u{3000}@SUM(A1)"),
            ("a; =1+1;b;-2", "a;' =1+1;b;'-2"),
            ("﹦1+1", "'﹦1+1"),
            ("a - b; c = d", "a - b; c = d"),
        ] {
            assert_eq!(Cell::text(text).as_ref(), expected.as_bytes());
        }
    }
}
