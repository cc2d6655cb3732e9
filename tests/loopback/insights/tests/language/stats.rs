//! `stats`.

use loopback_insights::{AggregatedTime, Event};

use super::{TIME, both, compile, numbered, rows};

#[test]
fn each_function_over_all_events() {
    let events = numbered(&["4", "1", "\"x\"", "4", "null"]);
    let text = "stats count(*), count(n), count_distinct(n), min(n), max(n), sum(n), avg(n), earliest(n), latest(n), \
                sortsFirst(n), sortsLast(n)";
    let expected = "count(*)=5 count(n)=4 count_distinct(n)=3 min(n)=1 max(n)=4 sum(n)=9 avg(n)=3 earliest(n)=4 \
                    latest(n)=4 sortsFirst(n)=x sortsLast(n)=4";
    assert_eq!(rows(text, &events), [expected]);
}

#[test]
fn groups_are_told_apart_by_fields_and_expressions() {
    let text = "stats count(*) as requests by user.username as account, toupper(verb) | sort requests desc";
    assert_eq!(
        rows(text, &both()),
        [
            "toupper(verb)=LIST requests=1",
            "account=system:serviceaccount:team-payments:api toupper(verb)=GET requests=1",
        ]
    );
}

#[test]
fn bins_are_times() {
    let text = "stats count(*) as n by bin(5m) as slot | sort slot asc";
    let mut events = both();
    events.push(Event::new(TIME + 300_000, "s", "x"));
    let expected = [
        "slot=2026-11-24 06:00:00.000 n=2",
        "slot=2026-11-24 06:05:00.000 n=1",
    ];
    assert_eq!(rows(text, &events), expected);
    assert_eq!(
        rows("stats count(*) by bin(1h)", &both()),
        ["bin(1h)=2026-11-24 06:00:00.000 count(*)=2"]
    );
}

#[test]
fn an_aggregated_time_has_three_forms() {
    let events = both();
    let all: Vec<&Event> = events.iter().collect();
    let text = "stats min(@timestamp) as first, latest(@timestamp) as last";
    let query = compile(text, &events).expect("it compiles");
    let written = |form| {
        let row = query.execute(&all, form).rows.remove(0);
        row.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(
        written(AggregatedTime::EpochMillis),
        ["1795500087947", "1795500088947"]
    );
    assert_eq!(
        written(AggregatedTime::Scientific),
        ["1.795500087947E12", "1.795500088947E12"]
    );
    let dates = ["2026-11-24 06:01:27.947", "2026-11-24 06:01:28.947"];
    assert_eq!(written(AggregatedTime::DateText), dates);
    assert_eq!(
        rows("stats fromMillis(min(@timestamp)) as first", &events),
        ["first=2026-11-24 06:01:27.947"]
    );
}

#[test]
fn aggregates_can_be_calculated_with() {
    let text = "stats (max(@timestamp) - min(@timestamp)) / 1000 as seconds";
    assert_eq!(rows(text, &both()), ["seconds=1"]);
    let text = "stats max(@timestamp / 1000 - n) as issued, min(n + 0.5) as half";
    assert_eq!(
        rows(text, &numbered(&["1"])),
        ["issued=1795500086.947 half=1.5"]
    );
}

#[test]
fn digits_behind_a_space_are_no_number() {
    let text = |field: &str| {
        format!(
            "parse 'threshold:*\"' as raw | fields ltrim(raw) as late | stats max({field}) as most"
        )
    };
    assert_eq!(rows(&text("raw"), &both()), [""]);
    assert_eq!(rows(&text("late"), &both()), ["most=518404"]);
}

#[test]
fn what_was_aggregated_can_be_filtered_sorted_and_aggregated_again() {
    let events = numbered(&["1", "1", "2", "3", "3"]);
    let text =
        "stats count(*) as times by n | filter times > 1 | sort n desc | limit 1 | display n";
    assert_eq!(rows(text, &events), ["n=3"]);
    assert_eq!(super::answer(text, &events).matched, 5);
    assert_eq!(
        rows(
            "stats count(*) as times by n | stats max(times) as most",
            &events
        ),
        ["most=2"]
    );
    assert_eq!(
        rows(
            "stats count(*) as times by n | fields times * 2 as twice | sort n asc",
            &events
        )[0],
        "n=1 times=2 twice=4"
    );
}

#[test]
fn no_event_gives_one_row_without_groups_and_none_with() {
    assert_eq!(rows("stats count(*) as n, max(x) as m", &[]), ["n=0"]);
    assert!(rows("stats count(*) as n by verb", &[]).is_empty());
}
