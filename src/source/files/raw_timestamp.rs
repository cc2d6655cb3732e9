//! The time of an event as the API server writes it, compared and checked as a number: parsing
//! the time of every event would take longer than all else that is done with most of them.

use chrono::{DateTime, Utc};

/// A time as text, always with microseconds; the order of the text is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawTimestamp {
    /// The first 16 bytes.
    begin: u128,
    /// The last 16 bytes, some of them the same.
    end: u128,
}

/// The bytes of a time.
type Text = [u8; 27];

/// The least byte at each place, and the greatest.
const LEAST: &Text = b"0000-00-00T00:00:00.000000Z";
const MOST: &Text = b"9999-19-39T29:59:59.999999Z";

/// The highest bit of each byte.
const HIGHEST: u128 = 0x8080_8080_8080_8080_8080_8080_8080_8080;

impl RawTimestamp {
    /// The time that a text is; `None` if the API server does not write times so.
    pub fn of(text: &Text) -> Option<Self> {
        const ENDS: [Form; 2] = [Form::at(0), Form::at(END)];
        let time = Self {
            begin: sixteen(text, 0),
            end: sixteen(text, END),
        };
        let two_digits = |at: usize| (text[at] & 15) * 10 + (text[at + 1] & 15);
        let is_time = ENDS[0].fits(time.begin)
            && ENDS[1].fits(time.end)
            && (1..=12).contains(&two_digits(5))
            && two_digits(11) < 24
            && match two_digits(8) {
                1..=28 => true,
                // The rare days that only some months have are left to the parser.
                29..=31 => DateTime::parse_from_rfc3339(&time.text()).is_ok(),
                _ => false,
            };
        is_time.then_some(time)
    }

    /// The same time; `None` beyond the years that the API server can write.
    pub fn at(time: DateTime<Utc>) -> Option<Self> {
        let text = time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        Self::of(text.as_bytes().first_chunk().filter(|_| text.len() == 27)?)
    }

    /// The text.
    pub fn text(self) -> String {
        let begin = self.begin.to_be_bytes();
        let end = self.end.to_be_bytes();
        begin
            .iter()
            .chain(&end[16 - END..])
            .map(|byte| char::from(*byte))
            .collect()
    }
}

/// Where the last 16 bytes begin.
const END: usize = LEAST.len() - 16;

const fn sixteen(text: &Text, at: usize) -> u128 {
    let (_, rest) = text.split_at(at);
    match rest.first_chunk() {
        Some(bytes) => u128::from_be_bytes(*bytes),
        None => unreachable!(),
    }
}

/// What sixteen bytes may be.
struct Form {
    least: u128,
    /// Added to how much each byte is above the least, it sets the highest bit of one that is
    /// too great.
    room: u128,
}

impl Form {
    const fn at(at: usize) -> Self {
        let least = sixteen(LEAST, at);
        Self {
            least,
            // A byte and the least differ by exclusive or as they do by subtraction: digits are
            // the least one and their value in its lowest bits.
            room: (!HIGHEST) - (sixteen(MOST, at) ^ least),
        }
    }

    fn fits(&self, bytes: u128) -> bool {
        let above = bytes ^ self.least;
        // Without the highest bits no byte's sum reaches the next.
        (((above & !HIGHEST) + self.room) | above) & HIGHEST == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> Option<RawTimestamp> {
        RawTimestamp::of(text.as_bytes().try_into().expect("27 bytes"))
    }

    #[test]
    fn a_time_is_one_that_exists() {
        for (text, is_time) in [
            ("2026-11-24T06:01:27.947989Z", true),
            ("2024-02-29T23:59:59.999999Z", true),
            ("2026-02-29T00:00:00.000000Z", false),
            ("2026-04-31T00:00:00.000000Z", false),
            ("2026-13-01T00:00:00.000000Z", false),
            ("2026-00-01T00:00:00.000000Z", false),
            ("2026-01-00T00:00:00.000000Z", false),
            ("2026-01-01T24:00:00.000000Z", false),
            ("2026-01-01T00:60:00.000000Z", false),
            ("2026-01-01 00:00:00.000000Z", false),
            ("2026-01-01T00:00:00.00000aZ", false),
            ("2026-01-01T00:00:00.000000z", false),
        ] {
            assert_eq!(written(text).is_some(), is_time, "{text}");
        }
    }

    #[test]
    fn any_other_byte_at_any_place_is_told() {
        let text = *b"2026-11-24T06:01:27.947989Z";
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut other = text;
                other[at] = byte;
                let parsed = std::str::from_utf8(&other)
                    .is_ok_and(|text| DateTime::parse_from_rfc3339(text).is_ok());
                let has_form = (LEAST[at]..=MOST[at]).contains(&byte);
                assert_eq!(
                    RawTimestamp::of(&other).is_some(),
                    parsed && has_form,
                    "{byte} at {at}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn its_order_and_text_are_those_of_the_text(
            one in "20[0-9]{2}-1[0-2]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z",
            other in "20[0-9]{2}-1[0-2]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z",
        ) {
            let (first, second) = (written(&one).expect("a time"), written(&other).expect("a time"));
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
            prop_assert_eq!(first.text(), one);
        }
    }
}
