//! What an investigation looks like at a terminal. Each snapshot was looked at.

use eks_stale_tokens::render::RenderOptions;
use eks_stale_tokens::render::table::{Detail, render_in_detail};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::verdict::judge;
use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr as _;

use super::story;
use crate::recordings::{audit_log, evidence_in, ninety_days};

const ANSWER: Detail = Detail {
    holders: false,
    explain: false,
};
const POD_BY_POD: Detail = Detail {
    holders: true,
    explain: false,
};
const EXPLAINED: Detail = Detail {
    holders: true,
    explain: true,
};

fn screen(report: &Report, width: usize, colour: bool, detail: Detail) -> String {
    let options = RenderOptions {
        width,
        colour,
        time_zone: chrono_tz::UTC,
    };
    let mut bytes = Vec::new();
    render_in_detail(report, detail, &options, &mut bytes).expect("written to memory");
    String::from_utf8(bytes)
        .expect("UTF-8")
        .replace('\u{1b}', "␛")
}

fn recording(name: &str) -> Report {
    let (evidence, coverages) = evidence_in(name, &audit_log(name));
    judge(&evidence, &coverages, &ninety_days())
}

#[test]
fn the_story_at_80_columns() {
    assert_snapshot!(
        "story_80_columns",
        screen(&story::log().report(), 80, false, ANSWER)
    );
}

#[test]
fn the_story_at_120_columns_in_colour() {
    assert_snapshot!(
        "story_120_columns_in_colour",
        screen(&story::log().report(), 120, true, POD_BY_POD)
    );
}

#[test]
fn a_recording_explained_at_120_columns() {
    assert_snapshot!(
        "timeline_explained_120_columns",
        screen(&recording("timeline"), 120, false, EXPLAINED)
    );
}

/// Only what is to be pasted, and a link, may be wider than the terminal.
#[test]
fn nothing_but_commands_is_too_wide() {
    for name in ["recording", "timeline"] {
        for width in [80, 120] {
            let text = screen(&recording(name), width, false, EXPLAINED);
            let pasted = |line: &&str| {
                let is_link = line.contains("https://");
                is_link || line.contains("kubectl") || line.contains("# ")
            };
            for line in text.lines().filter(|line| !pasted(line)) {
                let footing = line.contains("Not visible");
                assert!(footing || line.width() <= width, "{width}: {line}");
            }
        }
    }
}
