//! What has to be of one piece in a release: the version wherever it is stated.

use regex::Regex;

use crate::tool::{run_as_it_is, tool};

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn the_version_names_its_commit_and_its_date() {
    // Debug builds are not made anew for every commit, and say so; a release of a tarball has
    // neither commit nor date.
    let line = Regex::new(
        r"^eks-stale-tokens (\S+)( \((debug build|[0-9a-f]{7,}(-dirty)? \d{4}-\d{2}-\d{2})\))?\n$",
    );
    let line = line.expect("a regular expression");
    for flag in ["--version", "-V"] {
        let said = run_as_it_is(tool().arg(flag));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
        let found = line.captures(&said.stdout);
        let found = found.unwrap_or_else(|| panic!("{}", said.stdout));
        assert_eq!(&found[1], VERSION);
    }
}

#[test]
fn the_changelog_has_a_section_for_the_version() {
    let changelog = std::fs::read_to_string("CHANGELOG.md").expect("a changelog");
    let heads: Vec<&str> = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(heads[0], "Unreleased");
    let (version, date) = heads[1].split_once(" - ").expect("a version and its date");
    assert_eq!(version, VERSION);
    assert!(date.parse::<chrono::NaiveDate>().is_ok(), "{date}");
}

/// Images and archives that the documentation names are those of this version.
#[test]
fn the_examples_name_the_version() {
    let name = Regex::new(r"eks-stale-tokens[:-](\d+\.\d+\.\d+)").expect("a regular expression");
    for file in [
        "README.md",
        "deploy/README.md",
        "deploy/kubernetes/cronjob.yaml",
        "deploy/cloudformation/sweep.yaml",
    ] {
        let text = std::fs::read_to_string(file).expect(file);
        let found: Vec<_> = name
            .captures_iter(&text)
            .map(|it| it[1].to_owned())
            .collect();
        assert!(!found.is_empty(), "{file}");
        assert!(
            found.iter().all(|version| version == VERSION),
            "{file}: {found:?}"
        );
    }
}
