//! The phrases that make a line worth parsing.

use super::marks::{APART, Pair};

/// A phrase, and where in it the pair begins by which it is looked for.
struct Phrase {
    text: &'static [u8],
    pair_at: usize,
}

impl Phrase {
    const fn pair(&self) -> Pair {
        [self.text[self.pair_at], self.text[self.pair_at + APART]]
    }
}

/// Every line with a stale token holds the first phrase, every token kept in a secret the second,
/// every rejection the third, and every token that was issued the fourth; most other lines hold
/// none and are never parsed. The pairs are rare: in the data of benches/generate.py the first
/// begins in one event of 80, that of rejections in none, the last in one of four.
const PHRASES: [Phrase; 4] = [
    Phrase {
        text: b"stale-token",
        pair_at: 5,
    },
    Phrase {
        text: b"legacy-token",
        pair_at: 6,
    },
    Phrase {
        text: b"Unauthorized",
        pair_at: 0,
    },
    Phrase {
        text: b"issued-credential-id",
        pair_at: 2,
    },
];

/// The pairs of all phrases but the last; the first two have the same.
pub const PAIRS: [Pair; 2] = [PHRASES[0].pair(), PHRASES[2].pair()];
/// The pairs of all phrases: the events of issued tokens are not always wanted.
pub const WITH_ISSUANCES: [Pair; 3] = [PAIRS[0], PAIRS[1], PHRASES[3].pair()];

/// Whether the pair that begins at this place stands in a phrase.
pub fn is_phrase(block: &[u8], at: usize) -> bool {
    PHRASES.iter().any(|phrase| {
        at.checked_sub(phrase.pair_at)
            .is_some_and(|start| block[start..].starts_with(phrase.text))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::marks::{LANES, mark};
    use super::*;

    #[test]
    fn every_pair_is_looked_for() {
        assert_eq!(WITH_ISSUANCES, [*b"-k", *b"Uu", *b"sd"]);
        for phrase in &PHRASES {
            assert!(WITH_ISSUANCES.contains(&phrase.pair()));
        }
        for phrase in &PHRASES[..PHRASES.len() - 1] {
            assert!(PAIRS.contains(&phrase.pair()));
        }
    }

    /// Where phrases are found by their pairs.
    fn found<const PAIRS: usize>(text: &[u8], pairs: &[Pair; PAIRS]) -> Vec<usize> {
        let mut found = Vec::new();
        mark(text, pairs, |segment| {
            let places = (0..segment.pairs.len() * LANES)
                .filter(|at| segment.pairs[at / LANES] >> (at % LANES) & 1 == 1)
                .map(|at| segment.start + at);
            found.extend(places.filter(|at| is_phrase(text, *at)));
        });
        found
    }

    proptest! {
        /// Its pair finds a phrase wherever it stands.
        #[test]
        fn no_phrase_is_missed(
            words in prop::collection::vec(
                prop_oneof![
                    Just("stale-token"), Just("legacy-token"), Just("Unauthorized"), Just("stale-"),
                    Just("le-token"), Just("Unauth"), Just("token"), Just("issued-credential-id"),
                    Just("issued-"), Just("ued-cred"), Just("\n"), Just("{\"kind\":\"Event\"}"),
                ],
                0..60,
            ),
            issuances: bool,
        ) {
            let text = words.concat();
            let text = text.as_bytes();
            let (found, wanted) = if issuances {
                (found(text, &WITH_ISSUANCES), &PHRASES[..])
            } else {
                (found(text, &PAIRS), &PHRASES[..PHRASES.len() - 1])
            };
            let begins = |at: &usize| {
                let holds = |phrase: &Phrase| {
                    at.checked_sub(phrase.pair_at)
                        .is_some_and(|start| text[start..].starts_with(phrase.text))
                };
                wanted.iter().any(holds)
            };
            prop_assert_eq!(found, (0..text.len()).filter(begins).collect::<Vec<_>>());
        }
    }
}
