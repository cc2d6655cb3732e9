//! Passes the commit that is being built, and its time, to `--version` (`src/cli/version.rs`).
//!
//! Only release builds ask git: a debug build would be compiled anew after every commit. Where there
//! is no repository, as in a tarball, a package builder states `SOURCE_COMMIT` and
//! `SOURCE_DATE_EPOCH`, or the version stands alone. Nothing here depends on when or where the build
//! runs, so that the same commit gives the same program.

use std::env;
use std::path::Path;
use std::process::Command;

/// What the program is made of. With changes in it that are not committed, it is not the commit's.
const SOURCES: [&str; 6] = [
    "src",
    "queries",
    "templates",
    "build.rs",
    "Cargo.toml",
    "Cargo.lock",
];

fn main() {
    for variable in ["SOURCE_COMMIT", "SOURCE_DATE_EPOCH"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let (commit, seconds) = if env::var("PROFILE").as_deref() == Ok("release") {
        watch();
        from_git().unwrap_or_else(stated)
    } else {
        ("debug build".to_owned(), String::new())
    };
    println!("cargo::rustc-env=EKS_STALE_TOKENS_COMMIT={commit}");
    println!("cargo::rustc-env=EKS_STALE_TOKENS_COMMIT_SECONDS={seconds}");
}

/// Has this run again when the commit or the sources change.
fn watch() {
    let moves = ["logs/HEAD", "HEAD", "packed-refs"];
    let moves = moves
        .iter()
        .filter_map(|name| git(&["rev-parse", "--git-path", name]));
    let sources = SOURCES.into_iter().map(str::to_owned);
    // A path that does not exist would make every build a new one.
    for path in moves.chain(sources).filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// The commit and its time in Unix seconds, where this folder is the top of a repository: a tarball
/// that somebody unpacked inside another project's repository is not of that project's commit.
fn from_git() -> Option<(String, String)> {
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    let commit = git(&["rev-parse", "--short=7", "HEAD"])?;
    let seconds = git(&["log", "-1", "--format=%ct"])?;
    let differences: Vec<&str> = [&["diff", "--quiet", "HEAD", "--"], &SOURCES[..]].concat();
    let dirty = if git(&differences).is_none() {
        "-dirty"
    } else {
        ""
    };
    Some((commit + dirty, seconds))
}

/// What a package builder states.
fn stated() -> (String, String) {
    let stated = |name| env::var(name).unwrap_or_default();
    let commit = stated("SOURCE_COMMIT");
    (
        commit.chars().take(7).collect(),
        stated("SOURCE_DATE_EPOCH"),
    )
}

/// What git answers, or nothing where it refuses or is not there.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| answer.trim_end().to_owned())
}
