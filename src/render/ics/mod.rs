//! A calendar: one event per service account that will be rejected, with alarms before it.
//!
//! An event's identifier is derived from its subject, so that importing a calendar again updates
//! its events instead of repeating them.
//!
//! - [`content`]: the lines of a calendar

mod content;

use std::fmt::Display;
use std::io::{self, Write};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::RenderOptions;
use super::actions;
use super::basis;
use super::due;
use super::kubeconfig;
use super::recurrence;
use super::rejections;
use super::time_format::minute;
use super::upgrade::{self, Upgrade};
use crate::audit::untrusted_text::escaped;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Severity;
use content::{Component, Property, text, utc};

/// How long before a death a calendar reminds of it where a token lives for more than a day.
const ALARMS_OF_DAYS: [Alarm; 3] = [
    Alarm::new("14", TimeDelta::days(14), "-P14D", "in 14 days"),
    Alarm::new("7", TimeDelta::days(7), "-P7D", "in 7 days"),
    Alarm::new("1", TimeDelta::days(1), "-P1D", "in 1 day"),
];
/// The same where it lives for a day at most.
const ALARMS_OF_HOURS: [Alarm; 3] = [
    Alarm::new("6h", TimeDelta::hours(6), "-PT6H", "in 6 hours"),
    Alarm::new("2h", TimeDelta::hours(2), "-PT2H", "in 2 hours"),
    Alarm::new("30m", TimeDelta::minutes(30), "-PT30M", "in 30 minutes"),
];
/// How long an event is shown to last: a moment cannot be seen in a calendar.
const SHOWN_FOR: &str = "PT30M";
/// The last year that a calendar can write.
const LAST_YEAR: i32 = 9999;
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

/// A reminder.
struct Alarm {
    /// What distinguishes it from the event's other alarms.
    name: &'static str,
    before: TimeDelta,
    trigger: &'static str,
    words: &'static str,
}

impl Alarm {
    const fn new(
        name: &'static str,
        before: TimeDelta,
        trigger: &'static str,
        words: &'static str,
    ) -> Self {
        Self {
            name,
            before,
            trigger,
            words,
        }
    }

    /// The reminders that fit into a token's life.
    fn of(lifetime: TokenLifetime) -> impl Iterator<Item = Self> {
        let alarms = match lifetime.is_capped() {
            true => ALARMS_OF_HOURS,
            false => ALARMS_OF_DAYS,
        };
        alarms
            .into_iter()
            .filter(move |alarm| alarm.before < lifetime.duration())
    }
}

/// The next death of a service account's holders.
struct Death<'a> {
    finding: &'a Finding,
    /// The holders that die if nothing is done, the next first.
    holders: Vec<&'a HolderFinding>,
    at: DateTime<Utc>,
    /// How long the token is accepted that ends then.
    lifetime: TokenLifetime,
}

impl<'a> Death<'a> {
    /// The next rejection, if there is one ahead. Holders that are too young to judge are left out:
    /// most of them will read a new token, and a calendar takes nothing back.
    fn ahead(report: &Report, finding: &'a Finding) -> Option<Self> {
        let now = report.now(finding);
        let mut holders: Vec<&HolderFinding> = finding
            .holders
            .iter()
            .filter(|holder| holder.verdict.is_dying() && holder.rejected_from > now)
            .filter(|holder| holder.rejected_from.year() <= LAST_YEAR)
            .collect();
        holders.sort_by_key(|holder| holder.rejected_from);
        let (at, lifetime) = holders.first().map(|it| (it.rejected_from, it.lifetime))?;
        Some(Self {
            lifetime,
            finding,
            holders,
            at,
        })
    }

    fn event(&self, report: &Report, as_of: DateTime<Utc>, options: &RenderOptions) -> Component {
        let finding = self.finding;
        let account = finding.service_account.to_string();
        let cluster = one_line(report.name_of(&finding.cluster));
        let summary = format!("{account} on {cluster}: its token is rejected");
        let Cluster {
            name,
            region,
            account: owner,
        } = &finding.cluster;
        let mut about = vec![
            region.as_deref().unwrap_or_default(),
            name.unescaped(),
            &account,
        ];
        // Last, and only where it is known: without it an identifier stays what it was.
        about.extend(owner.as_deref());
        let priority = match self.holders.first().and_then(|holder| holder.severity) {
            Some(Severity::Critical) => 1,
            Some(Severity::Warning) => 5,
            _ => 9,
        };
        let mut properties = versioned(&about, as_of);
        properties.extend(shown_at(self.at));
        properties.extend([
            ("SUMMARY", text(&summary)),
            (
                "DESCRIPTION",
                text(&self.description(report, as_of, options)),
            ),
            ("PRIORITY", priority.to_string()),
        ]);
        let alarms = Alarm::of(self.lifetime).map(|alarm| {
            let words = format!("{}: {summary}", alarm.words);
            Component {
                name: "VALARM",
                properties: vec![
                    // An alarm's own identifier keeps it from being repeated (RFC 9074).
                    ("UID", identifier(&[&about[..], &[alarm.name]].concat())),
                    ("ACTION", "DISPLAY".to_owned()),
                    ("TRIGGER", alarm.trigger.to_owned()),
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

    /// When, and how sure that is.
    fn when(&self, options: &RenderOptions) -> String {
        let at = format!(
            "{} {}",
            minute(self.at, options.time_zone),
            options.time_zone
        );
        match (self.lifetime.is_exact(), self.lifetime.is_assumed()) {
            (true, _) => format!("at {at}"),
            (false, false) => format!("from {at} on, at the earliest"),
            (false, true) => format!("at {at} if this is EKS 1.34 or later, else later"),
        }
    }

    fn description(
        &self,
        report: &Report,
        as_of: DateTime<Utc>,
        options: &RenderOptions,
    ) -> String {
        let finding = self.finding;
        let mut lines = vec![format!(
            "The API server of {} rejects service account {} {}, unless its pods read a new token.",
            one_line(report.name_of(&finding.cluster)),
            finding.service_account,
            self.when(options)
        )];
        lines.extend(recurrence::words(report, finding, options.time_zone));
        lines.extend(recurrence::quiet(report, finding, options.time_zone));
        for holder in self.holders.iter().take(MOST_LINES) {
            let pod = match &holder.pod {
                Some(pod) => one_line(pod),
                None => "a pod without a name".to_owned(),
            };
            let from = due::date(holder, options.time_zone);
            lines.push(format!("{from}  {pod}"));
        }
        if self.holders.len() > MOST_LINES {
            lines.push(format!("and {} more", self.holders.len() - MOST_LINES));
        }
        if let Some(rejected) = rejections::of_finding(finding, options.time_zone) {
            lines.push(format!("It was {rejected}."));
        }
        lines.push(String::new());
        for client in &finding.clients {
            lines.push(format!("Client: {}", one_line(&client.label)));
        }
        let gained = actions::gained(report, finding);
        for remedy in &finding.remedies {
            lines.push(match remedy {
                Remedy::Restart {
                    command, new_date, ..
                } => format!(
                    "To restart it ({}):\n{}",
                    actions::buys(gained, *new_date, options.time_zone),
                    one_line(kubeconfig::in_context(report, &finding.cluster, command)),
                ),
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
            lines.push("The report is incomplete: there may be more.".to_owned());
        }
        lines.push(format!(
            "As of {} {}; {}.",
            minute(as_of, options.time_zone),
            options.time_zone,
            scan.map_or_else(String::new, basis::judged_by)
        ));
        lines.join("\n")
    }
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
