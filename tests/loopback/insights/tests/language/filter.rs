//! `filter`.

use loopback_insights::Event;

use super::{TIME, both, numbered, passing, rows};

#[test]
fn like_finds_a_part_or_a_regular_expression_and_minds_case() {
    assert_eq!(
        passing(r#"@message like "seconds after warning threshold""#),
        1
    );
    assert_eq!(passing("@message like 'Seconds after'"), 0);
    assert_eq!(passing("@message like /(?i)SECONDS after/"), 1);
    assert_eq!(passing(r"userAgent like /^rest-client\/\d/"), 1);
    assert_eq!(passing(r#"userAgent =~ /Java|rest/"#), 2);
    assert_eq!(passing(r#"userAgent not like /Java/"#), 1);
    assert_eq!(passing(r#"@message not like "Unauthorized""#), 1);
}

#[test]
fn numbers_are_compared_as_numbers_even_when_they_are_text() {
    assert_eq!(passing("responseStatus.code = 401"), 1);
    assert_eq!(passing(r#"responseStatus.code = "401""#), 1);
    assert_eq!(passing("responseStatus.code != 401"), 1);
    assert_eq!(
        passing("responseStatus.code >= 200 and responseStatus.code < 400"),
        1
    );
    let events = numbered(&["\"9\"", "\"10\"", "\"x\""]);
    assert_eq!(rows("fields n | filter n > 9", &events), ["n=x", "n=10"]);
}

#[test]
fn text_is_compared_as_text() {
    assert_eq!(passing(r#"verb = "get""#), 1);
    assert_eq!(passing(r#"verb = "GET""#), 0);
    assert_eq!(passing(r#"verb < "h""#), 1);
}

#[test]
fn in_tests_for_members() {
    assert_eq!(passing(r#"verb in ["get", "watch"]"#), 1);
    assert_eq!(passing(r#"verb not in ["get", "watch"]"#), 1);
    assert_eq!(passing(r#"responseStatus.code in ["401", "403"]"#), 1);
    assert_eq!(passing("responseStatus.code in [200, 401]"), 2);
}

#[test]
fn booleans_bind_not_then_and_then_or() {
    assert_eq!(
        passing(r#"verb = "get" or verb = "list" and verb = "none""#),
        1
    );
    assert_eq!(
        passing(r#"(verb = "get" or verb = "list") and verb = "none""#),
        0
    );
    assert_eq!(passing(r#"not verb = "get" and not verb = "list""#), 0);
    assert_eq!(passing(r#"not (verb = "get" and verb = "list")"#), 2);
}

#[test]
fn an_absent_field_equals_nothing_and_has_no_order() {
    assert_eq!(
        passing("ispresent(annotations.`authentication.k8s.io/stale-token`)"),
        1
    );
    assert_eq!(
        passing("ispresent(`annotations.authentication.k8s.io/stale-token`)"),
        1
    );
    assert_eq!(passing("not ispresent(user.username)"), 1);
    assert_eq!(passing("nothing = nothing"), 0);
    assert_eq!(passing(r#"nothing != "x""#), 2);
    assert_eq!(passing("nothing < 1 or nothing >= 1"), 0);
    assert_eq!(passing(r#"nothing like """#), 0);
}

#[test]
fn a_filter_alone_shows_time_and_message() {
    let events = [Event::new(TIME, "s", "plain")];
    let expected = ["@timestamp=2026-11-24 06:01:27.947 @message=plain"];
    assert_eq!(rows(r#"filter @message like "plain""#, &events), expected);
}

#[test]
fn comments_run_to_the_end_of_the_line() {
    let text = "# which\nfields verb # first\n# | filter verb = 'none'\n| filter verb like '#' or verb like /#|ge/";
    assert_eq!(rows(text, &both()), ["verb=get"]);
}

#[test]
fn the_index_on_streams_spares_events() {
    let mut events = both();
    events.push(Event::new(TIME, "other", "a longer message"));
    let query = |text: &str| super::answer(text, &events);
    let one = query(r#"filter @logStream = "other" and @message like "longer""#);
    assert_eq!((one.rows.len(), one.scanned, one.skipped), (1, 1, 2));
    assert_eq!(one.bytes_scanned, 16);
    assert_eq!(
        query(r#"filter @logStream in ["other", "audit"]"#).scanned,
        3
    );
    assert_eq!(query(r#"filter @logStream like "other""#).scanned, 3);
    assert_eq!(
        query(r#"filter @logStream = "other" or verb = "get""#)
            .rows
            .len(),
        2
    );
    assert_eq!(
        query(r#"filter @logStream = "other" or verb = "get""#).scanned,
        3
    );
}
