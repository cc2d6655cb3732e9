//! The table on pages of any width: nothing is parted in the middle of a word, no date loses its
//! year, and what is not to be pasted as it stands stays on the page.

use std::collections::BTreeSet;

use chrono_tz::UTC;
use eks_stale_tokens::render::RenderOptions;
use eks_stale_tokens::render::table::{self, Detail};
use eks_stale_tokens::report::{Report, json};
use regex::Regex;
use unicode_width::UnicodeWidthStr as _;

use super::blocks::with_every_block;
use crate::recordings::fixtures;
use crate::tool::{run_as_it_is, tool};

fn printed(report: &Report, width: usize) -> String {
    let options = RenderOptions {
        width,
        colour: false,
        time_zone: UTC,
    };
    let mut bytes = Vec::new();
    table::render(report, &options, &mut bytes).expect("written to memory");
    String::from_utf8(bytes).expect("UTF-8")
}

/// Words, parted where a line may end.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|character: char| !character.is_alphanumeric())
        .collect()
}

/// Whether a line is pasted as it stands, or holds a word that no page has room for.
fn is_exempt(line: &str) -> bool {
    let line = line.trim_start();
    let is_command = [
        "kubectl ",
        "aws ",
        "eks-stale-tokens ",
        "# ",
        "Who is there",
        "Who it was",
    ]
    .iter()
    .any(|start| line.contains(start));
    is_command || line.split(' ').any(|word| word.width() > 40)
}

#[test]
fn every_width_shows_whole_words_and_whole_dates() {
    let report = with_every_block();
    let all = printed(&report, 4_000);
    let known = words(&all);
    let date = Regex::new(r"(.{0,5})\b\d\d-\d\d \d\d:\d\d").expect("a pattern");
    let mut dates = 0;
    for width in (60..130).step_by(5).chain([72, 78, 81, 99, 101, 129]) {
        let text = printed(&report, width);
        for line in text.lines().filter(|line| !is_exempt(line)) {
            assert!(
                line.width() <= width,
                "{width}: {} columns: {line}",
                line.width()
            );
            let unknown: Vec<_> = words(line).difference(&known).copied().collect();
            // A word that is too long for the page is cut.
            assert!(unknown.is_empty(), "{width}: {unknown:?} in {line}");
            for found in date.captures_iter(line) {
                let has_year = found[1].ends_with('-') && found[1].len() == 5;
                assert!(has_year, "{width}: a date without its year: {line}");
                dates += 1;
            }
        }
    }
    assert!(dates > 100, "{dates}");
}

#[test]
fn marks_that_are_no_words_have_a_key() {
    let text = printed(&with_every_block(), 120);
    for key in [
        "at: exact time",
        "LIFE: elapsed",
        "PODS 4/5: 4 of 5",
        "(in 2 h, 3 d ago) count from the end of each log",
    ] {
        assert!(text.contains(key), "{key}");
    }
}

/// At 80 columns what to run later stands below its date: neither is parted.
#[test]
fn what_to_run_later_is_whole_at_80_columns() {
    let path = fixtures().join("aws/eks/capped");
    let run = run_as_it_is(
        tool()
            .args(["investigate", "--format", "json", "--input"])
            .arg(path),
    );
    let report = json::read(&run.stdout).expect("a report");
    let options = |width| RenderOptions {
        width,
        colour: false,
        time_zone: UTC,
    };
    for (width, commands) in [(80, 0), (130, 2)] {
        let mut bytes = Vec::new();
        table::render_in_detail(&report, Detail::default(), &options(width), &mut bytes)
            .expect("written to memory");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let dated = text.lines().filter(|line| line.contains("# before "));
        let with_command = dated.clone().filter(|line| line.contains(": kubectl "));
        assert_eq!((dated.count(), with_command.count()), (2, commands));
        let mut comments = text
            .lines()
            .filter(|line| line.trim_start().starts_with('#'));
        assert!(comments.all(|line| line.width() <= width), "{text}");
    }
}
