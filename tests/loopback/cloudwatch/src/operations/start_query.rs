//! StartQuery: everything about a query that can be refused is refused here.

use std::time::Instant;

use loopback_aws::{Exception, Input};
use loopback_insights::{MOST_ROWS, Malformed, Query};
use serde_json::{Value, json};

use crate::journal::{End, Fate, QuerySeen};
use crate::query_run::QueryRun;
use crate::quota::too_many_queries;
use crate::service::{Service, State};

const MOST_CHARACTERS: usize = 10_000;
const MOST_GROUPS: usize = 50;
/// Larger numbers are milliseconds by mistake: as seconds, they lie thousands of years ahead.
const LAST_SECOND: i64 = 99_999_999_999;

pub(crate) fn answer(
    service: &Service,
    state: &mut State,
    input: Input<'_>,
) -> Result<Value, Exception> {
    if input
        .text("queryLanguage")?
        .is_some_and(|language| language != "CWLI")
    {
        return Err(Exception::invalid(
            "Only the query language CWLI is known here.",
        ));
    }
    let text = input.required_text("queryString")?;
    if text.chars().count() > MOST_CHARACTERS {
        return Err(Exception::invalid(format!(
            "1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have \
             length less than or equal to {MOST_CHARACTERS}"
        )));
    }
    let limit = input.count("limit", MOST_ROWS)?;
    let (start, end) = (
        input.required_integer("startTime")?,
        input.required_integer("endTime")?,
    );
    if start > end || start < 0 || end > LAST_SECOND {
        return Err(Exception::invalid(format!(
            "The window from second {start} to second {end} is none."
        )));
    }
    let groups = groups(service, input)?;
    let discovered = |name: &str| {
        groups
            .iter()
            .any(|group| service.groups[*group].discovers(name))
    };
    let mut refused = service.settings.refused.iter();
    if let Some(words) = refused.find(|words| text.contains(words.as_str())) {
        return Err(not_compiled(&Malformed::without_place(format!(
            "unexpected symbol found {words}"
        ))));
    }
    let query = Query::compile(text, &discovered).map_err(|malformed| not_compiled(&malformed))?;
    if query.is_estimate() && service.settings.estimate_field.is_none() {
        return Err(not_compiled(&Malformed::without_place(
            "unexpected symbol found estimate",
        )));
    }
    check_window(service, &groups, end)?;

    let most = service.settings.quotas.running;
    if service.running(state) >= most {
        return Err(too_many_queries(most));
    }
    let number = state.queries.len() + 1;
    let events = service.events(&groups, start, end).len();
    let ending = match service.settings.times_out_above {
        Some(most) if events > most => End::Timeout,
        _ => service
            .settings
            .end_of(u32::try_from(number).unwrap_or(u32::MAX)),
    };
    let id = format!("{number:08x}-0000-4000-8000-{number:012x}");
    state.queries.push(QueryRun {
        seen: QuerySeen {
            id: id.clone(),
            text: text.to_owned(),
            groups: groups
                .iter()
                .map(|group| service.groups[*group].name.clone())
                .collect(),
            start,
            end,
            limit,
            polls: 0,
            fate: Fate::LeftRunning,
        },
        query,
        groups,
        end: ending,
        started: Instant::now(),
        answer: None,
    });
    state.peak_running = state.peak_running.max(service.running(state));
    Ok(json!({"queryId": id}))
}

/// The error for a query that does not compile.
fn not_compiled(malformed: &Malformed) -> Exception {
    let message = malformed.to_string();
    let exception = Exception::new("MalformedQueryException", message.as_str());
    let Some(place) = malformed.at else {
        return exception;
    };
    let error = json!({
        "location": {"startCharOffset": place, "endCharOffset": place},
        "message": message,
    });
    exception.with_detail("queryCompileError", error)
}

/// The groups, given in exactly one of three ways.
fn groups(service: &Service, input: Input<'_>) -> Result<Vec<usize>, Exception> {
    let ways = [
        input.text("logGroupName")?.map(|name| vec![name]),
        input.texts("logGroupNames")?,
        input.texts("logGroupIdentifiers")?,
    ];
    let mut given = ways.into_iter().flatten();
    let (Some(identifiers), None) = (given.next(), given.next()) else {
        return Err(Exception::invalid(
            "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers is needed.",
        ));
    };
    if identifiers.is_empty() || identifiers.len() > MOST_GROUPS {
        return Err(Exception::invalid(format!(
            "Between 1 and {MOST_GROUPS} log groups can be queried, not {}.",
            identifiers.len()
        )));
    }
    let mut groups = Vec::new();
    for identifier in identifiers {
        let group = service.group(identifier)?;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(groups)
}

/// Refuses a window that ends before any event of one of the groups can be found.
fn check_window(service: &Service, groups: &[usize], end: i64) -> Result<(), Exception> {
    let now = service.settings.now();
    let end = end * 1_000 + 999;
    if groups
        .iter()
        .all(|group| end >= service.groups[*group].kept_since(now))
    {
        return Ok(());
    }
    Err(Exception::new(
        "MalformedQueryException",
        "Query's end date and time is either before the log groups creation time or exceeds the log groups log \
         retention settings ([0,79])",
    ))
}
