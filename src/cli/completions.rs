//! `completions`: made from the command line's own definition, so that they are never behind it.

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use super::exit::{Failure, Outcome};
use crate::deliver::standard_output;

/// Print completions for a shell
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

impl CompletionsArgs {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let mut command = Cli::command();
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        standard_output::write(&script).context("cannot write to standard output")?;
        Ok(Outcome::Done)
    }
}
