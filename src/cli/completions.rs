//! `completions` and `man`: made from the command line's own definition, so that they are never
//! behind it.

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::exit::{Failure, Outcome};
use crate::deliver::standard_output;

/// Write completions for a shell
///
/// bash:  eks-stale-tokens completions bash > ~/.local/share/bash-completion/completions/eks-stale-tokens
/// zsh:   eks-stale-tokens completions zsh > "${fpath[1]}/_eks-stale-tokens"
/// fish:  eks-stale-tokens completions fish > ~/.config/fish/completions/eks-stale-tokens.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Write the manual page of the program, or of one of its commands
///
/// To read it at once: man -l <(eks-stale-tokens man)
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct ManArgs {
    /// The command
    command: Option<String>,
}

impl CompletionsArgs {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut command = Cli::command();
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        write(&script)
    }
}

impl ManArgs {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut command = Cli::command();
        // Builds what commands inherit, and their names in full.
        command.build();
        let command = match &self.command {
            None => command,
            Some(name) => match command.find_subcommand(name) {
                Some(found) => found.clone(),
                None => {
                    let known: Vec<&str> = command
                        .get_subcommands()
                        .map(clap::Command::get_name)
                        .collect();
                    return Err(Failure::Usage(format!(
                        "there is no command {name:?}; there are {}",
                        known.join(", ")
                    )));
                }
            },
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .context("cannot write the manual page")?;
        write(&page)
    }
}

fn write(bytes: &[u8]) -> Result<Outcome, Failure> {
    standard_output::write(bytes).context("cannot write to standard output")?;
    Ok(Outcome::Done)
}
