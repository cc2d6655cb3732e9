//! Every command line in the documentation is one that the program takes, and those of the README
//! are run.

use std::collections::BTreeSet;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use eks_stale_tokens::cli::Cli;
use loopback_cloudwatch::CloudWatch;
use loopback_webhook::WebhookReceiver;

use super::{Page, page, pages};
use crate::deploy;
use crate::tool::{run_as_it_is, tool_toward};

/// Everything in a page that starts the program: its words after the program's name, with what the
/// shell would take for itself left out.
fn command_lines(page: &Page) -> Vec<Vec<String>> {
    let in_blocks = page
        .blocks
        .iter()
        .filter(|(language, _)| ["", "sh", "console", "bash"].contains(&language.as_str()))
        .flat_map(|(_, block)| {
            let joined = block.replace("\\\n", " ");
            joined.lines().map(str::to_owned).collect::<Vec<_>>()
        });
    in_blocks
        .chain(page.spans.iter().cloned())
        .flat_map(|line| commands_in(&line))
        .collect()
}

/// The commands in one line.
fn commands_in(line: &str) -> Vec<Vec<String>> {
    let line = line.trim_start_matches("$ ");
    let Some(words) = shlex::split(line) else {
        return Vec::new();
    };
    let mut commands = vec![Vec::new()];
    for word in words {
        match word.as_str() {
            "|" | "&&" | ";" | "||" => commands.push(Vec::new()),
            _ => commands.last_mut().expect("one").push(word),
        }
    }
    commands
        .into_iter()
        .filter_map(|it| arguments(&it))
        .collect()
}

/// The arguments of a command, if it is the program, by its name or through cargo.
fn arguments(words: &[String]) -> Option<Vec<String>> {
    let of_the_shell = |word: &&String| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    let words: Vec<&String> = words.iter().skip_while(of_the_shell).collect();
    let arguments = match words.first()?.as_str() {
        "eks-stale-tokens" => &words[1..],
        "cargo" if words.get(1).is_some_and(|word| *word == "run") => {
            &words[words.iter().position(|word| *word == "--")? + 1..]
        }
        _ => return None,
    };
    let arguments = arguments
        .iter()
        .take_while(|word| !word.starts_with('>') && !word.starts_with('#'))
        .map(|word| placeholder(word));
    Some(arguments.collect())
}

/// A value in the place of a placeholder that no value looks like.
fn placeholder(word: &str) -> String {
    match word {
        "URL" => "https://chat.example/hook".to_owned(),
        "REGION" => "eu-west-1".to_owned(),
        // One of several: bash|zsh|fish|...
        word if word.contains('|') => word.split('|').next().unwrap_or(word).to_owned(),
        word => word.to_owned(),
    }
}

#[test]
fn every_command_line_is_one_that_the_program_takes() {
    let mut taken = 0;
    for page in pages() {
        // Commands of old stay in the changelog.
        if page.path.ends_with("CHANGELOG.md") {
            continue;
        }
        for arguments in command_lines(&page) {
            let words =
                std::iter::once("eks-stale-tokens").chain(arguments.iter().map(String::as_str));
            if let Err(error) = Cli::try_parse_from(words) {
                use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
                let asks = matches!(error.kind(), DisplayHelp | DisplayVersion);
                // A command named alone, as in "`eks-stale-tokens query`", may lack what it needs.
                let alone = arguments.len() <= 1;
                assert!(
                    asks || alone,
                    "{}: {arguments:?}: {error}",
                    page.path.display()
                );
            }
            taken += 1;
        }
    }
    assert!(taken > 30, "{taken} command lines");
}

/// The long flags of the program and of each of its commands.
fn flags() -> BTreeSet<String> {
    let program = Cli::command();
    let commands = std::iter::once(&program).chain(program.get_subcommands());
    commands
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .chain(["--help".to_owned(), "--version".to_owned()])
        .collect()
}

#[test]
fn every_flag_in_backticks_is_a_flag_of_some_command() {
    /// Flags of other programs that the documentation names by themselves.
    const OTHERS: [&str; 3] = ["--collector.textfile.directory", "--prefix", "--timestamps"];
    let flags = flags();
    let mut seen = BTreeSet::new();
    for page in pages() {
        let is_elsewhere = [
            "docs/performance.md",
            "fixtures/README.md",
            "./CHANGELOG.md",
        ]
        .iter()
        .any(|path| page.path == Path::new(path));
        if is_elsewhere {
            continue;
        }
        for span in page.spans.iter().filter(|span| span.starts_with("--")) {
            let flag = span.split([' ', '=']).next().expect("a word");
            let known = flags.contains(flag) || OTHERS.contains(&flag);
            assert!(known, "{}: {span}", page.path.display());
            seen.insert(flag.to_owned());
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

/// Runs what the README shows, in a folder that has the files that it names, toward a cluster that
/// has a holder which is rejected within the week.
#[test]
fn every_command_of_the_readme_runs_and_exits_as_documented() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let recording = std::fs::canonicalize("fixtures/aws").expect("the recordings");
    let cloudwatch = deploy::cloudwatch(CloudWatch::builder());
    let webhook = WebhookReceiver::start();
    prepare(folder.path(), &cloudwatch);
    let mut ran = 0;
    let mut failed = Vec::new();
    for arguments in command_lines(&page(Path::new("README.md"))) {
        // These need profiles of an AWS configuration, a bucket or a live cluster; they are parsed
        // above.
        let elsewhere = |word: &String| {
            word.starts_with("s3://") || ["--profile", "--context"].contains(&word.as_str())
        };
        if arguments.iter().any(elsewhere) || arguments.len() <= 1 {
            continue;
        }
        let fails_on = arguments.iter().any(|word| word == "--fail-on");
        let named: Vec<String> = arguments
            .iter()
            .map(|word| match word.as_str() {
                "CLUSTER" => "prod-1".to_owned(),
                "POD" => "fluentd-4xk2m".to_owned(),
                "/central/eks" => "/aws/eks/prod-1/cluster".to_owned(),
                "fixtures/aws" => recording.display().to_string(),
                // A folder of the reader's machine.
                word if word.starts_with("/var/") => {
                    let name = Path::new(word).file_name().expect("a name");
                    at(&name.to_string_lossy()).display().to_string()
                }
                word => word.to_owned(),
            })
            .collect();
        let input = std::fs::File::open(at("audit.log")).expect("a log");
        let mut program = tool_toward(&cloudwatch.endpoint());
        let run = run_as_it_is(
            program
                .args(&named)
                .current_dir(folder.path())
                .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url())
                .stdin(input),
        );
        let documented: &[i32] = if fails_on { &[0, 3] } else { &[0] };
        if !run.code.is_some_and(|code| documented.contains(&code)) {
            failed.push(format!("{named:?}: {:?}\n{}", run.code, run.stderr));
        }
        ran += 1;
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(ran > 25, "{ran} commands");
}

/// The files that the README's commands name.
fn prepare(folder: &Path, cloudwatch: &CloudWatch) {
    let report = folder.join("report.json");
    let log = folder.join("audit.log");
    let recorded = std::fs::read(deploy::RECORDED).expect("a recording");
    std::fs::write(&log, &recorded).expect("written");
    std::fs::create_dir(folder.join("s3-export")).expect("created");
    std::fs::write(folder.join("s3-export/events.json"), &recorded).expect("written");
    std::fs::write(folder.join("known-findings"), "").expect("written");
    let swept = run_as_it_is(
        tool_toward(&cloudwatch.endpoint())
            .args(["sweep", "prod-1", "--output"])
            .arg(&report),
    );
    assert_eq!(swept.code, Some(0), "{}", swept.stderr);
}
