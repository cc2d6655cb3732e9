//! The next death of a service account's holders, as an event.

use chrono::{DateTime, Datelike as _, Utc};

use super::alarm::Alarm;
use super::content::{Component, text};
use super::{MOST_LINES, identifier, one_line, shown_at, versioned};
use crate::evidence::cluster::Cluster;
use crate::render::RenderOptions;
use crate::render::actions;
use crate::render::basis;
use crate::render::due;
use crate::render::kubeconfig;
use crate::render::recurrence;
use crate::render::rejections;
use crate::render::time_format::minute;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;

/// The last year that a calendar can write.
const LAST_YEAR: i32 = 9999;

/// The next death of a service account's holders.
pub(super) struct Death<'a> {
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
    pub(super) fn ahead(report: &Report, finding: &'a Finding) -> Option<Self> {
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

    pub(super) fn event(
        &self,
        report: &Report,
        as_of: DateTime<Utc>,
        options: &RenderOptions,
    ) -> Component {
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
