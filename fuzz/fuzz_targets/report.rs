//! A saved report: it is refused, or it can be written in every format, and read again as the same.

#![no_main]

use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::json::{newest, read};
use libfuzzer_sys::fuzz_target;

const FORMATS: [Format; 7] = [
    Format::Table,
    Format::Json,
    Format::Csv,
    Format::Markdown,
    Format::Html,
    Format::Ics,
    Format::Prometheus,
];

fuzz_target!(|text: &str| {
    let Ok(report) = read(text) else {
        return;
    };
    let options = RenderOptions {
        width: 100,
        colour: false,
        time_zone: Default::default(),
    };
    for format in FORMATS {
        let mut bytes = Vec::new();
        format
            .render(&report, &options, &mut bytes)
            .expect("written to memory");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(!text.contains('\u{1b}'), "{format:?}");
    }
    let written = serde_json::to_string(&newest(&report)).expect("JSON");
    assert!(read(&written).is_ok_and(|again| again == report));
});
