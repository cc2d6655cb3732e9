//! The result of a query that AWS documents: rows of a time, a subject and the seconds after the
//! warning threshold, without the events.
//!
//! "Understand the Kubernetes service account tokens", Amazon EKS user guide, page
//! service-accounts: `parse @message "subject: *, seconds after warning threshold:*\""
//! as subject, elapsedtime`.

use chrono::{DateTime, NaiveDateTime, Utc};
use memchr::memmem::Finder;
use std::sync::LazyLock;

use super::Layout;
use super::cell::cell;
use super::json_cursor::{Cursor, Kind, members, unescaped};
use super::path::{Piece, Step, follow};
use super::prefix::cut;
use super::provenance::Names;
use super::query_answer::ROWS;
use crate::audit::service_account::ServiceAccount;
use crate::audit::stage::RequestStage;
use crate::evidence::accepted::{StaleTokenRequest, WARN_AFTER_SECONDS};

/// The columns that the query names.
const TIME: &str = "@timestamp";
const SUBJECT: &str = "subject";
const SECONDS: &str = "elapsedtime";

static HINT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"system:serviceaccount:"));

/// The layout of lines that hold such rows; `None` if the first values are none.
pub fn learn(block: &[u8]) -> Option<Layout> {
    let lines = block.split(|byte| *byte == b'\n');
    let first = lines
        .filter(|line| HINT.find(line).is_some())
        .find_map(cut)?;
    let steps = [
        vec![],
        vec![Step::Each],
        vec![Step::Key(ROWS.to_owned()), Step::Each],
    ];
    steps.into_iter().find_map(|steps| {
        let found = follow(first.value, &steps, &Names::default());
        let is_row = found.pieces.iter().any(|(piece, _)| match piece {
            Piece::Json(json) => evidence(json).is_some(),
            _ => false,
        });
        is_row.then(|| Layout {
            steps,
            rows: true,
            names_source: true,
            ..Layout::default()
        })
    })
}

/// What a row proves: a request of a service account, without its pod.
///
/// A row tells no pod and no client. Its token is told from others by when it was issued, so that
/// the tokens of several pods are not taken for one that changes.
pub fn evidence(row: &[u8]) -> Option<StaleTokenRequest> {
    let mut time = None;
    let mut subject = None;
    let mut seconds = None;
    for (key, value) in columns(row) {
        match key.as_str() {
            TIME => time = self::time(&value),
            SUBJECT => subject = ServiceAccount::from_username(value.trim()),
            SECONDS => {
                seconds = value
                    .trim()
                    .trim_end_matches(['"', '.'])
                    .parse::<u32>()
                    .ok()
            }
            _ => {}
        }
    }
    let (received, service_account, seconds) = (time?, subject?, seconds?);
    let issued = received.timestamp() - i64::from(seconds) - WARN_AFTER_SECONDS;
    let issued = DateTime::from_timestamp(issued - issued.rem_euclid(TOGETHER), 0)?;
    Some(StaleTokenRequest {
        service_account: service_account.into(),
        pod_uid: None,
        pod: None,
        node: None,
        credential_id: None,
        user_agent: String::new(),
        address: format!("unknown, token of {}", issued.format("%Y-%m-%d %H:%M")),
        received,
        seconds_after_warning: seconds,
        stage: RequestStage::Single,
        verb: String::new(),
        request_uri: String::new(),
        status: 0,
        audit_id: String::new(),
    })
}

/// Estimates of the time of issue within so many seconds are of the same token.
const TOGETHER: i64 = 600;

fn columns(row: &[u8]) -> Vec<(String, String)> {
    let text = |value: &[u8]| match value {
        [b'"', inner @ .., b'"'] => unescaped(inner),
        other => String::from_utf8_lossy(other).into_owned(),
    };
    let mut columns = Vec::new();
    match Cursor::new(row).kind() {
        Some(Kind::Object) => {
            for (key, value) in members(row).0 {
                columns.push((unescaped(key), text(value)));
            }
        }
        Some(Kind::Array) => {
            let mut cursor = Cursor::new(row);
            let mut more = cursor.begin_array().unwrap_or(false);
            while more {
                let Some(element) = cursor.value() else { break };
                if let Some((name, value)) = cell(element) {
                    columns.push((unescaped(name), text(value)));
                }
                more = cursor.goes_on().unwrap_or(false);
            }
        }
        _ => {}
    }
    columns
}

/// `@timestamp` as Logs Insights writes it, in UTC; or epoch milliseconds.
fn time(value: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = NaiveDateTime::parse_from_str(value.trim(), "%Y-%m-%d %H:%M:%S%.f") {
        return Some(time.and_utc());
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(value.trim()) {
        return Some(time.to_utc());
    }
    DateTime::from_timestamp_millis(value.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_request_without_a_pod() {
        for row in [
            r#"{"@timestamp":"2026-11-24 06:01:27.104","subject":"system:serviceaccount:logging:fluentd","elapsedtime":" 3456000"}"#,
            r#"[{"field":"@timestamp","value":"1795500087104"},{"field":"subject","value":"system:serviceaccount:logging:fluentd"},{"field":"elapsedtime","value":"3456000"}]"#,
        ] {
            let evidence = evidence(row.as_bytes()).expect("a row");
            assert_eq!(evidence.service_account.name, "fluentd");
            assert_eq!(evidence.seconds_after_warning, 3_456_000);
            assert_eq!(evidence.pod, None);
        }
        for row in [
            r#"{"subject":"system:serviceaccount:logging:fluentd","elapsedtime":"1"}"#,
            r#"{"@timestamp":"2026-11-24 06:01:27.104","subject":"someone","elapsedtime":"1"}"#,
            "[1]",
        ] {
            assert_eq!(evidence(row.as_bytes()), None, "{row}");
        }
    }
}
