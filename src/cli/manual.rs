//! `man`: the manual pages, made from the command line's own definition.

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::exit::{Failure, Outcome};
use super::{Cli, EXIT_STATUS};
use crate::deliver::standard_output;

/// Print the manual page of the program, or of one of its commands
///
/// To read it: man -l <(eks-stale-tokens man)
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ManArgs {
    /// The command
    command: Option<String>,
}

/// What the environment changes.
const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, ...",
        "Credentials and Region, as the AWS CLI reads them. --profile and --region take precedence.",
    ),
    (
        "EKS_STALE_TOKENS_WEBHOOK",
        "The webhook URL, instead of --webhook.",
    ),
    ("KUBECONFIG", "The kubeconfig for --context and --live."),
    ("NO_COLOR", "If set, output has no colours."),
];

/// The jobs, the most urgent first.
const EXAMPLES: [(&str, &str); 5] = [
    (
        "eks-stale-tokens investigate CLUSTER",
        "Pods get 401 now: what is rejected, and the commands that restore service",
    ),
    (
        "eks-stale-tokens sweep CLUSTER --target-version 1.34 --fail-on warning",
        "What an upgrade to 1.34 would break",
    ),
    (
        "eks-stale-tokens sweep --all-clusters --previous report.json --output report.json",
        "Every morning, for all clusters of a Region, with what changed since the last run",
    ),
    (
        "eks-stale-tokens sweep --input /var/log/kubernetes/audit",
        "From audit logs on disk",
    ),
    (
        "eks-stale-tokens export CLUSTER --since 7d --output requests.csv",
        "Every request for a postmortem",
    ),
];

impl ManArgs {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut command = Cli::command();
        // Builds what commands inherit, and their names in full.
        command.build();
        let page = match &self.command {
            None => page(command.after_help(""), true),
            Some(name) => match command.find_subcommand(name) {
                Some(found) => page(found.clone(), false),
                None => {
                    let known: Vec<&str> = command
                        .get_subcommands()
                        .map(clap::Command::get_name)
                        .collect();
                    return Err(Failure::Usage(format!(
                        "unknown command {name:?}; the commands are {}",
                        known.join(", ")
                    )));
                }
            },
        };
        let page = page.context("cannot write the manual page")?;
        standard_output::write(&page).context("cannot write to standard output")?;
        Ok(Outcome::Done)
    }
}

/// The page of a command, with the sections that a manual page is expected to have.
fn page(command: clap::Command, is_program: bool) -> std::io::Result<Vec<u8>> {
    let man = Man::new(command);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if is_program {
        man.render_subcommands_section(&mut page)?;
    }
    section("EXIT STATUS", &EXIT_STATUS, &mut page)?;
    section("ENVIRONMENT", &ENVIRONMENT, &mut page)?;
    if is_program {
        section("EXAMPLES", &EXAMPLES, &mut page)?;
    }
    if is_program {
        man.render_version_section(&mut page)?;
    }
    Ok(page)
}

fn section(title: &str, entries: &[(&str, &str)], page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut section = Roff::new();
    section.control("SH", [title]);
    for (term, meaning) in entries {
        section.control("TP", []);
        section.text([bold(*term)]);
        section.text([roman(*meaning)]);
    }
    section.to_writer(page)
}
