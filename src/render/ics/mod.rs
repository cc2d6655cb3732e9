//! A calendar: one event per service account that will be rejected, with alarms before it.
//!
//! An event's identifier is derived from its subject, so that importing a calendar again updates
//! its events instead of repeating them.
//!
//! - [`death`], [`alarm`]: the event of one service account, and its reminders
//! - [`content`]: the lines of a calendar

mod alarm;
mod content;
mod death;

use std::fmt::Display;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::RenderOptions;
use super::upgrade::{self, Upgrade};
use crate::audit::untrusted_text::escaped;
use crate::report::Report;
use content::{Component, Property, text, utc};
use death::Death;

/// How long an event is shown to last: a moment cannot be seen in a calendar.
const SHOWN_FOR: &str = "PT30M";
/// The most holders, or gaps, listed in an event.
const MOST_LINES: usize = 20;

/// Writes the report.
pub fn render(report: &Report, options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    let name = "Stale service-account tokens";
    let mut events = Vec::new();
    if let Some(as_of) = report.as_of() {
        // Whoever accepts a finding until a date does not want an alarm before.
        for finding in report.findings.iter().filter(|it| it.accepted.is_none()) {
            if let Some(death) = Death::ahead(report, finding) {
                events.push(death.event(report, as_of, options));
            }
        }
    }
    if report.is_incomplete() {
        events.push(incomplete(report));
    }
    events.extend(broken_by_upgrade(report));
    let calendar = Component {
        name: "VCALENDAR",
        properties: vec![
            ("VERSION", "2.0".to_owned()),
            (
                "PRODID",
                "-//eks-stale-tokens//eks-stale-tokens//EN".to_owned(),
            ),
            ("CALSCALE", "GREGORIAN".to_owned()),
            ("METHOD", "PUBLISH".to_owned()),
            ("NAME", text(name)),
            ("X-WR-CALNAME", text(name)),
        ],
        components: events,
    };
    calendar.write(output)
}

/// What an upgrade would break, at the time of the report: its date is not known.
fn broken_by_upgrade(report: &Report) -> Option<Component> {
    let as_of = report.as_of()?;
    let (summary, lines) = match Upgrade::of(report) {
        Some(upgrade) => {
            let mut lines: Vec<String> = upgrade
                .broken
                .iter()
                .take(MOST_LINES)
                .map(|broken| {
                    format!(
                        "{} on {}: {}: {}",
                        broken.finding.service_account,
                        one_line(report.name_of(&broken.finding.cluster)),
                        one_line(&broken.clients),
                        one_line(&broken.fix)
                    )
                })
                .collect();
            let more = upgrade.broken.len() - lines.len();
            if more > 0 {
                lines.push(format!("and {more} more"));
            }
            lines.extend(upgrade.remarks.iter().map(one_line));
            (format!("Upgrade {}", upgrade.summary), lines)
        }
        None => {
            let words = upgrade::unasked(report)?;
            let summary = "An upgrade would have service accounts rejected daily";
            (summary.to_owned(), vec![one_line(&words)])
        }
    };
    let mut properties = versioned(&of_all(report, "upgrade"), as_of);
    properties.extend(shown_at(as_of));
    properties.extend([
        ("SUMMARY", text(&summary)),
        ("DESCRIPTION", text(&lines.join("\n"))),
    ]);
    Some(Component {
        name: "VEVENT",
        properties,
        components: Vec::new(),
    })
}

/// That the report is incomplete: without it, an empty calendar would look like good news.
fn incomplete(report: &Report) -> Component {
    let as_of = report.as_of().unwrap_or_default();
    let mut lines: Vec<String> = report
        .all_gaps()
        .take(MOST_LINES)
        .map(|counted| {
            let words = counted.in_words();
            format!("{}: {}", one_line(&counted.gap.place), one_line(&words))
        })
        .collect();
    let more = report.all_gaps().count() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    let mut properties = versioned(&of_all(report, "incomplete"), as_of);
    properties.extend(shown_at(as_of));
    let summary = "Stale service-account tokens: the report is incomplete";
    properties.extend([
        ("SUMMARY", text(summary)),
        ("DESCRIPTION", text(&lines.join("\n"))),
    ]);
    Component {
        name: "VEVENT",
        properties,
        components: Vec::new(),
    }
}

/// What an event is about that is one for all clusters of a report: a calendar may hold the reports
/// of several sweeps.
fn of_all<'a>(report: &'a Report, what: &'a str) -> Vec<&'a str> {
    let clusters = report.clusters.iter().map(|scan| &scan.cluster);
    let identities = clusters.flat_map(|cluster| {
        [
            cluster.account.as_deref().unwrap_or_default(),
            cluster.region.as_deref().unwrap_or_default(),
            cluster.name.unescaped(),
        ]
    });
    std::iter::once(what).chain(identities).collect()
}

/// What distinguishes an event from others, and its versions from each other: both come from the
/// report, which has no clock.
fn versioned(about: &[&str], as_of: DateTime<Utc>) -> Vec<Property> {
    // Seconds would soon be too many for a sequence number.
    let minutes = as_of
        .timestamp()
        .div_euclid(60)
        .clamp(0, i64::from(i32::MAX));
    vec![
        ("UID", identifier(about)),
        ("DTSTAMP", utc(as_of)),
        ("LAST-MODIFIED", utc(as_of)),
        ("SEQUENCE", minutes.to_string()),
    ]
}

fn shown_at(start: DateTime<Utc>) -> [Property; 3] {
    [
        ("DTSTART", utc(start)),
        ("DURATION", SHOWN_FOR.to_owned()),
        // It takes nobody's time.
        ("TRANSP", "TRANSPARENT".to_owned()),
    ]
}

/// Untrusted text that cannot start a line of its own.
fn one_line(text: impl Display) -> String {
    escaped(&text.to_string()).into_owned()
}

/// An identifier that is the same in every report. A name may hold anything, so it is the
/// digest of the names.
fn identifier(about: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in about {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let mut identifier = String::new();
    for byte in digest.finalize().iter().take(16) {
        identifier.push_str(&format!("{byte:02x}"));
    }
    identifier.push_str("@eks-stale-tokens");
    identifier
}
