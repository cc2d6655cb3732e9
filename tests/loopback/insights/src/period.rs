//! Periods: `5m`, `1h`, `30s`. Months, quarters and years have no fixed length and are not known here.

/// A number and a unit in milliseconds; `None` for a unit that is not known, or a part of a millisecond.
pub(crate) fn milliseconds(number: f64, unit: &str) -> Option<i64> {
    let each = match singular(unit) {
        "millisecond" | "ms" | "msec" => 1.0,
        "second" | "s" | "sec" => 1_000.0,
        "minute" | "m" | "min" => 60_000.0,
        "hour" | "h" | "hr" => 3_600_000.0,
        "day" | "d" => 86_400_000.0,
        "week" | "w" => 604_800_000.0,
        _ => return None,
    };
    let all = number * each;
    (all >= 1.0 && all.fract() == 0.0).then_some(all as i64)
}

/// Units of more than one character take an s.
fn singular(unit: &str) -> &str {
    match unit.strip_suffix('s') {
        Some(rest) if rest.len() > 1 && unit != "ms" => rest,
        _ => unit,
    }
}
