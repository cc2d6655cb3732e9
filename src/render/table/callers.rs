//! Rejected callers that match no single holder: reported, never dropped.

use std::io::{self, Write};

use anstyle::Style;

use super::list::{self, Margins};
use super::names::with_cluster;
use super::style::{FAINT, WARNING};
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;
use crate::render::RenderOptions;
use crate::render::caller;
use crate::render::pods;
use crate::report::Report;
use crate::report::rejection::{Candidate, RejectedCaller};

const MARGINS: Margins = Margins {
    indent: 4,
    heading: 0,
};

/// How many callers that look like workloads are listed for each cluster: all of them are in JSON
/// and CSV.
const LISTED: usize = 10;

/// How many of the others are listed: the worst.
const LISTED_OTHERS: usize = 3;

/// Characters of a user agent that are shown.
const AGENT: usize = 60;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for scan in &report.clusters {
        let (urgent, mut others): (Vec<&RejectedCaller>, Vec<&RejectedCaller>) = scan
            .rejected_callers
            .iter()
            .partition(|caller| caller.severity.is_some());
        if !urgent.is_empty() {
            let heading = "Rejected, and no known workload explains it";
            let heading = with_cluster(heading, report, &scan.cluster);
            write_list(&heading, &urgent, LISTED, "", options, output)?;
            if let Some(command) = caller::command(scan) {
                writeln!(output, "    Who it was     {command}")?;
            }
        }
        others.sort_by_key(|caller| caller::worst_first(caller));
        if !others.is_empty() {
            let kinds = caller::kinds(others.iter().copied());
            let heading = with_cluster("Also rejected, sender unknown", report, &scan.cluster);
            write_list(&heading, &others, LISTED_OTHERS, &kinds, options, output)?;
        }
        if let Some(command) = caller::look_up(scan) {
            writeln!(output, "    Who is there   {command}")?;
        }
        if scan.more_rejected_callers {
            list::paragraph(caller::MORE, WARNING, 4, options, output)?;
        }
    }
    Ok(())
}

fn write_list(
    heading: &str,
    callers: &[&RejectedCaller],
    most: usize,
    kinds: &str,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let count: u64 = callers.iter().map(|caller| caller.count).sum();
    writeln!(output)?;
    let heading = format!(
        "{heading}: {}, {}",
        pluralize(callers.len(), "caller", "callers"),
        pluralize(count, "rejection", "rejections"),
    );
    list::paragraph(&heading, Style::new(), 2, options, output)?;
    if !kinds.is_empty() {
        list::paragraph(kinds, FAINT, 4, options, output)?;
    }
    let mut items: Vec<String> = callers
        .iter()
        .take(most)
        .map(|caller| words(caller, options))
        .collect();
    if callers.len() > most {
        let rest = callers.len() - most;
        items.push(format!("and {rest} more: see --format json"));
    }
    list::write("", &items, MARGINS, options, output)
}

fn words(caller: &RejectedCaller, options: &RenderOptions) -> String {
    let mut words = format!(
        "{}  {}  {}",
        caller.address,
        agent(&caller.user_agent),
        caller::rejected(caller, options.time_zone),
    );
    if !caller.candidates.is_empty() {
        let names: Vec<String> = caller.candidates.iter().map(candidate).collect();
        words.push_str(&format!("; one of {}", names.join(", ")));
    } else if !caller.perhaps.is_empty() {
        let names: Vec<String> = caller.perhaps.iter().map(ToString::to_string).collect();
        words.push_str(&format!(
            "; perhaps {} (known by user agent alone)",
            names.join(", ")
        ));
    }
    if let Some(there) = pods::at_address(&caller.pods) {
        words.push_str(&format!("; {there}"));
    }
    if let Some(standing) = caller::standing(caller).filter(|_| caller.severity.is_some()) {
        words.push_str(&format!("; {standing}"));
    }
    words
}

fn candidate(candidate: &Candidate) -> String {
    match &candidate.pod {
        Some(pod) => format!("{} ({})", candidate.service_account, pod),
        None => candidate.service_account.to_string(),
    }
}

fn agent(user_agent: &UntrustedText) -> String {
    if user_agent.is_empty() {
        return "no user agent".to_owned();
    }
    let shown = user_agent.to_string();
    match shown.char_indices().nth(AGENT) {
        Some((cut, _)) => format!("{}…", &shown[..cut]),
        None => shown,
    }
}
