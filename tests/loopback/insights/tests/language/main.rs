//! The query language, command by command.

mod discovery;
mod fields;
mod filter;
mod functions;
mod parse;
mod refusals;
mod rows;
mod stats;

use loopback_insights::{AggregatedTime, Answer, Event, Malformed, Query};

/// 2026-11-24 06:01:27.947
const TIME: i64 = 1_795_500_087_947;

/// A request with a stale token, cut down from a recorded one.
const STALE: &str = concat!(
    r#"{"kind":"Event","level":"Metadata","stage":"ResponseComplete","verb":"get","#,
    r#""user":{"username":"system:serviceaccount:team-payments:api","#,
    r#""extra":{"authentication.kubernetes.io/pod-name":["payments-api-cjxgqgz99-9vmwm"]}},"#,
    r#""sourceIPs":["127.21.1.59"],"userAgent":"Kubernetes Java Client 13.0.1","#,
    r#""responseStatus":{"metadata":{},"code":200},"#,
    r#""requestReceivedTimestamp":"2026-11-24T06:01:27.946096Z","#,
    r#""annotations":{"authentication.k8s.io/stale-token":"subject: system:serviceaccount:"#,
    r#"team-payments:api, seconds after warning threshold: 518404"}}"#
);

/// A rejected request, cut down from a recorded one.
const REJECTED: &str = concat!(
    r#"{"kind":"Event","level":"Request","stage":"ResponseStarted","verb":"list","user":{},"#,
    r#""sourceIPs":["127.21.3.38"],"userAgent":"rest-client/2.1.0","#,
    r#""responseStatus":{"metadata":{},"reason":"Unauthorized","code":401}}"#
);

/// A stale request and, a second later, a rejected one.
fn both() -> Vec<Event> {
    vec![
        Event::new(TIME, "audit", STALE),
        Event::new(TIME + 1_000, "audit", REJECTED),
    ]
}

/// Events with `{"n": …}`, a second apart.
fn numbered(values: &[&str]) -> Vec<Event> {
    let message = |value: &&str| format!(r#"{{"n":{value}}}"#);
    let times = (0..).map(|second| TIME + second * 1_000);
    times
        .zip(values.iter().map(message))
        .map(|(time, message)| Event::new(time, "s", &message))
        .collect()
}

fn compile(text: &str, events: &[Event]) -> Result<Query, Malformed> {
    let has = |name: &str| events.iter().any(|event| event.has_discovered(name));
    Query::compile(text, &has)
}

fn answer(text: &str, events: &[Event]) -> Answer {
    let query = compile(text, events).unwrap_or_else(|refused| panic!("{text}: {refused}"));
    query.execute(
        &events.iter().collect::<Vec<_>>(),
        AggregatedTime::EpochMillis,
    )
}

/// The rows without `@ptr`, as `a=1 b=2`.
fn rows(text: &str, events: &[Event]) -> Vec<String> {
    let shown = |row: &Vec<(String, String)>| {
        let fields = row.iter().filter(|(field, _)| field != "@ptr");
        fields
            .map(|(field, value)| format!("{field}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    answer(text, events).rows.iter().map(shown).collect()
}

/// What one expression is worth for the stale event; nothing when it is absent.
fn worth(expression: &str) -> String {
    let events = [Event::new(TIME, "audit", STALE)];
    rows(&format!("fields {expression} as x"), &events)
        .join("")
        .replacen("x=", "", 1)
}

/// Why a query is refused.
fn refusal(text: &str) -> String {
    match compile(text, &both()) {
        Ok(_) => panic!("{text}: is not refused"),
        Err(refused) => refused.to_string(),
    }
}

/// How many of the two events pass a filter.
fn passing(condition: &str) -> usize {
    answer(&format!("filter {condition}"), &both()).rows.len()
}
