//! The documented columns of CSV are the columns that are written.

use eks_stale_tokens::render::{csv, export_csv};

/// The first cells of the table under a heading.
fn documented(heading: &str) -> Vec<String> {
    let document = std::fs::read_to_string("docs/csv.md").expect("it is there");
    let (_, section) = document.split_once(heading).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_columns_are_documented() {
    assert_eq!(documented("\n## A report\n"), csv::COLUMNS);
    assert_eq!(documented("\n## An export\n"), export_csv::COLUMNS);
}
