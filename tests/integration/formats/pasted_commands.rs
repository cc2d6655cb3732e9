//! Every command in every format, taken out as a person would paste it, and held against the truth:
//! who sent the recorded requests, as the ledgers have it, and not what the program makes of names.
//!
//! - [`extraction`]: the commands of a format
//! - [`truth`]: the workloads behind the pods

mod extraction;
mod truth;

use std::collections::BTreeSet;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::render::chat::slack;
use eks_stale_tokens::render::table::{Detail, render_in_detail};
use eks_stale_tokens::render::{RenderOptions, notification};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::finding::{Finding, HolderFinding};
use eks_stale_tokens::source::files::inputs::{Excluded, Inputs};
use eks_stale_tokens::verdict::{Context, judge};
use extraction::{Command, commands, in_format, on_screen};
use truth::{Workload, truth};

use super::corpus::{formats, hostile, recorded};

const ANSWER: Detail = Detail {
    holders: false,
    explain: false,
};
const EXPLAINED: Detail = Detail {
    holders: true,
    explain: true,
};

fn investigated(report: &Report, detail: Detail) -> String {
    let options = RenderOptions {
        width: 120,
        colour: false,
        time_zone: chrono_tz::UTC,
    };
    let mut bytes = Vec::new();
    render_in_detail(report, detail, &options, &mut bytes).expect("written to memory");
    String::from_utf8(bytes).expect("UTF-8")
}

/// Every command of a report with where it stands.
fn everywhere(report: &Report) -> Vec<(String, Vec<Command>)> {
    let mut all: Vec<(String, Vec<Command>)> = formats()
        .map(|format| (format!("{format:?}"), in_format(format, report)))
        .collect();
    for (name, detail) in [
        ("investigate", ANSWER),
        ("investigate --explain", EXPLAINED),
    ] {
        let screen = investigated(report, detail);
        all.push((name.to_owned(), on_screen(&screen)));
    }
    let chat = slack::text(&notification::message(report, chrono_tz::UTC));
    all.push(("chat".to_owned(), commands(&chat, |_| false)));
    all
}

/// Whether a shell reads the words as they stand, comment or not.
fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || " -_./:=,@".contains(c))
}

/// What a command of kubectl acts on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Workload(Workload),
    Pod(String, String),
}

/// The target of a command, and its context; `None` for what only reads.
fn target(text: &str) -> Option<(Target, Option<&str>)> {
    let words: Vec<&str> = text.split(' ').collect();
    let (command, context) = match words.iter().position(|word| *word == "--context") {
        Some(at) => (&words[..at], Some(words[at + 1])),
        None => (&words[..], None),
    };
    match command {
        ["kubectl", "rollout", "restart", resource, "-n", namespace] => {
            let (kind, name) = resource.split_once('/').expect("KIND/NAME");
            let workload = Workload {
                namespace: (*namespace).to_owned(),
                kind: kind.to_owned(),
                name: name.to_owned(),
            };
            Some((Target::Workload(workload), context))
        }
        ["kubectl", "delete", "pod", pod, "-n", namespace] => {
            let pod = Target::Pod((*namespace).to_owned(), (*pod).to_owned());
            Some((pod, context))
        }
        ["kubectl", "get", "pods", "-A", "--field-selector", address] => {
            let address = address.strip_prefix("status.podIP=").expect("an address");
            address
                .parse::<std::net::IpAddr>()
                .expect("an address and nothing else");
            None
        }
        ["aws", "eks", "update-kubeconfig", ..] | ["eks-stale-tokens", "investigate", ..] => None,
        other => panic!("a command that nobody expects: {other:?}"),
    }
}

/// Whether a holder is rejected, by what the report says of its requests.
fn is_dead(report: &Report, finding: &Finding, holder: &HolderFinding) -> bool {
    let works_at_times = holder
        .rejections
        .as_ref()
        .is_some_and(|it| it.accepted_in_between && it.last > holder.rejected_from);
    ["rejected", "expired"].contains(&holder.verdict.word())
        || works_at_times && holder.rejected_from <= report.now(finding)
}

/// The targets of the dead, and those of everything that may be restarted, by cluster.
fn targets(report: &Report, only_dead: bool) -> BTreeSet<(Cluster, Target)> {
    let truth = truth(report);
    let mut targets = BTreeSet::new();
    for finding in &report.findings {
        let namespace = &finding.service_account.namespace;
        for holder in &finding.holders {
            if only_dead && !is_dead(report, finding, holder) {
                continue;
            }
            let Some(pod) = &holder.pod else { continue };
            let key = (namespace.clone(), pod.to_string());
            if let Some(workload) = truth[&finding.cluster].get(&key) {
                let workload = Target::Workload(workload.clone());
                targets.insert((finding.cluster.clone(), workload));
            }
            let pod = Target::Pod(namespace.clone(), pod.to_string());
            targets.insert((finding.cluster.clone(), pod));
        }
    }
    targets
}

/// The cluster that a command acts on: by its context, else by the block that it stands in, else the
/// only one.
fn cluster_of<'r>(
    report: &'r Report,
    command: &Command,
    context: Option<&str>,
) -> Option<&'r Cluster> {
    let mut clusters = report.clusters.iter().map(|scan| &scan.cluster);
    if let Some(context) = context {
        return clusters.find(|cluster| {
            let region = cluster.region.as_deref().expect("a Region");
            let account = cluster.account.as_deref().expect("an account");
            let name = &cluster.name;
            context == format!("arn:aws:eks:{region}:{account}:cluster/{name}")
        });
    }
    if report.clusters.len() == 1 {
        return clusters.next();
    }
    let named = command.cluster.as_deref()?;
    clusters.find(|cluster| cluster.name == named)
}

/// Checks all commands of a report; says how many there were that change something.
fn check(report: &Report) -> usize {
    let (all, dead) = (targets(report, false), targets(report, true));
    let has_contexts = report
        .clusters
        .iter()
        .all(|scan| scan.cluster.account.is_some());
    let mut checked = 0;
    for (place, commands) in everywhere(report) {
        let mut run_now = BTreeSet::new();
        for command in &commands {
            let text = &command.text;
            assert!(is_plain(text), "{place}: {text}");
            let Some((target, context)) = target(text) else {
                continue;
            };
            checked += 1;
            if report.clusters.len() > 1 && has_contexts && place != "Json" {
                assert!(context.is_some(), "{place}: {text}");
            }
            match cluster_of(report, command, context) {
                Some(cluster) => {
                    let known = (cluster.clone(), target.clone());
                    assert!(all.contains(&known), "{place}: no such thing: {known:?}");
                    if command.is_now {
                        assert!(!command.is_comment, "{place}: {text}");
                        assert!(dead.contains(&known), "{place}: it works: {known:?}");
                        run_now.insert(known);
                    }
                }
                // The row, or the line above, names it.
                None => {
                    assert!(!command.is_now, "{place}: of which cluster: {command:?}");
                    assert!(all.iter().any(|it| it.1 == target), "{place}: {text}");
                }
            }
            // On the screen of an outage nothing else may be pasted by mistake.
            if place.starts_with("investigate") && !command.is_comment {
                assert!(
                    dead.iter().any(|it| it.1 == target),
                    "{place}: it works: {text}"
                );
            }
        }
        let has_steps =
            ["Table", "Markdown", "Html"].contains(&&*place) || place.starts_with("investigate");
        if has_steps {
            assert_covered(report, &run_now, &place);
        }
    }
    checked
}

/// Every pod that is rejected is restarted, by its workload or by itself.
fn assert_covered(report: &Report, run_now: &BTreeSet<(Cluster, Target)>, place: &str) {
    let truth = truth(report);
    for finding in report.findings.iter().filter(|it| it.accepted.is_none()) {
        let namespace = &finding.service_account.namespace;
        let dead = finding
            .holders
            .iter()
            .filter(|it| is_dead(report, finding, it));
        for pod in dead.filter_map(|it| it.pod.as_ref()) {
            let key = (namespace.clone(), pod.to_string());
            let workload = truth[&finding.cluster].get(&key).cloned();
            let ways = [
                workload.map(Target::Workload),
                Some(Target::Pod(namespace.clone(), pod.to_string())),
            ];
            let is_restarted = ways
                .into_iter()
                .flatten()
                .any(|way| run_now.contains(&(finding.cluster.clone(), way)));
            assert!(is_restarted, "{place}: nothing restarts {key:?}");
        }
    }
}

/// A fixture as the program reads it, with the lifetimes that its control plane states.
fn as_it_is(clusters: &[&str]) -> Report {
    let paths: Vec<_> = clusters
        .iter()
        .map(|cluster| format!("fixtures/aws/eks/{cluster}").into())
        .collect();
    let inputs = Inputs::find(&paths, None, &Excluded::default()).expect("the fixtures are there");
    let gathered = eks_stale_tokens::source::files::read::<
        eks_stale_tokens::evidence::set::EvidenceSet,
    >(&inputs, &Default::default())
    .expect("read");
    judge(
        &gathered.collected,
        &gathered.coverages,
        &Context::default(),
    )
}

const FIXTURES: [&str; 4] = ["recording", "timeline", "timeline-night", "capped"];

#[test]
fn every_command_of_every_fixture_is_right() {
    for fixture in FIXTURES {
        for report in [as_it_is(&[fixture]), recorded(&[fixture])] {
            let checked = check(&report);
            assert!(checked > 8, "{fixture}: {checked}");
        }
    }
}

#[test]
fn two_clusters_commands_are_told_apart() {
    let in_files = as_it_is(&FIXTURES);
    assert!(check(&in_files) > 50);
    let mut in_accounts = in_files.clone();
    let place = |cluster: &Cluster| Cluster {
        region: Some("eu-west-1".to_owned()),
        account: Some("111122223333".to_owned()),
        ..cluster.clone()
    };
    for scan in &mut in_accounts.clusters {
        scan.cluster = place(&scan.cluster);
    }
    for finding in &mut in_accounts.findings {
        finding.cluster = place(&finding.cluster);
    }
    assert!(check(&in_accounts) > 50);
}

/// The last line of the screen is a command, or says that there is none.
#[test]
fn the_screen_of_an_outage_ends_with_the_commands() {
    for fixture in FIXTURES {
        let report = as_it_is(&[fixture]);
        let is_outage = report.findings.iter().any(|finding| {
            finding
                .holders
                .iter()
                .any(|it| is_dead(&report, finding, it))
        });
        assert!(is_outage, "{fixture}");
        for detail in [ANSWER, EXPLAINED] {
            let screen = investigated(&report, detail);
            let last = screen.lines().last().expect("a line").trim();
            assert!(last.starts_with("kubectl "), "{fixture}: {last}");
        }
        let mut quiet = report.clone();
        quiet
            .findings
            .retain(|it| !it.holders.iter().any(|holder| is_dead(&report, it, holder)));
        let screen = investigated(&quiet, ANSWER);
        let last = screen.lines().last().expect("a line").trim();
        assert!(last.starts_with("Run now   # nothing to restart"), "{last}");
        check(&quiet);
    }
}

/// Names that a shell would act on.
const NAMES: [&str; 4] = [
    "x; touch /tmp/pwned",
    "$(id) && `id`",
    "a\nkubectl delete namespace prod",
    "it's \"quoted\" > /tmp/x | sh",
];

/// Text of a log among commands, in a comment or not, is nothing that a shell acts on.
#[test]
fn no_text_of_a_log_reaches_a_shell() {
    for name in NAMES {
        let mut report = as_it_is(&["timeline", "capped"]);
        let evil = |cluster: &Cluster| match cluster.name.unescaped() {
            "timeline" => Cluster::named(name),
            _ => cluster.clone(),
        };
        for scan in &mut report.clusters {
            scan.cluster = evil(&scan.cluster);
        }
        for finding in &mut report.findings {
            finding.cluster = evil(&finding.cluster);
        }
        let screen = investigated(&report, ANSWER);
        let (_, block) = screen.rsplit_once("Run now").expect("the block");
        assert!(block.matches("kubectl ").count() > 2, "{block}");
        for line in block.lines() {
            assert!(is_plain(line.trim_start_matches([' ', '#'])), "{line}");
        }
        let forged = block
            .lines()
            .filter(|line| line.contains("delete namespace"));
        for line in forged {
            assert!(line.trim_start().starts_with("# "), "{line}");
        }
    }
    for (place, commands) in everywhere(&hostile()) {
        for command in commands.iter().filter(|it| it.is_now) {
            assert!(is_plain(&command.text), "{place}: {command:?}");
        }
    }
}
