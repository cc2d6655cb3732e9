//! The life of every token on an axis: issued, warned, used, now, rejected from.

use chrono::{DateTime, TimeDelta, Utc};

use super::axis::Axis;
use super::{account, class, shown};
use crate::evidence::accepted::WARN_AFTER_SECONDS;
use crate::evidence::holder::Identity;
use crate::render::RenderOptions;
use crate::render::actions;
use crate::render::due;
use crate::render::kubeconfig;
use crate::render::pods;
use crate::render::recurrence;
use crate::render::rejections::span;
use crate::render::time_format::{distance, minute};
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy, TokenFinding};

/// Holders of a service account that are drawn at once; the others unfold.
const SHOWN_HOLDERS: usize = 20;
/// Pixels from one token of a holder to the next.
const LANE: usize = 16;

/// The holders of a service account.
pub(super) struct Group {
    pub(super) rank: usize,
    pub(super) account: String,
    pub(super) cluster: Option<String>,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    /// How often it was interrupted, and since when it is quiet.
    pub(super) remarks: Vec<String>,
    pub(super) actions: Vec<Action>,
    pub(super) holders: Vec<Lifeline>,
    pub(super) more: Vec<Lifeline>,
}

/// Something to do about a service account.
pub(super) struct Action {
    pub(super) is_command: bool,
    pub(super) text: String,
    /// What a command buys.
    pub(super) buys: Option<String>,
}

/// One holder.
pub(super) struct Lifeline {
    pub(super) name: String,
    pub(super) node: Option<String>,
    /// What is drawn, in words.
    pub(super) words: String,
    pub(super) class: &'static str,
    /// When it is rejected; of a harmless holder, when it was last used.
    pub(super) date: String,
    /// The distance to that time; for a harmless holder, its verdict.
    pub(super) beside: String,
    pub(super) height: usize,
    pub(super) now: String,
    /// The spans in which it was rejected.
    pub(super) rejections: Vec<[String; 2]>,
    /// The grid of its chart.
    pub(super) grid: &'static str,
    pub(super) tokens: Vec<Life>,
}

/// One token, as it is drawn: places on the axis.
pub(super) struct Life {
    pub(super) y: usize,
    pub(super) issued: String,
    pub(super) warned: String,
    pub(super) first_used: String,
    pub(super) last_used: String,
    /// Where its life so far ends: now, or at its rejection.
    pub(super) so_far: String,
    pub(super) rejected_from: String,
    /// Whether that is past.
    pub(super) dead: bool,
}

/// The lifelines of these findings.
pub(super) fn groups<'a>(
    report: &Report,
    findings: impl Iterator<Item = &'a Finding>,
    axis: &Axis,
    grid: &'static str,
    options: &RenderOptions,
) -> Vec<Group> {
    findings
        .map(|finding| {
            let now = report.now(finding);
            let mut holders: Vec<Lifeline> = finding
                .holders
                .iter()
                .map(|holder| Lifeline {
                    grid,
                    ..lifeline(holder, axis, now, options)
                })
                .collect();
            let more = holders.split_off(holders.len().min(SHOWN_HOLDERS));
            Group {
                rank: finding.rank,
                account: account(finding),
                cluster: report.name_among_several(&finding.cluster).map(shown),
                verdict: finding.verdict.word(),
                class: class(finding.severity),
                remarks: recurrence::words(report, finding, options.time_zone)
                    .into_iter()
                    .chain(recurrence::quiet(report, finding, options.time_zone))
                    .chain(pods::of_finding(finding).map(|it| shown(&it)))
                    .chain(pods::remarks(report, finding))
                    .collect(),
                actions: finding
                    .remedies
                    .iter()
                    .map(|remedy| action(report, finding, remedy, options))
                    .collect(),
                holders,
                more,
            }
        })
        .collect()
}

fn action(report: &Report, finding: &Finding, remedy: &Remedy, options: &RenderOptions) -> Action {
    let gained = actions::gained(report, finding);
    match remedy {
        Remedy::Restart {
            command, new_date, ..
        } => Action {
            is_command: true,
            text: shown(kubeconfig::in_context(report, &finding.cluster, command)),
            buys: Some(actions::buys(gained, *new_date, options.time_zone)),
        },
        Remedy::Advice { text } => Action {
            is_command: false,
            text: shown(text),
            buys: None,
        },
    }
}

fn lifeline(
    holder: &HolderFinding,
    axis: &Axis,
    now: DateTime<Utc>,
    options: &RenderOptions,
) -> Lifeline {
    let name = match (&holder.pod, &holder.identity) {
        (Some(pod), _) => pod.to_string(),
        (None, Identity::Pod { uid }) => format!("pod {uid}"),
        (None, Identity::Caller { address, .. }) => format!("caller at {address}"),
    };
    let harmless = holder.severity.is_none();
    let mut words: Vec<String> = holder
        .tokens
        .iter()
        .map(|token| in_words(token, now, options))
        .collect();
    if let Some(rejections) = &holder.rejections {
        words.push(format!(
            "Rejections: {}, joined by {}.",
            span(
                rejections.count,
                rejections.first,
                rejections.at_least_since,
                rejections.last,
                options.time_zone
            ),
            rejections.confidence.words()
        ));
    }
    Lifeline {
        name: shown(&name),
        node: holder.nodes.first().map(shown),
        words: words.join(" "),
        class: class(holder.severity),
        date: match harmless {
            true => minute(holder.last_seen, options.time_zone),
            false => due::date(holder, options.time_zone),
        },
        grid: "",
        beside: if harmless {
            format!("last used, {}", holder.verdict)
        } else {
            distance(holder.rejected_from, now)
        },
        height: LANE * holder.tokens.len().max(1),
        now: axis.x(now),
        rejections: recurrence::rejected_spans(holder)
            .into_iter()
            .map(|(first, last)| [axis.x(first), axis.x(last)])
            .collect(),
        tokens: holder
            .tokens
            .iter()
            .enumerate()
            .map(|(lane, token)| {
                let rejected_from = rejected_from(token);
                Life {
                    y: LANE * lane + LANE / 2,
                    issued: axis.x(token.issued),
                    warned: axis.x(warned(token)),
                    first_used: axis.x(token.first_used),
                    last_used: axis.x(token.last_used),
                    so_far: axis.x(rejected_from.min(now)),
                    rejected_from: axis.x(rejected_from),
                    dead: rejected_from <= now,
                }
            })
            .collect(),
    }
}

fn in_words(token: &TokenFinding, now: DateTime<Utc>, options: &RenderOptions) -> String {
    let at = |time| minute(time, options.time_zone);
    let rejected_from = rejected_from(token);
    format!(
        "Issued {}, stale from {}, used from {} to {}, {} {}, {}; lifetime {}.",
        at(token.issued),
        at(warned(token)),
        at(token.first_used),
        at(token.last_used),
        due::rejected(token.lifetime),
        at(rejected_from),
        distance(rejected_from, now),
        token.lifetime.why()
    )
}

fn warned(token: &TokenFinding) -> DateTime<Utc> {
    token
        .issued
        .checked_add_signed(TimeDelta::seconds(WARN_AFTER_SECONDS))
        .unwrap_or(token.issued)
}

fn rejected_from(token: &TokenFinding) -> DateTime<Utc> {
    token
        .issued
        .checked_add_signed(token.lifetime.duration())
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
