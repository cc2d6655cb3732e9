//! `sort`, `limit`, `dedup`.

use super::{answer, both, numbered, refusal, rows};

#[test]
fn events_come_newest_first_by_default() {
    assert_eq!(rows("fields verb", &both()), ["verb=list", "verb=get"]);
    assert_eq!(
        rows("fields verb | sort @timestamp asc", &both()),
        ["verb=get", "verb=list"]
    );
}

#[test]
fn sorting_is_the_documented_natural_order() {
    let documented = [
        "!:",
        "#",
        "*%04",
        "0#",
        "5A",
        "111A",
        "2345_",
        "@",
        "@_",
        "A",
        "A9876fghj",
        "a12345hfh",
        "0",
        "01",
        "1",
        "2",
        "3",
    ];
    let quoted: Vec<String> = documented
        .iter()
        .rev()
        .map(|value| format!("\"{value}\""))
        .collect();
    let values: Vec<&str> = quoted.iter().map(String::as_str).collect();
    let sorted = rows("fields n | sort n asc", &numbered(&values));
    let mut expected: Vec<String> = documented
        .iter()
        .map(|value| format!("n={value}"))
        .collect();
    assert_eq!(sorted[..12], expected[..12]);
    let sorted = rows(
        "fields n | sort n desc",
        &numbered(&["3", "20", "100", "\"x\""]),
    );
    expected = ["n=100", "n=20", "n=3", "n=x"].map(str::to_owned).to_vec();
    assert_eq!(sorted, expected);
}

#[test]
fn several_keys_are_sorted_by_in_turn() {
    let text = "fields n, n % 2 as odd | sort odd desc, n asc | display n";
    assert_eq!(
        rows(text, &numbered(&["1", "2", "3", "4"])),
        ["n=1", "n=3", "n=2", "n=4"]
    );
}

#[test]
fn limit_takes_the_first_rows() {
    assert_eq!(
        rows(
            "fields n | sort n asc | limit 2",
            &numbered(&["3", "1", "2"])
        ),
        ["n=1", "n=2"]
    );
}

#[test]
fn dedup_keeps_the_first_of_each_and_every_row_without_a_value() {
    let events = numbered(&["1", "2", "1", "null", "null"]);
    assert_eq!(
        rows("fields @timestamp as t, n | display n | dedup n", &events).len(),
        4
    );
    assert_eq!(
        rows(
            "fields n | sort @timestamp asc | dedup n | limit 2",
            &events
        ),
        ["n=1", "n=2"]
    );
}

/// Any rows will do: what comes after them is not read.
#[test]
fn limit_any_ends_the_scan_with_its_rows() {
    let events = numbered(&["1", "2", "1", "1"]);
    let found = answer("filter n = 1 | limit any 2", &events);
    assert_eq!((found.rows.len(), found.scanned), (2, 3));
    let all = answer("filter n = 1 | limit any 5", &events);
    assert_eq!((all.rows.len(), all.scanned), (3, 4));
    for refused in [
        "stats count(*) by n | limit any 2",
        "fields n | sort n asc | limit any 2",
    ] {
        assert!(refusal(refused).contains("limit"), "{refused}");
    }
}
