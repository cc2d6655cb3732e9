//! Each holder separately: its tokens, rejections, calls, addresses and nodes.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::list::{self, Margins};
use super::names;
use super::style::{FAINT, HEADING, of_severity, paint};
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;
use crate::render::RenderOptions;
use crate::render::due;
use crate::render::pods;
use crate::render::time_format::{distance, duration, minute};
use crate::report::Report;
use crate::report::finding::{HolderFinding, TokenFinding};
use crate::report::rejection::HolderRejections;

const MARGINS: Margins = Margins {
    indent: 6,
    heading: 10,
};

/// How many entries of each kind are shown for a holder: all of them are in JSON.
const SHOWN: usize = 8;

pub(super) fn write(
    report: &Report,
    explain: bool,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    if report.findings.is_empty() {
        writeln!(output)?;
        writeln!(output, "  No holder of a stale token to show.")?;
    }
    for finding in &report.findings {
        writeln!(output)?;
        let name = names::of_finding(report, finding);
        writeln!(output, "  {}", paint(HEADING, name, options.colour))?;
        for holder in &finding.holders {
            write_heading(holder, options, output)?;
            let now = report.window_end(finding).unwrap_or(holder.last_seen);
            let due = format!(
                "{} {}, {}",
                due::rejected(holder.lifetime),
                due::date(holder, options.time_zone),
                distance(holder.rejected_from, now)
            );
            list::write("due", &[due], MARGINS, options, output)?;
            for (heading, items) in entries(holder, explain, now, options) {
                list::write(heading, &some(items), MARGINS, options, output)?;
            }
        }
    }
    Ok(())
}

/// Explains how to show each holder separately.
pub(super) fn write_how_to_see(options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    let words = "Pod by pod: --namespace NAME, --service-account NAME, --pod NAME, or --explain";
    writeln!(output)?;
    writeln!(output, "  {}", paint(FAINT, words, options.colour))
}

fn write_heading(
    holder: &HolderFinding,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let name = match &holder.pod {
        Some(pod) => format!("pod {pod}"),
        None => "a caller without a pod".to_owned(),
    };
    let verdict = paint(of_severity(holder.severity), holder.verdict, options.colour);
    writeln!(output, "    {name}   {verdict}")
}

fn entries(
    holder: &HolderFinding,
    explain: bool,
    now: DateTime<Utc>,
    options: &RenderOptions,
) -> Vec<(&'static str, Vec<String>)> {
    let shown = |texts: &[UntrustedText]| texts.iter().map(ToString::to_string).collect();
    let agents = holder
        .user_agents
        .iter()
        .map(|agent| match agent.is_empty() {
            true => "none sent".to_owned(),
            false => agent.to_string(),
        })
        .collect();
    let mut entries = vec![
        (
            "tokens",
            match holder.was_never_accepted() {
                true => {
                    vec!["no accepted request seen; read when its container started".to_owned()]
                }
                false => holder.tokens.iter().map(|it| token(it, options)).collect(),
            },
        ),
        (
            "rejected",
            holder
                .rejections
                .iter()
                .map(|it| rejected(it, options))
                .collect(),
        ),
        ("calls", shown(&holder.calls)),
        (
            "cluster",
            pods::of_holder(holder, now).into_iter().collect(),
        ),
        ("address", shown(&holder.addresses)),
        ("node", shown(&holder.nodes)),
        ("agent", agents),
    ];
    if explain {
        entries.push(("why", shown(&holder.reasons)));
    }
    entries
}

fn token(token: &TokenFinding, options: &RenderOptions) -> String {
    let mut words = format!(
        "issued {}, used {} to {}, at an age of {} at last; {}",
        minute(token.issued, options.time_zone),
        minute(token.first_used, options.time_zone),
        minute(token.last_used, options.time_zone),
        duration(token.last_used - token.issued),
        pluralize(token.requests, "request", "requests"),
    );
    if let Some(id) = &token.credential_id {
        words.push_str(&format!("; {id}"));
    }
    words
}

fn rejected(rejections: &HolderRejections, options: &RenderOptions) -> String {
    let calls: Vec<_> = rejections
        .calls
        .iter()
        .take(3)
        .map(ToString::to_string)
        .collect();
    let more = rejections.calls.len().saturating_sub(calls.len());
    let mut words = format!(
        "{}{} to {}, {}, known by {}: {}",
        if rejections.at_least_since {
            "at least since "
        } else {
            ""
        },
        minute(rejections.first, options.time_zone),
        minute(rejections.last, options.time_zone),
        pluralize(rejections.count, "time", "times"),
        rejections.confidence.words(),
        calls.join(", "),
    );
    if more > 0 {
        words.push_str(&format!(" and {more} more"));
    }
    if rejections.accepted_in_between {
        words.push_str("; accepted in between");
    }
    if rejections.others_at_address > 0 {
        words.push_str(&format!(
            "; {} more at that address",
            rejections.others_at_address
        ));
    }
    words
}

fn some(mut items: Vec<String>) -> Vec<String> {
    if items.len() > SHOWN {
        let rest = items.len() - SHOWN;
        items.truncate(SHOWN);
        items.push(format!("and {rest} more"));
    }
    items
}
