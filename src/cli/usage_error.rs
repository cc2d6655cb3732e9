//! What is wrong with a command line, with a tip that helps.

use clap::CommandFactory as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;

/// An error of the parser. For a flag that a command doesn't have, it proposes to pass the flag as a
/// value, which is never what was meant; the commands that have it are named instead.
pub fn with_tip(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let flag = flag.split('=').next().unwrap_or_default().to_owned();
    let is_similar_flag = error.get(ContextKind::SuggestedArg).is_some();
    let commands = commands_with(&flag);
    let tip = (!is_similar_flag && !commands.is_empty())
        .then(|| StyledStr::from(format!("'{flag}' is an option of {}", commands.join(", "))));
    error.remove(ContextKind::Suggested);
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// The commands that have this flag.
fn commands_with(flag: &str) -> Vec<String> {
    let has_flag = |command: &&clap::Command| {
        command.get_arguments().any(|argument| {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            long.as_deref() == Some(flag) || short.as_deref() == Some(flag)
        })
    };
    let program = Cli::command();
    let commands = program.get_subcommands().filter(has_flag);
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn message(words: &[&str]) -> String {
        let words = std::iter::once(&"eks-stale-tokens").chain(words);
        let error = Cli::try_parse_from(words).expect_err("a wrong command line");
        with_tip(error).to_string()
    }

    #[test]
    fn a_tip_names_a_similar_flag_or_the_commands_that_have_it() {
        for (words, tip) in [
            (
                &["sweep", "a", "--inpt", "b"][..],
                "similar argument exists: '--input'",
            ),
            (
                &["--input", "b"],
                "'--input' is an option of sweep, investigate, export",
            ),
            (
                &["render", "a.json", "--since=1h"],
                "'--since' is an option of sweep",
            ),
        ] {
            let message = message(words);
            assert!(message.contains(tip), "{message}");
        }
        for words in [
            &["export", "a", "--frobnicate"][..],
            &["sweep", "a", "-region", "b"],
        ] {
            let message = message(words);
            assert!(!message.contains("tip:"), "{message}");
        }
    }
}
