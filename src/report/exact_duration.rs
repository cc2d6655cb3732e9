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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_its_two_largest_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 m 0 s"),
            (3_599, "59 m 59 s"),
            (3_600, "1 h"),
            (3_659, "1 h"),
            (3_660, "1 h 1 m"),
            (90_000, "25 h"),
            (-7_379, "2 h 2 m"),
        ] {
            assert_eq!(hours(TimeDelta::seconds(seconds)), words, "{seconds}");
        }
    }
}
