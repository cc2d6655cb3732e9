//! What a saved answer of CloudWatch Logs Insights says of its own completeness.
//!
//! GetQueryResults, CloudWatch Logs API reference: `status`, and `statistics.recordsMatched`.

use serde::Deserialize;

use super::json_cursor::members;
use crate::evidence::gap::GapKind;

/// The key of the rows.
pub const ROWS: &str = "results";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    records_matched: f64,
}

/// Why an answer with so many rows is not whole; empty for other objects and for whole answers.
pub fn gaps(object: &[u8], rows: u64) -> Vec<(GapKind, String)> {
    let members = members(object).0;
    let member = |wanted: &[u8]| {
        let mut all = members.iter();
        all.find(|(key, _)| *key == wanted).map(|(_, value)| *value)
    };
    let (Some(status), Some(statistics)) = (member(b"status"), member(b"statistics")) else {
        return Vec::new();
    };
    let mut gaps = Vec::new();
    if let Ok(status) = serde_json::from_slice::<String>(status)
        && status != "Complete"
    {
        gaps.push((GapKind::QueryEnded, format!("status {status}")));
    }
    if let Ok(statistics) = serde_json::from_slice::<Statistics>(statistics) {
        // Whole, and far below 2^53.
        let matched = statistics.records_matched as u64;
        if matched > rows {
            let detail = format!("{rows} of {matched} rows were saved");
            gaps.push((GapKind::RowLimit, detail));
        }
    }
    gaps
}
