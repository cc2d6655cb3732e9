use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn since(text: &str, end: &str, zone: Tz) -> DateTime<Utc> {
    let time: TimeArg = text.parse().expect(text);
    time.resolve(at(end), zone, Edge::Since).expect(text)
}

#[test]
fn times_are_read_as_people_type_them() {
    // A Tuesday; 09:00 in Berlin.
    let end = "2026-11-24T08:00:00Z";
    for (text, expected) in [
        ("24h", "2026-11-23T08:00:00Z"),
        ("7d", "2026-11-17T08:00:00Z"),
        ("1h 30m", "2026-11-24T06:30:00Z"),
        ("24 hours ago", "2026-11-23T08:00:00Z"),
        ("90 minutes ago", "2026-11-24T06:30:00Z"),
        ("an hour ago", "2026-11-24T07:00:00Z"),
        ("2 days", "2026-11-22T08:00:00Z"),
        ("now", "2026-11-24T08:00:00Z"),
        ("today", "2026-11-23T23:00:00Z"),
        ("Yesterday", "2026-11-22T23:00:00Z"),
        ("yesterday 08:00", "2026-11-23T07:00:00Z"),
        ("yesterday at 8:00", "2026-11-23T07:00:00Z"),
        ("monday", "2026-11-22T23:00:00Z"),
        ("tue 10:00", "2026-11-17T09:00:00Z"),
        ("08:00", "2026-11-24T07:00:00Z"),
        ("8:00", "2026-11-24T07:00:00Z"),
        ("10:00", "2026-11-23T09:00:00Z"),
        ("2026-11-01", "2026-10-31T23:00:00Z"),
        ("2026-11-01T09:30", "2026-11-01T08:30:00Z"),
        ("2026-11-01 09:30", "2026-11-01T08:30:00Z"),
        ("2026-11-01T09:30:15", "2026-11-01T08:30:15Z"),
        ("2026-11-01T09:30Z", "2026-11-01T09:30:00Z"),
        ("2026-11-01t09:30:15z", "2026-11-01T09:30:15Z"),
        ("2026-11-01T09:30:15.5+02:00", "2026-11-01T07:30:15.5Z"),
        ("2026-11-01T09:30+02:00", "2026-11-01T07:30:00Z"),
        ("2026-11-01T09:30+0530", "2026-11-01T04:00:00Z"),
        ("2026-11-01 09:30 -05", "2026-11-01T14:30:00Z"),
        ("2026-11-01 09:30 UTC", "2026-11-01T09:30:00Z"),
        ("2026-11-01 09:30 Asia/Tokyo", "2026-11-01T00:30:00Z"),
    ] {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(since(text, end, berlin), at(expected), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused_with_the_forms_that_are() {
    for text in [
        "",
        "0h",
        "tomorrow",
        "yesterdai",
        "sunny",
        "2026-13-01",
        "2026-11-01x",
        "-1h",
        "24",
        "25:00",
        "2026-11-01T25:00",
        "2026-11-01T08:00+99:00",
        "2026-11-01T08:00+02:60",
        "2026-11-01T08:00+é",
        "yesterday 25:00",
        "ago",
    ] {
        let error = text.parse::<TimeArg>().expect_err(text);
        for form in ["24h", "yesterday", "08:00", "+02:00"] {
            assert!(error.contains(form), "{error}");
        }
    }
}

#[test]
fn a_time_that_clocks_skip_or_repeat_is_some_time() {
    let berlin = chrono_tz::Europe::Berlin;
    let end = "2026-12-01T00:00:00Z";
    // Clocks go from 02:00 to 03:00, which is 01:00 UTC.
    assert_eq!(
        since("2026-03-29 02:30", end, berlin),
        at("2026-03-29T01:30:00Z")
    );
    // And from 03:00 back to 02:00, so that 02:30 comes twice.
    let twice: TimeArg = "2026-10-25 02:30".parse().expect("a time");
    let resolve = |edge| twice.resolve(at(end), berlin, edge);
    assert_eq!(resolve(Edge::Since), Some(at("2026-10-25T00:30:00Z")));
    assert_eq!(resolve(Edge::Until), Some(at("2026-10-25T01:30:00Z")));
    // Samoa left out a whole day.
    let apia = chrono_tz::Pacific::Apia;
    assert_eq!(since("2011-12-30", end, apia), at("2011-12-30T10:00:00Z"));
}

fn zone() -> impl Strategy<Value = Tz> {
    proptest::sample::select(&chrono_tz::TZ_VARIANTS[..])
}

proptest! {
    /// Whatever is typed, there is an answer.
    #[test]
    fn nothing_panics(
        text in "(\\PC{0,20}|(yesterday|today|monday|[0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2})[ tT]?(at )?[0-9:]{0,8}[ zZ+-]{0,2}[0-9:]{0,5}( ago)?)",
        end in 0_i64..4_000_000_000,
        zone in zone(),
    ) {
        if let Ok(time) = text.parse::<TimeArg>() {
            let end = DateTime::from_timestamp(end, 0).expect("in range");
            for edge in [Edge::Since, Edge::Until] {
                let resolved = time.resolve(end, zone, edge);
                prop_assert!(!time.is_relative() || resolved.is_none_or(|it| it <= end + TimeDelta::days(2)));
            }
        }
    }

    /// A time that is printed in a time zone is read back as that time, or as the other one that is
    /// printed so where clocks are set back.
    #[test]
    fn what_is_printed_is_read_back(seconds in 0_i64..4_000_000_000, zone in zone()) {
        let time = DateTime::from_timestamp(seconds, 0).expect("in range");
        let printed = time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string();
        let read: TimeArg = printed.parse().expect("a time");
        let edges = [Edge::Since, Edge::Until].map(|edge| read.resolve(time, zone, edge));
        prop_assert!(edges.contains(&Some(time)), "{} {:?}", printed, edges);
    }

    /// `08:00` is the last one before the end, and `today` and `yesterday` are the days that a
    /// calendar shows, whatever clocks do.
    #[test]
    fn words_mean_what_a_calendar_shows(
        end in 0_i64..4_000_000_000,
        hour in 0_u32..24,
        zone in zone(),
    ) {
        let end = DateTime::from_timestamp(end, 0).expect("in range");
        let time: TimeArg = format!("{hour:02}:00").parse().expect("a time");
        let at = time.resolve(end, zone, Edge::Since).expect("a time");
        prop_assert!(at <= end && end - at <= TimeDelta::hours(49), "{at} {end}");
        let day = |text: &str| {
            let time: TimeArg = text.parse().expect("a day");
            let at = time.resolve(end, zone, Edge::Since).expect("a day");
            at.with_timezone(&zone).date_naive()
        };
        let shown = end.with_timezone(&zone).date_naive();
        let skipped_days = (shown - day("yesterday")).num_days();
        prop_assert_eq!(day("today"), shown);
        prop_assert!((0..=1).contains(&skipped_days), "{skipped_days}");
    }
}
