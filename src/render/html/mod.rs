//! A self-contained page: it makes no requests, and is readable without its only script, which
//! sorts tables.
//!
//! - [`axis`], [`lifeline`], [`chart`]: every token on a time axis
//! - [`histogram`]: the upcoming rejections
//! - [`rejected`]: what is rejected now
//! - [`findings`]: the table
//! - [`what_to_do`]: what to do, and what an upgrade would break
//!
//! Drawings are laid out here, in per cent and pixels. The template only writes and escapes them.

mod axis;
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
use super::change;
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
use crate::report::scan::ClusterScan;
use crate::report::verdict::{Severity, Verdict};
use chart::Chart;
use histogram::Histogram;

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// The most rejected callers of a cluster: anyone can be one, under as many names as it likes.
const MOST_CALLERS: usize = 100;

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

/// What changed since an earlier report.
struct Changes {
    heading: String,
    accounts: Vec<Change>,
    unchanged: Option<String>,
}

struct Change {
    kind: &'static str,
    class: &'static str,
    account: String,
    cluster: Option<String>,
    words: String,
}

/// A rejected caller that matches no single holder.
struct Caller {
    cluster: String,
    address: String,
    user_agent: String,
    count: String,
    count_number: u64,
    first: String,
    at_least_since: bool,
    last: String,
    severity: Option<&'static str>,
    who: String,
}

/// A token kept in a secret that is in use.
struct LegacyToken {
    cluster: String,
    account: String,
    words: String,
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

fn changes(report: &Report, options: &RenderOptions) -> Option<Changes> {
    let changes = report.changes.as_ref()?;
    let now = report.as_of().unwrap_or_default();
    Some(Changes {
        heading: change::heading(changes, options.time_zone),
        accounts: change::listed(changes)
            .map(|account| Change {
                kind: account.kind.word(),
                class: class(account.now.and_then(|state| state.severity)),
                account: shown(account.service_account.to_string()),
                cluster: (report.clusters.len() > 1)
                    .then(|| shown(report.name_of(&account.cluster))),
                words: shown(change::words(account, now, options.time_zone)),
            })
            .collect(),
        unchanged: change::unchanged(changes),
    })
}

fn callers(report: &Report, options: &RenderOptions) -> Vec<Caller> {
    let of_scan = |scan: &ClusterScan| -> Vec<Caller> {
        let (urgent, others): (Vec<_>, Vec<_>) = scan
            .rejected_callers
            .iter()
            .partition(|caller| caller.severity.is_some());
        let callers = urgent.into_iter().chain(others).take(MOST_CALLERS);
        callers
            .map(|caller| Caller {
                cluster: shown(report.name_of(&scan.cluster)),
                address: shown(&caller.address),
                user_agent: shown(&caller.user_agent),
                count: thousands(caller.count),
                count_number: caller.count,
                first: minute(caller.first, options.time_zone),
                at_least_since: caller.at_least_since,
                severity: caller.severity.map(Severity::word),
                last: minute(caller.last, options.time_zone),
                who: shown(caller::who(caller)),
            })
            .collect()
    };
    report.clusters.iter().flat_map(of_scan).collect()
}

/// The commands that identify the unexplained callers, and the pods that have their addresses now.
fn caller_commands(report: &Report) -> Vec<(&'static str, String)> {
    let is_urgent = |scan: &&ClusterScan| {
        let mut callers = scan.rejected_callers.iter();
        callers.any(|caller| caller.severity.is_some())
    };
    let were = report.clusters.iter().filter(is_urgent);
    let were = were.filter_map(|scan| Some(("Who it was", caller::command(scan)?)));
    let are = report.clusters.iter();
    let are = are.filter_map(|scan| Some(("Who is there", caller::look_up(scan)?)));
    were.chain(are).collect()
}

fn legacy_tokens(report: &Report, options: &RenderOptions) -> Vec<LegacyToken> {
    let of_scan = |scan: &ClusterScan| -> Vec<LegacyToken> {
        let tokens = scan.legacy_tokens.iter();
        tokens
            .map(|token| LegacyToken {
                cluster: shown(report.name_of(&scan.cluster)),
                account: shown(token.service_account.to_string()),
                words: shown(legacy_token::words(token, options.time_zone)),
            })
            .collect()
    };
    report.clusters.iter().flat_map(of_scan).collect()
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
