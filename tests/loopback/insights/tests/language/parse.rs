//! `parse`.

use loopback_insights::Event;

use super::{STALE, TIME, both, rows};

#[test]
fn the_query_that_the_documentation_gives_keeps_the_space_before_the_number() {
    let text = concat!(
        "fields @timestamp | filter @message like /seconds after warning threshold/ ",
        r#"| parse @message "subject: *, seconds after warning threshold:*\"" as subject, elapsed"#,
    );
    let expected = "@timestamp=2026-11-24 06:01:27.947 subject=system:serviceaccount:team-payments:api elapsed= 518404";
    assert_eq!(rows(text, &both()), [expected]);
}

#[test]
fn a_failed_parse_leaves_the_fields_absent_and_keeps_the_event() {
    let text = r#"fields verb | parse "threshold: *\"" as late | sort verb asc"#;
    assert_eq!(rows(text, &both()), ["verb=get late=518404", "verb=list"]);
}

#[test]
fn a_regular_expression_names_its_fields() {
    let text = r"parse @message /serviceaccount:(?<ns>[a-z-]+):(?<sa>[a-z-]+)/ | filter ispresent(ns) | display ns, sa";
    assert_eq!(rows(text, &both()), ["ns=team-payments sa=api"]);
    let text = r"parse userAgent /^(?<client>\S+)(?: (?<rest>.*))?$/ | display client, rest | sort client asc";
    let expected = [
        "client=Kubernetes rest=Java Client 13.0.1",
        "client=rest-client/2.1.0",
    ];
    assert_eq!(rows(text, &both()), expected);
}

#[test]
fn a_field_can_be_parsed_and_what_was_parsed_can_be_parsed_again() {
    let text = concat!(
        "parse annotations.`authentication.k8s.io/stale-token` 'subject: *, seconds after warning threshold: *' ",
        "as subject, late | parse subject 'system:serviceaccount:*:*' as ns, sa | filter late > 0 | display ns, sa, late",
    );
    assert_eq!(rows(text, &both()), ["ns=team-payments sa=api late=518404"]);
}

#[test]
fn stars_reach_to_the_next_text_and_the_last_to_the_end() {
    let events = [Event::new(
        TIME,
        "s",
        "user=bob, method:get, latency := 12 ms",
    )];
    let text = r#"parse "user=*, method:*, latency := *" as u, m, l | display u, m, l"#;
    assert_eq!(rows(text, &events), ["u=bob m=get l=12 ms"]);
    assert_eq!(
        rows(r#"parse "*, *," as a, b | display a, b"#, &events),
        ["a=user=bob b=method:get"]
    );
    assert_eq!(
        rows(r#"parse "latency :=*ms" as l | display l"#, &events),
        ["l= 12 "]
    );
}

#[test]
fn the_first_copy_of_a_phrase_wins_wherever_it_stands() {
    let forged = STALE.replace(
        "Kubernetes Java Client 13.0.1",
        "subject: evil, seconds after warning threshold: 1",
    );
    let text = r#"parse "subject: *, seconds after warning threshold: *\"" as who, late | display who, late"#;
    assert_eq!(
        rows(text, &[Event::new(TIME, "s", &forged)]),
        ["who=evil late=1"]
    );
}
