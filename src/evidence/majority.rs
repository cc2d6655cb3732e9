//! The text with the majority of a stream of counts, in space that does not grow with the number of
//! texts.
//!
//! It has one counter for every bit of a text: if one text makes up more than half of all counts,
//! the majority of each bit spells it (a linear sketch). Counters only add up, so merging is exact
//! in any order, unlike a list of "the most frequent so far".

/// Bytes of a text that can be spelled: user agents are truncated at 1,024 bytes by the API server,
/// and what distinguishes clients is at their start.
const SPELLED: usize = 256;

/// Bytes of the checksum that distinguishes a complete text from a mixture of several.
const CHECKED: usize = 8;

/// Counts of texts, of which the most frequent can be spelled if it outweighs all others together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Majority {
    total: u64,
    bits: Vec<u64>,
}

impl Default for Majority {
    fn default() -> Self {
        Self {
            total: 0,
            bits: vec![0; (SPELLED + CHECKED) * 8],
        }
    }
}

impl Majority {
    /// Counts a text the given number of times.
    pub fn add(&mut self, text: &str, times: u64) {
        self.total = self.total.saturating_add(times);
        let spelled = beginning(text);
        let checksum = checksum(spelled).to_le_bytes();
        let mut bytes = [0; SPELLED + CHECKED];
        bytes[..spelled.len()].copy_from_slice(spelled);
        bytes[SPELLED..].copy_from_slice(&checksum);
        for (at, count) in self.bits.iter_mut().enumerate() {
            if bytes[at / 8] >> (at % 8) & 1 == 1 {
                *count = count.saturating_add(times);
            }
        }
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        self.total = self.total.saturating_add(other.total);
        for (count, more) in self.bits.iter_mut().zip(&other.bits) {
            *count = count.saturating_add(*more);
        }
    }

    /// The text that outweighs all others together, at most [`SPELLED`] bytes of it, with the most
    /// that it can have been counted; `None` if there is none.
    pub fn text(&self) -> Option<(String, u64)> {
        let mut bytes = [0_u8; SPELLED + CHECKED];
        let mut most = self.total;
        for (at, count) in self.bits.iter().enumerate() {
            let others = self.total - count;
            if *count > others {
                bytes[at / 8] |= 1 << (at % 8);
            }
            most = most.min(others.max(*count));
        }
        let (spelled, check) = bytes.split_at(SPELLED);
        let length = spelled
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let spelled = &spelled[..length];
        let is_one = self.total > 0 && checksum(spelled).to_le_bytes() == *check;
        is_one.then(|| (String::from_utf8_lossy(spelled).into_owned(), most))
    }
}

/// As much of a text as can be spelled, without half a character at its end.
fn beginning(text: &str) -> &[u8] {
    let text = text.trim_end_matches('\0');
    let end = (0..=SPELLED.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].trim_end_matches('\0').as_bytes()
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>): it has to detect accidents, not attacks.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_outweighs_all_others_is_spelled(
            text in ".{0,80}",
            others in prop::collection::vec((".{0,80}", 1_u64..5), 0..40),
            cut in 0_usize..40,
        ) {
            let rest: u64 = others.iter().map(|(_, times)| times).sum();
            let (mut one, mut other) = (Majority::default(), Majority::default());
            for (at, (text, times)) in others.iter().enumerate() {
                if at < cut { one.add(text, *times) } else { other.add(text, *times) }
            }
            other.add(&text, rest + 1);
            one.merge(&other);
            let (spelled, most) = one.text().expect("one outweighs");
            prop_assert_eq!(spelled.as_bytes(), beginning(&text));
            prop_assert!(most > rest);
        }
    }

    #[test]
    fn where_no_text_outweighs_the_others_there_is_none() {
        let mut majority = Majority::default();
        assert_eq!(majority.text(), None);
        for text in ["app/v1", "sidecar/v2", "zebra/v3"] {
            majority.add(text, 7);
        }
        assert_eq!(majority.text(), None);
    }

    #[test]
    fn a_long_text_is_spelled_as_far_as_it_fits() {
        let mut majority = Majority::default();
        majority.add(&"é".repeat(300), 1);
        let (spelled, _) = majority.text().expect("one text");
        assert_eq!(spelled, "é".repeat(SPELLED / 2));
    }

    /// The values that its authors publish.
    #[test]
    fn the_checksum_is_fnv_1a() {
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(checksum(text.as_bytes()), expected, "{text}");
        }
    }
}
