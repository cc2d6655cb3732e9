//! The meaning of each colour: red for critical, yellow for warning and for anything missing, faint
//! for what needs no action.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use comfy_table::{Attribute, Cell, Color};

use crate::report::severity::Severity;

/// A heading.
pub(super) const HEADING: Style = Style::new().bold();
/// What is rejected now or within days.
pub(super) const CRITICAL: Style = AnsiColor::Red.on_default().bold();
/// What is rejected within a month, and what is missing.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What needs no action.
pub(super) const FAINT: Style = Style::new().dimmed();

/// The text in a style, or as it is where colour may not be used.
pub(super) fn paint(style: Style, text: impl Display, colour: bool) -> String {
    if colour {
        format!("{style}{text}{style:#}")
    } else {
        text.to_string()
    }
}

/// The style of a severity; none stands for what needs no action.
pub(super) fn of_severity(severity: Option<Severity>) -> Style {
    match severity {
        Some(Severity::Critical) => CRITICAL,
        Some(Severity::Warning) => WARNING,
        Some(Severity::Notice) => Style::new(),
        None => FAINT,
    }
}

/// A cell in the colour of a severity.
pub(super) fn cell(text: impl Display, severity: Option<Severity>) -> Cell {
    let cell = Cell::new(text);
    match severity {
        Some(Severity::Critical) => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        Some(Severity::Warning) => cell.fg(Color::Yellow),
        Some(Severity::Notice) => cell,
        None => cell.add_attribute(Attribute::Dim),
    }
}
