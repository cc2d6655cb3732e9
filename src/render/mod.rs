//! The report in each format: one file per format, and one line per format in the table below.
//!
//! A renderer is a function of the report and the options. It uses no clock, terminal or
//! environment.
//!
//! - [`time_format`]: times and durations in words
//! - [`basis`]: what the report rests on
//! - [`overview`]: many clusters in a few lines
//! - [`due`]: when a token is rejected, and how sure that is
//! - [`recurrence`]: what was interrupted and recovered, and what may have recovered
//! - [`upgrade`]: what an upgrade would break
//! - [`tally`]: how many findings have each verdict
//! - [`rejections`]: since when, how often and until when something is rejected
//! - [`actions`]: what to do, by urgency
//! - [`harmless`]: why no action is needed
//! - [`legacy_token`]: tokens kept in secrets
//! - [`pods`]: what the cluster reports about the pods
//! - [`kubeconfig`]: which context kubectl needs for that
//! - [`command_block`]: commands to paste, cluster by cluster
//! - [`caller`]: descriptions of rejected callers
//! - [`table`], [`json`], [`csv`], [`markdown`], [`html`], [`ics`], [`prometheus`]: the report
//! - [`export_csv`]: single requests
//! - [`cell`]: what stands in a CSV cell
//! - [`dry_run`], [`preflight`], [`query_text`]: what is no report: what would be queried, what a
//!   sweep lacks, and queries
//! - [`change`], [`notification`]: what changed, in words and as a message
//! - [`chat`]: messages as chats take them

pub mod actions;
pub mod basis;
pub mod caller;
pub mod cell;
pub mod change;
pub mod chat;
pub mod command_block;
pub mod csv;
pub mod dry_run;
pub mod due;
pub mod export_csv;
pub mod harmless;
pub mod headline;
pub mod html;
pub mod ics;
pub mod json;
pub mod kubeconfig;
pub mod legacy_token;
pub mod markdown;
pub mod notification;
pub mod overview;
pub mod pods;
pub mod preflight;
pub mod prometheus;
pub mod query_text;
pub mod recurrence;
pub mod rejections;
pub mod table;
pub mod tally;
pub mod time_format;
pub mod upgrade;

use std::io::{self, Write};

use chrono_tz::Tz;

use crate::report::Report;

/// How a report is rendered: for what width, in which time zone, with or without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// Columns.
    pub width: usize,
    /// Whether colour may be used.
    pub colour: bool,
    /// The time zone of times that people read; machines always get UTC.
    pub time_zone: Tz,
}

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For reading in a terminal
    Table,
    /// Everything in the report, in a versioned schema
    Json,
    /// One row per finding
    Csv,
    /// For pasting into an issue
    Markdown,
    /// A self-contained page that shows every token on a time axis
    Html,
    /// A calendar with a reminder before every rejection
    Ics,
    /// Metrics for node_exporter's textfile collector
    Prometheus,
}

/// The format's renderer and the extensions of its files.
struct Entry {
    format: Format,
    extensions: &'static [&'static str],
    render: fn(&Report, &RenderOptions, &mut dyn Write) -> io::Result<()>,
}

const FORMATS: [Entry; 7] = [
    Entry {
        format: Format::Table,
        extensions: &["txt"],
        render: table::render,
    },
    Entry {
        format: Format::Json,
        extensions: &["json"],
        render: json::render,
    },
    Entry {
        format: Format::Csv,
        extensions: &["csv"],
        render: csv::render,
    },
    Entry {
        format: Format::Markdown,
        extensions: &["md", "markdown"],
        render: markdown::render,
    },
    Entry {
        format: Format::Html,
        extensions: &["html", "htm"],
        render: html::render,
    },
    Entry {
        format: Format::Ics,
        extensions: &["ics"],
        render: ics::render,
    },
    Entry {
        format: Format::Prometheus,
        extensions: &["prom"],
        render: prometheus::render,
    },
];

impl Format {
    /// The format of files with this extension.
    pub fn of_extension(extension: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|entry| entry.extensions.contains(&extension))
            .map(|entry| entry.format)
    }

    /// Every extension that names a format.
    pub fn extensions() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().flat_map(|entry| entry.extensions).copied()
    }

    /// Writes the report in this format.
    pub fn render(
        self,
        report: &Report,
        options: &RenderOptions,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let entry = FORMATS.iter().find(|entry| entry.format == self);
        entry.map_or(Ok(()), |entry| (entry.render)(report, options, output))
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_format_has_a_renderer() {
        for format in Format::value_variants() {
            assert!(FORMATS.iter().any(|entry| entry.format == *format));
        }
    }
}
