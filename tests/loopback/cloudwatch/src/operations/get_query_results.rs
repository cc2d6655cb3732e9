//! GetQueryResults: where the query stands, and a page of its rows.

use loopback_aws::{Exception, Input};
use loopback_insights::{Answer, Event};
use serde_json::{Value, json};

use crate::journal::End;
use crate::query_run::{Phase, QueryRun};
use crate::service::{Service, State};

/// The row limit when neither the query nor the call gives one.
const DEFAULT_LIMIT: usize = 10_000;
const MOST_ITEMS: usize = 10_000;

pub(crate) fn answer(
    service: &Service,
    state: &mut State,
    input: Input<'_>,
    repeated: bool,
) -> Result<Value, Exception> {
    let query = state.query(input.required_text("queryId")?)?;
    let items = input.count("maxItems", MOST_ITEMS)?.unwrap_or(MOST_ITEMS);
    let page = items.min(service.settings.page_size);
    let (phase, mut from) = match input.text("nextToken")? {
        Some(token) => (query.phase(service.settings.life), offset(query, token)?),
        None => (query.poll(service.settings.life), 0),
    };
    let found = found(service, query, phase);
    from = from.min(found.rows.len());
    let mut to = (from + page).min(found.rows.len());
    if repeated {
        (from, to) = (
            from.saturating_sub(page),
            from.max(page).min(found.rows.len()),
        );
    }
    let rows: Vec<Value> = found.rows[from..to]
        .iter()
        .map(|row| {
            row.iter()
                .map(|(field, value)| json!({"field": field, "value": value}))
                .collect()
        })
        .collect();
    let status = match phase {
        Phase::Scheduled => "Scheduled",
        Phase::Running(_) => "Running",
        Phase::Ended(end) => end.name(),
    };
    let mut answer = json!({
        "queryLanguage": "CWLI",
        "results": rows,
        "status": status,
        "statistics": statistics(service, query, &found),
    });
    if to < found.rows.len() && phase == Phase::Ended(End::Complete) {
        answer["nextToken"] = Value::from(format!("{}/{to}", query.seen.id));
    }
    Ok(answer)
}

/// The row at which the page of a token begins.
fn offset(query: &QueryRun, token: &str) -> Result<usize, Exception> {
    let offset = token.split_once('/').filter(|(id, _)| *id == query.seen.id);
    offset
        .and_then(|(_, offset)| offset.parse().ok())
        .ok_or_else(|| Exception::invalid("The specified nextToken is invalid."))
}

/// The answer as far as it is known: of the part of the events that has been read.
fn found(service: &Service, query: &mut QueryRun, phase: Phase) -> Answer {
    match phase {
        Phase::Scheduled | Phase::Ended(End::Failed | End::Unknown) => Answer::default(),
        Phase::Running(part) => execute(service, query, part),
        Phase::Ended(End::Complete) => {
            if query.answer.is_none() {
                query.answer = Some(execute(service, query, 1.0));
            }
            query.answer.clone().unwrap_or_default()
        }
        Phase::Ended(_) => execute(service, query, 0.5),
    }
}

fn execute(service: &Service, query: &QueryRun, part: f64) -> Answer {
    let mut events = service.events(&query.groups, query.seen.start, query.seen.end);
    events.truncate((events.len() as f64 * part).ceil() as usize);
    let settings = &service.settings;
    if query.query.is_estimate() {
        return estimate(service, &events, query);
    }
    let mut answer = query.query.execute(&events, settings.manners);
    let limits = [query.query.limit(), query.seen.limit];
    // Which of the two limits wins when both are given is not documented: a query gets no more than the smaller.
    let limit = limits.into_iter().flatten().min();
    answer.rows.truncate(limit.unwrap_or(usize::MAX));
    answer.counted = answer.rows.len();
    answer.rows.truncate(limit.unwrap_or(DEFAULT_LIMIT));
    if query.query.is_aggregated() {
        answer.rows.truncate(settings.stats_rows);
    }
    if !(settings.counts_cut_rows && query.query.is_aggregated()) {
        answer.counted = answer.rows.len();
    }
    answer
}

/// One row that tells the bytes; nothing is scanned for it.
fn estimate(service: &Service, events: &[&Event], query: &QueryRun) -> Answer {
    let field = service.settings.estimate_field.clone().unwrap_or_default();
    let read = query
        .query
        .execute(events, service.settings.manners)
        .bytes_scanned;
    Answer {
        rows: vec![vec![(
            field,
            (read * service.settings.bytes_factor).to_string(),
        )]],
        counted: 1,
        ..Answer::default()
    }
}

fn statistics(service: &Service, query: &QueryRun, found: &Answer) -> Value {
    let weight = |bytes: usize| (bytes * service.settings.bytes_factor) as f64;
    json!({
        "recordsMatched": found.matched as f64,
        "recordsScanned": found.scanned as f64,
        "estimatedRecordsSkipped": found.skipped as f64,
        "bytesScanned": weight(found.bytes_scanned),
        "estimatedBytesSkipped": weight(found.bytes_skipped),
        "logGroupsScanned": query.groups.len() as f64,
        "resultCount": found.counted as f64,
    })
}
