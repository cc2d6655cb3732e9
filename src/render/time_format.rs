//! Times and durations in words.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;

/// A time for a machine: RFC 3339 in UTC, to the second.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time for a machine, as exact as it was logged.
pub fn rfc3339_exact(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A time for a spreadsheet: `2026-09-10 12:02:33` in UTC. None of them takes RFC 3339 for a time.
pub fn spreadsheet(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time for a person, to the minute: `2026-09-10 12:02`.
pub fn minute(time: DateTime<Utc>, time_zone: Tz) -> String {
    time.with_timezone(&time_zone)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// A day for a person: `2026-09-10`.
pub fn day(time: DateTime<Utc>, time_zone: Tz) -> String {
    time.with_timezone(&time_zone)
        .format("%Y-%m-%d")
        .to_string()
}

/// A duration for a person, in its two largest units: `2 d 4 h`, `5 h 10 m`, `42 s`.
/// The sign is left out.
pub fn duration(duration: TimeDelta) -> String {
    let seconds = duration.num_seconds().unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (100.., _, _) => format!("{days} d"),
        (1.., _, _) => format!("{days} d {hours} h"),
        (0, 1.., _) => format!("{hours} h {minutes} m"),
        (0, 0, 1..) => format!("{minutes} m"),
        _ => format!("{seconds} s"),
    }
}

/// How far a time is from now: `in 2 d 4 h`, `1 d 18 h ago`.
pub fn distance(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let distance = time - now;
    if distance < TimeDelta::zero() {
        format!("{} ago", duration(distance))
    } else {
        format!("in {}", duration(distance))
    }
}

/// How far a time is from now, in the largest unit only: `in 2 d`, `1 d ago`.
pub fn rough_distance(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let exact = duration(time - now);
    let mut words = exact.splitn(3, ' ');
    let rough = [words.next(), words.next()]
        .map(Option::unwrap_or_default)
        .join(" ");
    match time < now {
        true => format!("{rough} ago"),
        false => format!("in {rough}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_their_two_largest_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 m"),
            (3 * 3600 + 61, "3 h 1 m"),
            (2 * 86_400 + 4 * 3600 + 59, "2 d 4 h"),
            (-(90 * 86_400), "90 d 0 h"),
            (365 * 86_400, "365 d"),
        ] {
            assert_eq!(duration(TimeDelta::seconds(seconds)), words);
        }
    }
}
