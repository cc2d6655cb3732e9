//! Other rejected callers, and the users of tokens kept in secrets.

use std::io::{self, Write};

use super::escape::{code, words};
use super::{MOST_LINES, in_cluster, write_more};
use crate::render::RenderOptions;
use crate::render::caller;
use crate::render::legacy_token;
use crate::report::Report;
use crate::report::rejection::RejectedCaller;
use crate::report::scan::ClusterScan;

/// The most rejected callers: anyone can be one, with a user agent of a thousand characters.
const MOST_CALLERS: usize = 10;

/// Rejected callers that match no single holder.
pub(super) fn write_callers(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let callers = || {
        report.clusters.iter().flat_map(|scan| {
            let callers = scan.rejected_callers.iter();
            callers.map(move |caller| (scan, caller))
        })
    };
    if callers().next().is_none() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### Also rejected, sender unknown")?;
    writeln!(output)?;
    let (urgent, others): (Vec<_>, Vec<_>) =
        callers().partition(|(_, caller)| caller.severity.is_some());
    for (scan, caller) in urgent.into_iter().chain(others).take(MOST_CALLERS) {
        let strong = if caller.severity.is_some() { "**" } else { "" };
        writeln!(
            output,
            "- {strong}{}{strong} in {}, {}: {}; {}",
            code(&caller.address),
            code(report.name_of(&scan.cluster)),
            code(&caller.user_agent),
            caller::rejected(caller, options.time_zone),
            code(caller::who(caller))
        )?;
    }
    match callers().count().saturating_sub(MOST_CALLERS) {
        0 => {}
        more => writeln!(output, "- and {more} more: see `--format json`")?,
    }
    let kinds = caller::kinds(callers().map(|(_, caller)| caller));
    if !kinds.is_empty() {
        writeln!(output, "- All of them: {kinds}")?;
    }
    let is_urgent = |(_, caller): &(&ClusterScan, &RejectedCaller)| caller.severity.is_some();
    let mut were: Vec<String> = callers()
        .filter(is_urgent)
        .filter_map(|(scan, _)| caller::command(scan))
        .collect();
    were.dedup();
    for command in were.iter().take(MOST_CALLERS) {
        writeln!(output, "- Who it was: {}", code(command))?;
    }
    let are = report.clusters.iter().filter_map(caller::look_up);
    for command in are.take(MOST_CALLERS) {
        writeln!(output, "- Who is there: {}", code(&command))?;
    }
    if report.clusters.iter().any(|it| it.more_rejected_callers) {
        writeln!(output, "- {}", caller::MORE)?;
    }
    Ok(())
}

/// Tokens kept in secrets that are in use.
pub(super) fn write_legacy_tokens(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let tokens = || {
        let scans = report.clusters.iter();
        scans.flat_map(|scan| scan.legacy_tokens.iter().map(move |token| (scan, token)))
    };
    if tokens().next().is_none() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### Tokens kept in secrets")?;
    writeln!(output)?;
    writeln!(output, "{}.", legacy_token::HEADING)?;
    writeln!(output)?;
    for (scan, token) in tokens().take(MOST_LINES) {
        writeln!(
            output,
            "- {}: {}",
            in_cluster(&token.service_account, report, &scan.cluster),
            words(&legacy_token::words(token, options.time_zone))
        )?;
    }
    write_more(tokens().count(), "tokens", output)
}
