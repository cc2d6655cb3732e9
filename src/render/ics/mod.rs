//! A calendar: one event a service account that is going to be rejected, with alarms before it.
//!
//! An event's identifier is made of what it is about, so that a calendar that is imported again
//! updates its events instead of repeating them.
//!
//! - [`content`]: the lines of a calendar

mod content;

use std::io::{self, Write};

use chrono::{DateTime, Datelike as _, Utc};
use sha2::{Digest as _, Sha256};

use super::Page;
use super::basis;
use super::moment::minute;
use super::rejections;
use super::visible::visible;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};
use crate::report::verdict::Severity;
use content::{Component, Property, text, utc};

/// Days before a death on which a calendar reminds of it.
const ALARM_DAYS: [i64; 3] = [14, 7, 1];
/// How long an event is shown to last: a moment cannot be seen in a calendar.
const SHOWN_FOR: &str = "PT30M";
/// The last year that a calendar can write.
const LAST_YEAR: i32 = 9999;
/// The most holders, or gaps, told of in an event.
const MOST_LINES: usize = 20;

/// Writes the report.
pub fn render(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let name = "Stale service-account tokens";
    let mut events = Vec::new();
    if let Some(made_for) = report.made_for() {
        for finding in &report.findings {
            if let Some(death) = Death::ahead(report, finding) {
                events.push(death.event(report, made_for, page));
            }
        }
    }
    if report.is_incomplete() {
        events.push(incomplete(report));
    }
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

/// The next death of a service account's holders.
struct Death<'a> {
    finding: &'a Finding,
    /// The holders that die if nothing is done, the next first.
    holders: Vec<&'a HolderFinding>,
    at: DateTime<Utc>,
}

impl<'a> Death<'a> {
    /// The next death, if there is one ahead. Who is too young to be judged is left out: most of
    /// them will read a new token, and a calendar takes nothing back.
    fn ahead(report: &Report, finding: &'a Finding) -> Option<Self> {
        let now = report.now(finding);
        let mut holders: Vec<&HolderFinding> = finding
            .holders
            .iter()
            .filter(|holder| holder.verdict.is_dying() && holder.rejected_from > now)
            .filter(|holder| holder.rejected_from.year() <= LAST_YEAR)
            .collect();
        holders.sort_by_key(|holder| holder.rejected_from);
        let at = holders.first()?.rejected_from;
        Some(Self {
            finding,
            holders,
            at,
        })
    }

    fn event(&self, report: &Report, made_for: DateTime<Utc>, page: &Page) -> Component {
        let finding = self.finding;
        let account = finding.service_account.to_string();
        let cluster = one_line(&report.name_of(&finding.cluster));
        let summary = format!("{account} on {cluster}: its token is rejected");
        let Cluster {
            name,
            region,
            account: owner,
        } = &finding.cluster;
        let mut about = vec![region.as_deref().unwrap_or_default(), name, &account];
        // Last, and only where it is known: without it an identifier stays what it was.
        about.extend(owner.as_deref());
        let priority = match self.holders.first().and_then(|holder| holder.severity) {
            Some(Severity::Critical) => 1,
            Some(Severity::Warning) => 5,
            _ => 9,
        };
        let mut properties = versioned(&about, made_for);
        properties.extend(shown_at(self.at));
        properties.extend([
            ("SUMMARY", text(&summary)),
            (
                "DESCRIPTION",
                text(&self.description(report, made_for, page)),
            ),
            ("PRIORITY", priority.to_string()),
        ]);
        let alarms = ALARM_DAYS.into_iter().map(|days| {
            let words = match days {
                1 => format!("in 1 day: {summary}"),
                _ => format!("in {days} days: {summary}"),
            };
            Component {
                name: "VALARM",
                properties: vec![
                    // An alarm's own identifier keeps it from being repeated (RFC 9074).
                    (
                        "UID",
                        identifier(&[&about[..], &[&days.to_string()]].concat()),
                    ),
                    ("ACTION", "DISPLAY".to_owned()),
                    ("TRIGGER", format!("-P{days}D")),
                    ("DESCRIPTION", text(&words)),
                ],
                components: Vec::new(),
            }
        });
        Component {
            name: "VEVENT",
            properties,
            components: alarms.collect(),
        }
    }

    fn description(&self, report: &Report, made_for: DateTime<Utc>, page: &Page) -> String {
        let finding = self.finding;
        let mut lines = vec![format!(
            "The API server of {} rejects service account {} from {} {} on, at the earliest, unless its pods read a new token.",
            one_line(&report.name_of(&finding.cluster)),
            finding.service_account,
            minute(self.at, page.time_zone),
            page.time_zone
        )];
        for holder in self.holders.iter().take(MOST_LINES) {
            let pod = holder.pod.as_deref().unwrap_or("a pod without a name");
            let from = minute(holder.rejected_from, page.time_zone);
            lines.push(format!("{from}  {}", one_line(pod)));
        }
        if self.holders.len() > MOST_LINES {
            lines.push(format!("and {} more", self.holders.len() - MOST_LINES));
        }
        if let Some(rejected) = rejections::of_finding(finding, page.time_zone) {
            lines.push(format!("It was {rejected}."));
        }
        lines.push(String::new());
        for client in &finding.clients {
            lines.push(format!("Client: {}", one_line(&client.label)));
        }
        for remedy in &finding.remedies {
            lines.push(match remedy {
                Remedy::Restart { command, .. } => one_line(command),
                Remedy::Advice { text } => one_line(text),
            });
        }
        lines.push(String::new());
        let scan = report
            .clusters
            .iter()
            .find(|scan| scan.cluster == finding.cluster);
        lines.extend(scan.and_then(basis::outlived));
        if report.is_incomplete() {
            lines.push("The report is incomplete: more may be dying.".to_owned());
        }
        lines.push(format!(
            "As of {} {}; {}.",
            minute(made_for, page.time_zone),
            page.time_zone,
            scan.map_or_else(String::new, basis::judged_by)
        ));
        lines.join("\n")
    }
}

/// That the report is incomplete: without it, an empty calendar would look like good news.
fn incomplete(report: &Report) -> Component {
    let made_for = report.made_for().unwrap_or_default();
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
    let mut properties = versioned(&["incomplete"], made_for);
    properties.extend(shown_at(made_for));
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

/// What tells an event from others, and one version of it from another: both come from the
/// report, which has no clock.
fn versioned(about: &[&str], made_for: DateTime<Utc>) -> Vec<Property> {
    // Seconds would soon be too many for a sequence number.
    let minutes = made_for
        .timestamp()
        .div_euclid(60)
        .clamp(0, i64::from(i32::MAX));
    vec![
        ("UID", identifier(about)),
        ("DTSTAMP", utc(made_for)),
        ("LAST-MODIFIED", utc(made_for)),
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

/// Text from elsewhere that cannot begin a line of its own.
fn one_line(text: &str) -> String {
    visible(text).into_owned()
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
