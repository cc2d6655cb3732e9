//! One event's text taken in: the same way for a line of a file and for a row of a query.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::arrivals::Arrivals;
use crate::audit::event::{AuditEvent, EventError};
use crate::evidence::accepted::Evidence;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::evidence::legacy_token::LegacyTokenRequest;
use crate::evidence::rejection::Rejection;
use crate::evidence::set::Collect;

/// What became of an event's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is an audit event, written at this time. If it proves anything, the collector has it.
    Event(DateTime<Utc>),
    /// It is JSON of another kind.
    OtherKind,
    /// It cannot be used, for this reason and in these words.
    Unusable(GapKind, String),
}

/// Reads an event and hands what it proves to the collector, if the request is wanted.
pub fn take_in<C: Collect>(
    text: &str,
    cluster: &Arc<Cluster>,
    arrivals: Arrivals,
    collector: &mut C,
) -> Taken {
    let event = match AuditEvent::parse(text) {
        Ok(event) => event,
        Err(EventError::OtherKind) => return Taken::OtherKind,
        Err(EventError::Malformed) => {
            return Taken::Unusable(GapKind::MalformedEvent, String::new());
        }
    };
    let written = event.stage_timestamp;
    let received = event.request_received_timestamp;
    if arrivals.looks_back_to(received) {
        // What cannot be read here would not have been counted either.
        if let Ok(Some(evidence)) = Evidence::from_event(event) {
            collector.accept_earlier(cluster, evidence);
        }
    } else if arrivals.contains(received) {
        if let Some(legacy) = LegacyTokenRequest::from_event(&event) {
            collector.legacy_token(cluster, legacy);
        }
        if let Some(rejection) = Rejection::from_event(&event) {
            collector.reject(cluster, rejection);
        } else {
            match Evidence::from_event(event) {
                Ok(Some(evidence)) => collector.accept(cluster, evidence),
                Ok(None) => {}
                Err(reason) => {
                    return Taken::Unusable(GapKind::ContradictoryEvent, reason.to_string());
                }
            }
        }
    }
    Taken::Event(written)
}
