//! The fields that the service discovers.

use loopback_insights::Event;

use super::{STALE, TIME, rows};

#[test]
fn nested_fields_are_named_with_dots() {
    let events = [Event::new(TIME, "s", STALE)];
    let text = "fields user.username, sourceIPs.0, user.extra.`authentication.kubernetes.io/pod-name`.0 as pod";
    let expected = "user.username=system:serviceaccount:team-payments:api sourceIPs.0=127.21.1.59 \
                    pod=payments-api-cjxgqgz99-9vmwm";
    assert_eq!(rows(text, &events), [expected]);
}

#[test]
fn values_keep_their_text_and_nulls_are_absent() {
    let message = r#"{"big":9007199254740993,"half":0.5,"yes":true,"no":false,"null":null,"empty":{},"@at":"x"}"#;
    let text = "fields big, half, yes, no, `null`, empty, @@at";
    let expected = ["big=9007199254740993 half=0.5 yes=1 no=0 @@at=x"];
    assert_eq!(rows(text, &[Event::new(TIME, "s", message)]), expected);
}

#[test]
fn only_the_first_two_hundred_fields_are_discovered() {
    let filler: String = (0..199).map(|n| format!(r#""f{n}":{n},"#)).collect();
    let message = format!(r#"{{{filler}"z":"last one","a":"one too many"}}"#);
    assert_eq!(
        rows("fields z, a", &[Event::new(TIME, "s", &message)]),
        ["z=last one"]
    );
}

#[test]
fn what_is_no_json_has_no_fields_and_a_cut_message_keeps_the_first() {
    assert_eq!(
        rows("fields verb", &[Event::new(TIME, "s", "verb=get")]),
        [""]
    );
    let cut = &STALE[..STALE.len() - 60];
    let text = "fields verb, annotations.`authentication.k8s.io/stale-token` as stale";
    assert_eq!(rows(text, &[Event::new(TIME, "s", cut)]), ["verb=get"]);
}

#[test]
fn the_infrequent_access_class_discovers_none() {
    let mut event = Event::new(TIME, "s", STALE);
    event.discovers = false;
    let text = r#"fields verb | parse '"verb":"*"' as what"#;
    assert_eq!(rows(text, &[event]), ["what=get"]);
}
