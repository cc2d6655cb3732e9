//! Reads one event's text, the same way for a line of a file and for a row of a query.

use chrono::{DateTime, Utc};

use super::request_filter::RequestFilter;
use crate::audit::event::{AuditEvent, EventError};
use crate::evidence::accepted::StaleTokenRequest;
use crate::evidence::gap::GapKind;
use crate::evidence::legacy_token::LegacyTokenRequest;
use crate::evidence::observation::Observation;
use crate::evidence::rejection::RejectedRequest;

/// What an event's text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ingested {
    /// An audit event, written at this time. What it proves has been recorded.
    Event(DateTime<Utc>),
    /// JSON of another kind.
    OtherKind,
    /// Unusable, for this reason, with details for the report.
    Unusable(GapKind, String),
}

/// Parses an event and records what it proves. Without a filter only its time is of interest.
pub fn ingest_event(
    text: &str,
    filter: Option<RequestFilter>,
    record: impl FnMut(Observation),
) -> Ingested {
    match AuditEvent::parse(text) {
        Ok(event) => ingest_parsed(event, filter, record),
        Err(EventError::OtherKind) => Ingested::OtherKind,
        Err(EventError::Malformed) => Ingested::Unusable(GapKind::MalformedEvent, String::new()),
    }
}

/// Records what an event proves. Without a filter only its time is of interest.
pub fn ingest_parsed(
    event: AuditEvent,
    filter: Option<RequestFilter>,
    mut record: impl FnMut(Observation),
) -> Ingested {
    let written = event.stage_timestamp;
    let received = event.request_received_timestamp;
    let Some(filter) = filter else {
        return Ingested::Event(written);
    };
    if filter.looks_back_to(received) {
        // What cannot be read here would not have been counted either.
        if let Ok(Some(evidence)) = StaleTokenRequest::from_event(event) {
            record(Observation::EarlierStaleRequest(evidence));
        }
    } else if filter.contains(received) {
        if let Some(legacy) = LegacyTokenRequest::from_event(&event) {
            record(Observation::LegacyTokenRequest(legacy));
        }
        if let Some(request) = RejectedRequest::from_event(&event) {
            record(Observation::Rejection(request));
        } else {
            match StaleTokenRequest::from_event(event) {
                Ok(Some(evidence)) => record(Observation::StaleRequest(evidence)),
                Ok(None) => {}
                Err(reason) => {
                    return Ingested::Unusable(GapKind::ContradictoryEvent, reason.to_string());
                }
            }
        }
    }
    Ingested::Event(written)
}
