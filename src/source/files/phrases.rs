//! The phrases that make a line worth parsing, looked for in bytes.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Every event with a stale token holds the first phrase, one with a token kept in a secret the
/// second, and every rejection the third; most other events hold none and are never parsed.
const STALE_TOKEN: &[u8] = b"stale-token";
const LEGACY_TOKEN: &[u8] = b"legacy-token";
const UNAUTHORIZED: &[u8] = b"Unauthorized";

/// The end of two phrases, so that one search finds both.
const TOKEN: &[u8] = b"-token";

const FINDERS_COUNT: usize = 2;

static FINDERS: LazyLock<[Finder<'static>; FINDERS_COUNT]> =
    LazyLock::new(|| [TOKEN, UNAUTHORIZED].map(Finder::new));

/// Where phrases stand in a block that is read from its beginning to its end.
pub struct Phrases<'a> {
    block: &'a [u8],
    /// Where each finder matches next; beyond the block if nowhere.
    next: [usize; FINDERS_COUNT],
}

impl<'a> Phrases<'a> {
    /// The phrases in a block.
    pub fn of(block: &'a [u8]) -> Self {
        let mut phrases = Self {
            block,
            next: [usize::MAX; FINDERS_COUNT],
        };
        for finder in 0..FINDERS_COUNT {
            phrases.advance(finder, 0);
        }
        phrases
    }

    /// Whether a phrase begins before `end`; what lies before it is not looked at again.
    pub fn before(&mut self, end: usize) -> bool {
        let mut found = false;
        for finder in 0..FINDERS_COUNT {
            if self.next[finder] < end {
                found = true;
                self.advance(finder, end);
            }
        }
        found
    }

    fn advance(&mut self, finder: usize, from: usize) {
        let mut from = from;
        self.next[finder] = loop {
            let Some(found) = FINDERS[finder].find(&self.block[from..]) else {
                break usize::MAX;
            };
            let at = from + found;
            if finder > 0 || is_token(&self.block[..at + TOKEN.len()]) {
                break at;
            }
            from = at + 1;
        };
    }
}

/// Whether text that ends in [`TOKEN`] ends in a phrase.
fn is_token(text: &[u8]) -> bool {
    text.ends_with(STALE_TOKEN) || text.ends_with(LEGACY_TOKEN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A line that holds a phrase is told from one that does not, wherever the phrase stands.
        #[test]
        fn no_phrase_is_missed(
            words in prop::collection::vec(
                prop_oneof![
                    Just("stale-token"), Just("legacy-token"), Just("Unauthorized"), Just("stale-"),
                    Just("le-token"), Just("Unauth"), Just("token"), Just("\n"), Just("{\"kind\":\"Event\"}"),
                ],
                0..60,
            ),
        ) {
            let text = words.concat();
            let mut phrases = Phrases::of(text.as_bytes());
            let wanted = [STALE_TOKEN, LEGACY_TOKEN, UNAUTHORIZED];
            let mut end = 0;
            for line in text.split_inclusive('\n') {
                end += line.len();
                let holds_one = wanted
                    .iter()
                    .any(|phrase| memchr::memmem::find(line.as_bytes(), phrase).is_some());
                prop_assert_eq!(phrases.before(end), holds_one, "{}", line);
            }
        }
    }
}
