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

/// Every finder: of the first two phrases, of rejections, and of the annotation's value.
const FINDERS_COUNT: usize = 3;
static FINDERS: LazyLock<[Finder<'static>; FINDERS_COUNT]> =
    LazyLock::new(|| [TOKEN, UNAUTHORIZED, SECONDS].map(Finder::new));

/// What every value of the annotation of a stale token holds, whatever became of its key.
const SECONDS: &[u8] = b"seconds after warning threshold";

static IN_TEXT: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| [STALE_TOKEN, SECONDS, LEGACY_TOKEN].map(Finder::new));

/// Whether a text holds the phrase of a stale token.
pub fn has_mark(text: &[u8]) -> bool {
    IN_TEXT[..2]
        .iter()
        .any(|phrase| phrase.find(text).is_some())
}

/// How many marks a text holds: values of the annotation, or its key if there is no value.
pub fn marks_in(text: &[u8]) -> u64 {
    let values = IN_TEXT[1].find_iter(text).count() as u64;
    values.max(u64::from(has_mark(text)))
}

/// Whether a text holds any phrase.
pub fn has_phrase(text: &[u8]) -> bool {
    IN_TEXT.iter().any(|phrase| phrase.find(text).is_some()) || FINDERS[1].find(text).is_some()
}

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

/// What the user agents of the control plane's programs begin with. Requests of the controller
/// manager are frequent in every cluster.
static VERSIONED: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| {
    [
        "kube-controller-manager/v",
        "kube-apiserver/v",
        "kube-scheduler/v",
    ]
    .map(Finder::new)
});

/// How much of a block is searched for the version of the control plane, and how many lines are
/// parsed for it: one request in ten is the control plane's, so that little tells as much as all.
const SEARCHED: usize = 32 << 10;
const ATTEMPTS: usize = 2;

/// A block smaller than this is a whole small log, or the end of a large one: it is searched to its
/// end, so that an upgrade in a small log has its hour.
const SMALL: usize = 384 << 10;
const ATTEMPTS_IN_SMALL: usize = 256;

/// Lines of a block that may tell the version of the control plane: the first ones, and the last,
/// so that an upgrade inside a log shows.
pub struct Versions<'a> {
    block: &'a [u8],
    next: usize,
    left: usize,
    last: Option<usize>,
}

impl<'a> Versions<'a> {
    /// Those in a block.
    pub fn of(block: &'a [u8]) -> Self {
        let tail = block.len().saturating_sub(SEARCHED);
        let last = VERSIONED.iter().filter_map(|finder| {
            memchr::memmem::rfind(&block[tail..], finder.needle()).map(|at| tail + at)
        });
        let (searched, left) = match block.len() < SMALL {
            true => (block.len(), ATTEMPTS_IN_SMALL),
            false => (SEARCHED, ATTEMPTS),
        };
        let mut versions = Self {
            block: &block[..searched],
            next: 0,
            left,
            last: last.max(),
        };
        versions.advance(0);
        versions
    }

    fn advance(&mut self, from: usize) {
        let rest = self.block.get(from..).unwrap_or_default();
        // What the first one finds bounds the search for the others.
        let mut end = rest.len();
        self.next = usize::MAX;
        for finder in VERSIONED.iter() {
            if let Some(at) = finder.find(&rest[..end]) {
                end = at;
                self.next = from + at;
            }
        }
    }

    /// Whether one begins before `end`; what lies before it is not looked at again.
    pub fn before(&mut self, end: usize) -> bool {
        let is_last = self.last.is_some_and(|last| last < end);
        if is_last {
            self.last = None;
        }
        if self.next >= end {
            return is_last;
        }
        self.left -= 1;
        if self.left == 0 {
            self.next = usize::MAX;
        } else {
            self.advance(end);
        }
        true
    }
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
                    Just("le-token"), Just("Unauth"), Just("token"),
                    Just("seconds after warning threshold"), Just("seconds after "), Just("\n"), Just("{\"kind\":\"Event\"}"),
                ],
                0..60,
            ),
        ) {
            let text = words.concat();
            let mut phrases = Phrases::of(text.as_bytes());
            let wanted = [STALE_TOKEN, LEGACY_TOKEN, UNAUTHORIZED, SECONDS];
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
