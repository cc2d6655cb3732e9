//! What a person types: times, durations, sizes, numbers, versions, names and locations.

#![no_main]

use std::sync::{LazyLock, Mutex};

use clap::{Command, CommandFactory as _};
use eks_stale_tokens::cli::Cli;
use libfuzzer_sys::fuzz_target;

const OPTIONS: [&str; 14] = [
    "--since",
    "--until",
    "--look-back",
    "--timeout",
    "--max-silence",
    "--max-scan",
    "--price-per-gb",
    "--max-queries",
    "--token-lifetime",
    "--kubernetes-version",
    "--target-version",
    "--time-zone",
    "--log-group",
    "--exclude-cluster",
];

/// Made once: that takes longer than to read arguments with it.
static PROGRAM: LazyLock<Mutex<Command>> = LazyLock::new(|| Mutex::new(Cli::command()));

fn read(arguments: &[&str]) {
    let mut program = PROGRAM.lock().expect("one thread");
    let _ = program.try_get_matches_from_mut(["eks-stale-tokens", "sweep"].iter().chain(arguments));
}

fuzz_target!(|text: &str| {
    for option in OPTIONS {
        read(&["c", &format!("{option}={text}")]);
    }
    read(&["--", text]);
    read(&["--input", text]);
});
