//! `fields` and `display`.

use loopback_insights::Event;

use super::{TIME, answer, both, rows};

#[test]
fn every_event_has_the_system_fields() {
    let mut event = Event::new(TIME, "audit-1", "plain");
    event.log = "111122223333:/aws/eks/prod-1/cluster".to_owned();
    let text = "fields @timestamp, @ingestionTime, @message, @logStream, @log";
    let expected = "@timestamp=2026-11-24 06:01:27.947 @ingestionTime=2026-11-24 06:01:32.947 @message=plain \
                    @logStream=audit-1 @log=111122223333:/aws/eks/prod-1/cluster";
    assert_eq!(rows(text, &[event]), [expected]);
}

#[test]
fn events_have_a_pointer_and_aggregates_have_none() {
    let names = |text: &str| -> Vec<String> {
        let answer = answer(text, &both());
        answer.rows[0]
            .iter()
            .map(|(field, _)| field.clone())
            .collect()
    };
    assert_eq!(names("fields verb"), ["verb", "@ptr"]);
    assert_eq!(names("fields verb | display verb"), ["verb", "@ptr"]);
    assert_eq!(names("fields @ptr, verb"), ["@ptr", "verb"]);
    assert_eq!(names("stats count(*)"), ["count(*)"]);
}

#[test]
fn an_absent_field_is_not_in_the_row() {
    assert_eq!(
        rows("fields user.username, verb | sort verb desc", &both()),
        [
            "verb=list",
            "user.username=system:serviceaccount:team-payments:api verb=get",
        ]
    );
}

#[test]
fn an_expression_is_named_by_its_text_or_its_alias() {
    let text = r#"filter verb = "get" | fields strlen(verb) , strlen( verb ) + 1 as longer, verb as action"#;
    assert_eq!(rows(text, &both()), ["strlen(verb)=3 longer=4 action=get"]);
}

#[test]
fn several_fields_commands_add_up_and_the_last_display_wins() {
    assert_eq!(
        rows("fields verb | fields stage | limit 1", &both()),
        ["verb=list stage=ResponseStarted"]
    );
    assert_eq!(
        rows(
            "fields verb | display stage | display level | limit 1",
            &both()
        ),
        ["level=Request"]
    );
}

#[test]
fn an_alias_can_be_used_in_what_follows() {
    let text = "fields strlen(verb) as length | filter length = 4 | fields length * 2 as twice | display twice";
    assert_eq!(rows(text, &both()), ["twice=8"]);
}
