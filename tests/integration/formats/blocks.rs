//! Every fact that the table shows stands in the page and in Markdown as well.

use std::collections::BTreeMap;

use chrono_tz::UTC;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::render::{
    Format, RenderOptions, actions, basis, caller, change, harmless, headline, legacy_token,
    recurrence, rejections, tally, upgrade,
};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::acceptance::Accepted;
use eks_stale_tokens::report::severity::Severity;
use eks_stale_tokens::source::files::{
    self,
    inputs::{Excluded, Inputs},
};
use eks_stale_tokens::source::progress::Progress;
use eks_stale_tokens::verdict::changes::changes;
use eks_stale_tokens::verdict::{Context, judge};

use super::corpus::incomplete;

/// A report in which every block of the table has something to say.
pub(super) fn with_every_block() -> Report {
    let inputs = Inputs::find(&["fixtures/aws/eks".into()], None, &Excluded::default());
    let inputs = inputs.expect("the fixtures are there");
    let gathered = files::read::<EvidenceSet>(&inputs, &Progress::default()).expect("read");
    let context = Context {
        target_version: Some("1.34".parse().expect("a version")),
        ..Context::default()
    };
    let mut report = judge(&gathered.collected, &gathered.coverages, &context);
    report.gaps = incomplete().gaps;
    report.notes.push("one thing to know".into());
    let scan = report
        .clusters
        .iter_mut()
        .find(|it| !it.rejected_callers.is_empty());
    let scan = scan.expect("callers are rejected");
    scan.ignored_callers = 2;
    scan.more_rejected_callers = true;
    scan.accepted_at_age_seconds = Some(91 * 86_400);
    scan.cluster.region = Some("eu-west-1".to_owned());
    scan.rejected_callers[0].severity = Some(Severity::Critical);
    let last = report.findings.iter_mut().rfind(|it| !it.needs_no_action());
    last.expect("a finding").accepted = Some(Accepted {
        until: "2026-12-31".parse().expect("a day"),
        reason: "its owner is on leave".into(),
    });
    report
}

/// The facts that have to be in every format that people read, by their block.
fn facts(report: &Report) -> BTreeMap<&'static str, Vec<String>> {
    let options = RenderOptions {
        width: 120,
        colour: false,
        time_zone: UTC,
    };
    let findings = || report.findings.iter();
    let mut facts: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut add = |block, words: Vec<String>| {
        assert!(!words.is_empty(), "nothing in block {block}");
        facts.insert(block, words);
    };
    let windows = report.clusters.iter();
    add(
        "windows",
        windows
            .map(|scan| basis::window(scan.window, &options))
            .collect(),
    );
    add("lifetimes", basis::lifetimes(report));
    add("as of", basis::as_of(report).into_iter().collect());
    add(
        "unseen",
        headline::unseen(report)
            .into_iter()
            .map(|it| it[1..].to_owned())
            .collect(),
    );
    add(
        "tallies",
        tally::pressing(report)
            .iter()
            .map(|it| it.words.clone())
            .collect(),
    );
    add("calm", tally::calm(report));
    add(
        "rejected",
        findings()
            .filter_map(|it| rejections::current(report, it, UTC))
            .collect(),
    );
    add(
        "recurring",
        findings()
            .filter_map(|it| recurrence::words(report, it, UTC))
            .collect(),
    );
    add(
        "harmless",
        findings()
            .filter(|it| it.needs_no_action())
            .map(|it| harmless::words(it, UTC))
            .collect(),
    );
    let upgrade = upgrade::Upgrade::of(report).expect("an upgrade was asked about");
    add("upgrade", vec![upgrade.summary]);
    let steps = actions::steps(report);
    let (mut commands, mut advice) = (Vec::new(), Vec::new());
    for step in &steps {
        match &step.body {
            actions::Body::Restarts(restarts) => {
                commands.extend(
                    restarts
                        .iter()
                        .flat_map(|it| [it.command.clone(), it.buys(UTC)]),
                );
            }
            actions::Body::Fixes(fixes) => {
                advice.extend(fixes.iter().map(|it| it.text.to_string()))
            }
        }
    }
    add("commands", commands);
    add("advice", advice);
    add(
        "inferred",
        vec![actions::INFERRED.trim_start_matches("# ").to_owned()],
    );
    add("later", actions::later(report).into_iter().collect());
    let scans = || report.clusters.iter();
    add(
        "callers",
        report
            .urgent_callers()
            .map(|(_, it)| it.address.to_string())
            .collect(),
    );
    add(
        "who it was",
        report
            .urgent_callers()
            .filter_map(|(scan, _)| caller::command(scan))
            .collect(),
    );
    add(
        "who is there",
        scans().filter_map(caller::look_up).collect(),
    );
    add("more callers", vec![caller::MORE.to_owned()]);
    let secrets = scans().flat_map(|scan| &scan.legacy_tokens);
    add(
        "tokens kept in secrets",
        secrets
            .map(|it| legacy_token::words(it, UTC))
            .chain([legacy_token::HEADING.to_owned()])
            .collect(),
    );
    add("outlived", scans().filter_map(basis::outlived).collect());
    add("gaps", report.all_gaps().map(|it| it.in_words()).collect());
    add("notes", basis::notes(report).collect());
    add(
        "read",
        vec![basis::read(report), basis::NOT_VISIBLE.to_owned()],
    );
    facts
}

/// What a reader sees, without markup and in one line.
fn seen(format: Format, report: &Report) -> String {
    let options = RenderOptions {
        // Nothing is wrapped.
        width: 4_000,
        colour: false,
        time_zone: UTC,
    };
    let mut bytes = Vec::new();
    format
        .render(report, &options, &mut bytes)
        .expect("written to memory");
    let mut text = String::from_utf8(bytes).expect("UTF-8");
    if format == Format::Html {
        let tag = regex::Regex::new("<[^>]*>").expect("a pattern");
        text = tag.replace_all(&text, "").into_owned();
        for (entity, character) in [
            ("&#38;", "&"),
            ("&#39;", "'"),
            ("&#34;", "\""),
            ("&#60;", "<"),
            ("&#62;", ">"),
        ] {
            text = text.replace(entity, character);
        }
    }
    let text = text.replace(['`', '*'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_block_of_the_table_is_in_the_page_and_in_markdown() {
    let mut report = with_every_block();
    let mut earlier = report.clone();
    earlier.findings.remove(0);
    report.changes = Some(changes(Some(&earlier), &report));
    let mut facts = facts(&report);
    let changes = report.changes.as_ref().expect("there are");
    let listed = change::listed(changes);
    let now = report.as_of().expect("clusters");
    let listed: Vec<String> = listed.map(|it| change::words(it, now, UTC)).collect();
    assert!(!listed.is_empty());
    facts.insert(
        "changes",
        listed
            .into_iter()
            .chain([change::heading(changes, UTC)])
            .collect(),
    );
    let mut missing = Vec::new();
    for format in [Format::Table, Format::Html, Format::Markdown] {
        let seen = seen(format, &report);
        for (block, facts) in &facts {
            for fact in facts {
                let fact = fact
                    .replace('*', "")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                if !seen.contains(&fact) {
                    missing.push(format!("{format:?}: {block}: {fact}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
