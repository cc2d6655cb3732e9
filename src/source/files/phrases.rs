//! The phrases that make a line worth parsing, all found in one pass over a block.

use std::sync::LazyLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use memchr::memmem;

/// A phrase, and the part of it that is rare in audit logs. The search is for the rare parts,
/// and looks at the whole phrase only where one was found.
struct Phrase {
    whole: &'static str,
    rare: &'static str,
}

/// Every line with a stale token holds the first phrase, every rejection the second, every token
/// kept in a secret the third, and every token that was issued the fourth; most other lines hold
/// none and are never parsed.
static PHRASES: [Phrase; 4] = [
    Phrase {
        whole: "stale-token",
        rare: "le-token",
    },
    Phrase {
        whole: "Unauthorized",
        rare: "Unauthorized",
    },
    Phrase {
        whole: "legacy-token",
        rare: "cy-token",
    },
    Phrase {
        whole: "issued-credential-id",
        rare: "ued-cred",
    },
];

/// The last phrase stands in the events of issued tokens, which are not always wanted.
static WITHOUT_ISSUANCES: LazyLock<Search> =
    LazyLock::new(|| Search::of(&PHRASES[..PHRASES.len() - 1]));
static WITH_ISSUANCES: LazyLock<Search> = LazyLock::new(|| Search::of(&PHRASES));

struct Search {
    /// Absent on processors without the vector instructions it needs.
    packed: Option<Searcher>,
    each: Vec<memmem::Finder<'static>>,
    phrases: &'static [Phrase],
}

impl Search {
    fn of(phrases: &'static [Phrase]) -> Self {
        let packed = Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .builder()
            .extend(phrases.iter().map(|phrase| phrase.rare))
            .build();
        Self {
            packed,
            each: phrases
                .iter()
                .map(|phrase| memmem::Finder::new(phrase.whole))
                .collect(),
            phrases,
        }
    }

    /// Whether one of the phrases has its rare part here.
    fn is_phrase(&self, block: &[u8], at: usize) -> bool {
        self.phrases.iter().any(|phrase| {
            let before = phrase.whole.find(phrase.rare).unwrap_or_default();
            at.checked_sub(before)
                .is_some_and(|start| block[start..].starts_with(phrase.whole.as_bytes()))
        })
    }
}

/// Where a phrase stands in a block, in order.
pub fn find_all(block: &[u8], issuances: bool) -> Vec<usize> {
    let search = if issuances {
        &*WITH_ISSUANCES
    } else {
        &*WITHOUT_ISSUANCES
    };
    match &search.packed {
        Some(packed) => packed
            .find_iter(block)
            .filter(|hit| search.is_phrase(block, hit.start()))
            .map(|hit| hit.start())
            .collect(),
        None => {
            let mut found: Vec<usize> = search
                .each
                .iter()
                .flat_map(|phrase| phrase.find_iter(block))
                .collect();
            found.sort_unstable();
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_rare_part_stands_in_its_phrase() {
        for phrase in &PHRASES {
            assert!(phrase.whole.contains(phrase.rare), "{}", phrase.whole);
        }
    }

    proptest! {
        /// The one pass finds a line wherever a search for each phrase does.
        #[test]
        fn no_phrase_is_missed(
            words in prop::collection::vec(
                prop_oneof![
                    Just("stale-token"), Just("Unauthorized"), Just("stale-"), Just("le-token"),
                    Just("Unauth"), Just("token"),
                    Just("issued-credential-id"), Just("issued-"), Just("ued-cred"), Just("\n"), Just("{\"kind\":\"Event\"}"),
                ],
                0..60,
            ),
            issuances: bool,
        ) {
            let text = words.concat();
            let mut start = 0;
            let found = find_all(text.as_bytes(), issuances);
            let wanted = &PHRASES[..PHRASES.len() - usize::from(!issuances)];
            for line in text.split_inclusive('\n') {
                let end = start + line.len();
                let is_candidate = wanted.iter().any(|phrase| line.contains(phrase.whole));
                let was_found = found.iter().any(|at| (start..end).contains(at));
                prop_assert_eq!(was_found, is_candidate, "{}", line);
                start = end;
            }
        }
    }
}
