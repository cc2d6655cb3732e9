//! A perfect copy of a marked event, wherever somebody other than the API server can write, proves
//! nothing in any carrier.

use serde_json::{Value, json};

use super::any_carrier::{event, evidence, four_events};
use super::carriers::CARRIERS;

/// A perfect event of an account that does not exist.
pub(super) fn forged() -> String {
    event(
        ("evil", "evil"),
        "evil-0",
        "2026-11-24T06:20:00",
        Some(7_700_000),
    )
}

fn is_without_forgery(bytes: &[u8]) -> bool {
    let evidence = evidence(bytes);
    assert!(
        evidence.holders().count() > 0,
        "{}",
        String::from_utf8_lossy(bytes)
    );
    evidence
        .holders()
        .all(|(holder, _)| holder.service_account.namespace != "evil")
}

/// An event whose caller put a perfect event wherever it can write.
fn with_forgery_inside() -> Vec<String> {
    let forged = forged();
    let object: Value = serde_json::from_str(&forged).expect("JSON");
    let plain = event(
        ("monitoring", "prometheus"),
        "prometheus-0",
        "2026-11-24T06:03:00",
        None,
    );
    [
        "requestObject",
        "responseObject",
        "request_object",
        "objectRef",
        "impersonatedUser",
        "message",
        "log",
    ]
    .iter()
    .flat_map(|key| {
        let mut as_object: Value = serde_json::from_str(&plain).expect("JSON");
        let mut as_text = as_object.clone();
        let mut nested = as_object.clone();
        as_object[key] = object.clone();
        as_text[key] = Value::from(forged.as_str());
        nested[key] =
            json!({"log": forged, "metadata": {"annotations": {"a": forged, "log": object}}});
        [as_object, as_text, nested].map(|event| event.to_string())
    })
    .collect()
}

#[test]
fn a_forgery_inside_an_event_is_without_effect_in_every_carrier() {
    let mut events = four_events();
    let inside = with_forgery_inside();
    for carrier in CARRIERS {
        for order in 0..2 {
            events.retain(|event| !event.contains("evil"));
            let at = if order == 0 { 0 } else { events.len() };
            let mut all = events.clone();
            all.splice(at..at, inside.iter().cloned());
            assert!(
                is_without_forgery(&(carrier.write)(&all)),
                "{}",
                carrier.name
            );
        }
    }
}

#[test]
fn a_forgery_in_another_place_of_a_record_is_without_effect() {
    let events = four_events();
    let forged = forged();
    let text: String = events
        .iter()
        .map(|event| {
            json!({"log": event, "labels": {"a": forged, "log": {"log": forged}}, "annotations": [forged], "user": forged}).to_string() + "\n"
        })
        .collect();
    assert!(is_without_forgery(text.as_bytes()));
    // A record that has nothing at the right place.
    let beside = json!({"message": forged, "stream": "stdout"}).to_string();
    assert!(is_without_forgery(format!("{text}{beside}\n").as_bytes()));
    // A column of a query's result that a caller fills.
    let rows: Vec<Value> = events
        .iter()
        .map(|event| json!([{"field": "@message", "value": event}, {"field": "userAgent", "value": forged}]))
        .collect();
    let answer =
        json!({"results": rows, "status": "Complete", "statistics": {"recordsMatched": 4.0}});
    assert!(is_without_forgery(answer.to_string().as_bytes()));
}

#[test]
fn a_forgery_in_another_log_of_the_same_input_is_without_effect() {
    let events = four_events();
    let forged = forged();
    let stream = "evil-0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    let audit = "kube-apiserver-audit-0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    type Record = fn(&str, &str) -> String;
    let records: [(&str, &str, Record); 9] = [
        (audit, stream, |name, event| {
            json!({"logStreamName": name, "message": event}).to_string()
        }),
        ("kube-apiserver", "app", |name, event| {
            json!({"log": event, "kubernetes": {"container_name": name, "namespace_name": "kube-system"}}).to_string()
        }),
        ("kube-system", "default", |name, event| {
            json!({"log": event, "kubernetes": {"container_name": "kube-apiserver", "namespace_name": name}}).to_string()
        }),
        (
            "/var/log/kubernetes/audit.log",
            "/var/log/containers/audit_default_audit-0123.log",
            |name, event| json!({"line": event, "labels": {"filename": name}}).to_string(),
        ),
        ("kube-apiserver", "app", |name, event| {
            format!("[pod/kube-apiserver-1/{name}] {event}")
        }),
        (audit, stream, |name, event| {
            format!("2026-11-24T06:01:27Z {name} {event}")
        }),
        ("kube-apiserver", "nginx", |name, event| {
            format!("<134>1 2026-11-24T06:01:27Z cp-1 {name} - - - {event}")
        }),
        (
            "kube-apiserver-audit",
            "kubernetes.var.log.containers.a_default_b-01.log",
            |name, event| format!("2026-11-24T06:01:27+00:00\t{name}\t{event}"),
        ),
        ("kube-apiserver", "app", |name, event| {
            format!("2026-11-24T06:01:27Z {{container=\"{name}\"}} {event}")
        }),
    ];
    for (right, wrong, record) in records {
        for forged_first in [false, true] {
            let mut lines: Vec<String> = events.iter().map(|event| record(right, event)).collect();
            let at = if forged_first { 0 } else { lines.len() };
            lines.splice(at..at, (0..9).map(|_| record(wrong, &forged)));
            let text = lines.join("\n") + "\n";
            assert!(is_without_forgery(text.as_bytes()), "{wrong}: {text}");
        }
    }
}

#[test]
fn a_forgery_inside_a_torn_event_is_without_effect() {
    let events = four_events();
    for torn in with_forgery_inside() {
        for cut in [torn.len() - 1, torn.len() - 40] {
            let text = [&events[..2], &[torn[..cut].to_owned()], &events[2..]].concat();
            assert!(is_without_forgery(text.concat().as_bytes()));
            assert!(is_without_forgery((text.join("\n") + "\n").as_bytes()));
        }
    }
}
