//! Text that somebody wrote into a log acts in no format.

use std::fs;
use std::path::Path;

use eks_stale_tokens::audit::untrusted_text::is_unprintable;
use eks_stale_tokens::render::Format;
use regex::Regex;

use super::corpus::{formats, harmless_twin, hostile, incomplete, text};

#[test]
fn no_character_acts() {
    let report = hostile();
    for format in formats() {
        let text = text(format, &report);
        let end = if format == Format::Ics { "\r\n" } else { "\n" };
        for line in text.split(end) {
            let acting = line.chars().find(|character| is_unprintable(*character));
            assert_eq!(acting, None, "{format:?}: {line:?}");
        }
    }
}

#[test]
fn a_page_has_the_elements_of_its_harmless_twin() {
    let elements = |page: &str| -> Vec<String> {
        let tag = Regex::new(r#"<(/?[a-zA-Z!][^\s/>]*)((?:[^>"]|"[^"]*")*)>"#).expect("a pattern");
        let attribute = Regex::new(r#"([^\s"=]+)="[^"]*""#).expect("a pattern");
        tag.captures_iter(page)
            .map(|found| {
                let names = attribute
                    .captures_iter(&found[2])
                    .map(|found| found[1].to_owned());
                let names: Vec<String> = names.collect();
                format!("{} {}", &found[1], names.join(" "))
            })
            .collect()
    };
    let hostile = text(Format::Html, &hostile());
    let twin = text(Format::Html, &harmless_twin());
    let (found, expected) = (elements(&hostile), elements(&twin));
    assert!(expected.len() > 1000, "elements are found");
    let different = found
        .iter()
        .zip(&expected)
        .find(|(one, other)| one != other);
    assert_eq!(different, None);
    assert_eq!(found.len(), expected.len());
    // What the elements of a page hold is not seen by the comparison above.
    assert_eq!(hostile.matches('<').count(), twin.matches('<').count());
    assert_eq!(hostile.matches('>').count(), twin.matches('>').count());
    assert_eq!(hostile.matches('"').count(), twin.matches('"').count());
    assert!(hostile.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
}

#[test]
fn a_cell_is_no_formula() {
    let hostile = text(Format::Csv, &hostile());
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(hostile.as_bytes());
    let mut texts = 0;
    for row in reader.records() {
        let row = row.expect("a row");
        for cell in &row {
            let number = cell.parse::<i64>().is_ok();
            let formula = cell
                .trim_start()
                .starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
            assert!(number || !formula, "{cell:?}");
            texts += usize::from(cell.starts_with('\''));
        }
    }
    assert!(texts > 5, "formulas were there to be told");
    let twin = text(Format::Csv, &harmless_twin());
    assert_eq!(hostile.lines().count(), twin.lines().count());
}

/// `.ci/readers` shows these files to other programs.
#[test]
fn the_reports_are_left_for_other_readers() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats");
    fs::create_dir_all(&directory).expect("created");
    for (name, report) in [("hostile", hostile()), ("incomplete", incomplete())] {
        for (format, extension) in
            formats().zip(["txt", "json", "csv", "md", "html", "ics", "prom"])
        {
            let path = directory.join(name).with_extension(extension);
            fs::write(&path, text(format, &report)).expect("written");
        }
    }
}
