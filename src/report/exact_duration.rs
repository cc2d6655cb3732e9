//! Durations in explanations: not rounded, because they are the numbers that were compared.

use chrono::TimeDelta;

/// Hours and minutes, or minutes and seconds below an hour; the sign is left out.
pub fn hours(duration: TimeDelta) -> String {
    let seconds = duration.num_seconds().unsigned_abs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} m {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} m"),
    }
}
