//! A self-contained page: it makes no requests, and is readable without its only script, which
//! sorts tables.
//!
//! - [`axis`], [`lifeline`], [`chart`]: every token on a time axis
//! - [`histogram`]: the upcoming rejections
//! - [`changes`]: what changed since an earlier report
//! - [`rejected`], [`callers`]: what is rejected now, and who else
//! - [`findings`]: the table
//! - [`what_to_do`]: what to do, and what an upgrade would break
//!
//! Drawings are laid out here, in per cent and pixels. The template only writes and escapes them.

mod axis;
mod callers;
mod changes;
mod chart;
mod findings;
mod histogram;
mod lifeline;
mod rejected;
mod what_to_do;

use std::fmt::Display;
use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::RenderOptions;
use super::actions::{self, INFERRED};
use super::basis::{self, NOT_VISIBLE};
use super::caller;
use super::due::Column;
use super::legacy_token;
use super::overview;
use super::tally;
use super::time_format::{minute, rfc3339};
use super::upgrade;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::thousands;
use crate::render::headline;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;
use callers::{Caller, LegacyToken, MOST_CALLERS, caller_commands, callers, legacy_tokens};
use changes::{Changes, changes};
use chart::Chart;
use histogram::Histogram;

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// The page, as the template knows it.
#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    policy: String,
    style: &'static str,
    script: &'static str,
    title: String,
    time_zone: String,
    as_of: Option<Moment>,
    several_clusters: bool,
    /// Many clusters in a few lines; empty where each has its own.
    overview: Vec<String>,
    scans: Vec<Scan>,
    lifetimes: Vec<String>,
    unseen: Option<String>,
    without_findings: String,
    /// Why clusters could not be seen, where they are many.
    reasons: Vec<String>,
    gaps: Vec<[String; 2]>,
    notes: Vec<String>,
    changes: Option<Changes>,
    tallies: Vec<Tally>,
    calm: Vec<String>,
    rejected: Vec<rejected::Rejected>,
    histogram: Option<Histogram>,
    findings: Vec<findings::Row>,
    harmless_findings: Vec<findings::Row>,
    rejected_heading: &'static str,
    rejected_key: Option<&'static str>,
    upgrade: Option<what_to_do::Upgrade>,
    unasked_upgrade: Option<String>,
    steps: Vec<what_to_do::Step>,
    /// What the names in commands rest on, where they are inferred.
    inferred: Option<&'static str>,
    later: Option<String>,
    charts: Vec<Chart>,
    callers: Vec<Caller>,
    caller_kinds: String,
    caller_commands: Vec<(&'static str, String)>,
    callers_left_out: usize,
    more_callers: Option<&'static str>,
    legacy_heading: &'static str,
    legacy_tokens: Vec<LegacyToken>,
    read: String,
    not_visible: &'static str,
}

struct Moment {
    machine: String,
    person: String,
}

struct Scan {
    cluster: String,
    region: Option<String>,
    window: String,
    outlived: Option<String>,
}

/// How many findings have a verdict.
struct Tally {
    count: String,
    words: String,
    note: Option<String>,
    class: &'static str,
}

/// Writes the report.
pub fn render(report: &Report, options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    let rendered = ReportPage::of(report, options)
        .render()
        .map_err(io::Error::other)?;
    writeln!(output, "{rendered}")
}

impl ReportPage {
    fn of(report: &Report, options: &RenderOptions) -> Self {
        let (harmless, pressing): (Vec<&Finding>, Vec<&Finding>) = report
            .findings
            .iter()
            .partition(|finding| finding.needs_no_action());
        let rows =
            |findings: &[&Finding]| findings::rows(report, findings.iter().copied(), options);
        let several_clusters = report.clusters.len() > 1;
        Self {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            title: title(report),
            time_zone: options.time_zone.to_string(),
            as_of: report.as_of().map(|time| Moment {
                machine: rfc3339(time),
                person: minute(time, options.time_zone),
            }),
            several_clusters,
            overview: overview_lines(report, options),
            scans: scans(report, options),
            lifetimes: basis::lifetimes(report)
                .into_iter()
                .chain(basis::as_of(report))
                .map(|line| shown(&line))
                .collect(),
            reasons: match overview::counts(report) {
                true => overview::reasons(report).iter().map(shown).collect(),
                false => Vec::new(),
            },
            gaps: report
                .all_gaps()
                .map(|counted| [shown(&counted.gap.place), shown(counted.in_words())])
                .collect(),
            notes: basis::notes(report).map(|note| shown(&note)).collect(),
            changes: changes(report, options),
            unseen: headline::unseen(report).map(|words| shown(headline::as_sentence(&words))),
            without_findings: shown(headline::as_sentence(&headline::without_findings(report))),
            tallies: tallies(report),
            calm: tally::calm(report),
            rejected: rejected::lists(report, options),
            histogram: Histogram::of(report, options),
            findings: rows(&pressing),
            harmless_findings: rows(&harmless),
            rejected_heading: Column::of(pressing.iter().copied()).heading(),
            rejected_key: Column::of(pressing.iter().copied()).key(),
            upgrade: what_to_do::upgrade_of(report),
            unasked_upgrade: upgrade::unasked(report).map(|words| shown(&words)),
            steps: what_to_do::steps(report, options),
            inferred: actions::has_inferred(&actions::steps(report))
                .then(|| INFERRED.trim_start_matches("# ")),
            later: actions::later(report),
            charts: chart::charts(report, options),
            callers: callers(report, options),
            caller_kinds: caller::kinds(report.clusters.iter().flat_map(|it| &it.rejected_callers)),
            caller_commands: caller_commands(report),
            callers_left_out: report
                .clusters
                .iter()
                .map(|scan| scan.rejected_callers.len().saturating_sub(MOST_CALLERS))
                .sum(),
            more_callers: report
                .clusters
                .iter()
                .any(|scan| scan.more_rejected_callers)
                .then_some(caller::MORE),
            legacy_heading: legacy_token::HEADING,
            legacy_tokens: legacy_tokens(report, options),
            read: basis::read(report),
            not_visible: NOT_VISIBLE,
        }
    }
}

/// What the page may do: only what it contains, by digest.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn title(report: &Report) -> String {
    match report.clusters.as_slice() {
        [] => "Stale service-account tokens".to_owned(),
        [scan] => format!(
            "Stale service-account tokens: {}",
            shown(report.name_of(&scan.cluster))
        ),
        scans => format!("Stale service-account tokens: {} clusters", scans.len()),
    }
}

fn overview_lines(report: &Report, options: &RenderOptions) -> Vec<String> {
    if !overview::counts(report) {
        return Vec::new();
    }
    let windows = overview::windows(report, options);
    let lines = std::iter::once(overview::summary(report)).chain(windows);
    lines.map(|line| shown(&line)).collect()
}

fn scans(report: &Report, options: &RenderOptions) -> Vec<Scan> {
    report
        .clusters
        .iter()
        .map(|scan| Scan {
            cluster: shown(report.name_of(&scan.cluster)),
            region: report.region_beside(&scan.cluster).map(shown),
            window: basis::window(scan.window, options),
            outlived: basis::outlived(scan),
        })
        .collect()
}

fn tallies(report: &Report) -> Vec<Tally> {
    tally::pressing(report)
        .into_iter()
        .map(|tally| Tally {
            count: thousands(tally.count as u64),
            words: tally.words,
            note: tally.first,
            class: class(tally.severity),
        })
        .collect()
}

fn harmless_words_of(harmless: &[&Finding]) -> String {
    let count = |verdict| harmless.iter().filter(|it| it.verdict == verdict).count();
    let is_accepted = |it: &&&Finding| !it.verdict.is_harmless();
    let accepted = match harmless.iter().filter(is_accepted).count() {
        0 => None,
        accepted => Some(format!("{accepted} accepted")),
    };
    Verdict::ALL
        .into_iter()
        .filter(|verdict| verdict.is_harmless())
        .map(|verdict| (count(verdict), verdict))
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{count} {verdict}"))
        .chain(accepted)
        .collect::<Vec<_>>()
        .join(", ")
}

fn account(finding: &Finding) -> String {
    shown(finding.service_account.to_string())
}

/// Text with control characters escaped; the template does the rest. A space would leave a
/// heading without a name.
fn shown(text: impl Display) -> String {
    let text = text.to_string();
    if text.trim().is_empty() {
        return "(none)".to_owned();
    }
    escaped(&text).into_owned()
}

/// How a severity looks.
fn class(severity: Option<Severity>) -> &'static str {
    severity.map_or("calm", Severity::word)
}
