//! What a person types: times, durations, sizes, numbers, versions, names and locations.

#![no_main]

use clap::Parser as _;
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

fuzz_target!(|text: &str| {
    for option in OPTIONS {
        let _ = Cli::try_parse_from([
            "eks-stale-tokens",
            "sweep",
            "c",
            &format!("{option}={text}"),
        ]);
    }
    let _ = Cli::try_parse_from(["eks-stale-tokens", "sweep", "--", text]);
    let _ = Cli::try_parse_from(["eks-stale-tokens", "sweep", "--input", text]);
});
