//! The phrases that make a line worth parsing, looked for in bytes.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::blocks::BLOCK;

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

/// Whether a text holds what only the value of the annotation says: no name and no tag does.
pub fn has_mark_value(text: &[u8]) -> bool {
    IN_TEXT[1].find(text).is_some()
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

/// How much of a block's beginning and end is searched for the version of the control plane: one
/// request in ten is the control plane's, so that little tells as much as all.
const SEARCHED: usize = 32 << 10;
/// How many lines of the beginning are parsed for it.
const FIRST_FEW: usize = 2;
/// How much of a block's end is searched at a time for the last.
const LAST_PIECE: usize = 4 << 10;
/// The longest of what is searched for, less one byte.
const LONGEST_VERSIONED: usize = "kube-controller-manager/v".len() - 1;

/// A block smaller than this is a whole small log, or the end of a large one: it is searched to its
/// end, so that an upgrade in a small log has its hour. Those of a large log are hardly smaller than
/// [`BLOCK`].
const SMALL: usize = BLOCK / 2;
/// How many lines of a small block are parsed for the version.
const MOST_IN_SMALL: usize = 256;

/// Lines of a block that may tell the version of the control plane: the first ones, and the last,
/// so that an upgrade inside a log shows; in a small block those on either side of a change.
pub struct Versions {
    /// Where they are, in reverse.
    places: Vec<usize>,
}

impl Versions {
    /// Those in a block.
    pub fn of(block: &[u8]) -> Self {
        let mut places = match block.len() < SMALL {
            true => changes(block),
            false => versions(&block[..SEARCHED]).take(FIRST_FEW).collect(),
        };
        places.extend(last_version(block));
        places.reverse();
        Self { places }
    }

    /// Whether one begins before `end`; what lies before it is not looked at again.
    pub fn before(&mut self, end: usize) -> bool {
        let mut found = false;
        while self.places.pop_if(|place| *place < end).is_some() {
            found = true;
        }
        found
    }
}

/// Where the user agents of the control plane's programs stand.
fn versions(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        // What the first one finds bounds the search for the others.
        let mut end = bytes.len();
        let mut next = None;
        for finder in VERSIONED.iter() {
            if let Some(at) = finder.find(&bytes[from..end]) {
                end = bytes.len().min(from + at + LONGEST_VERSIONED);
                next = next.min(Some(from + at)).or(Some(from + at));
            }
        }
        from = next? + 1;
        next
    })
}

/// The first of them, and those on either side of a change of the version.
fn changes(block: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut before: Option<(usize, &[u8])> = None;
    for place in versions(block) {
        let version = version_text(&block[place..]);
        if before.is_none_or(|(_, known)| known != version) {
            let same_side = before.map(|(place, _)| place);
            places.extend(same_side.filter(|place| places.last() != Some(place)));
            places.push(place);
        }
        before = Some((place, version));
        if places.len() >= MOST_IN_SMALL {
            break;
        }
    }
    places
}

/// `1.33.9` of a user agent that begins here.
fn version_text(agent: &[u8]) -> &[u8] {
    let start = memchr::memchr(b'/', agent).map_or(agent.len(), |slash| slash + 2);
    let text = agent.get(start..).unwrap_or_default();
    let is_version = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
    &text[..text.iter().take_while(is_version).count()]
}

/// Where the last one in a block begins, if it is near the end. Searched forwards, which takes
/// vectors, in pieces from the end.
fn last_version(block: &[u8]) -> Option<usize> {
    let mut end = block.len();
    let least = block.len().saturating_sub(SEARCHED);
    while end > least {
        let start = end.saturating_sub(LAST_PIECE).max(least);
        // One that begins in this piece may end in the next.
        let piece = &block[start..block.len().min(end + LONGEST_VERSIONED)];
        let last = VERSIONED.iter().filter_map(|it| it.find_iter(piece).last());
        if let Some(at) = last.max() {
            return Some(start + at);
        }
        end = start;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn of_a_small_block_either_side_of_a_change_is_looked_at() {
        let line = |version: &str| format!("\"userAgent\":\"kube-scheduler/v{version} (linux)\"\n");
        let kept = |versions: &[&str]| {
            let text: String = versions.iter().map(|version| line(version)).collect();
            let mut versions = Versions::of(text.as_bytes());
            let mut end = 0;
            let lines = text.split_inclusive('\n').map(|line| {
                end += line.len();
                versions.before(end)
            });
            lines.collect::<Vec<bool>>()
        };
        assert_eq!(kept(&["1.33.1"; 3]), [true, false, true]);
        let upgraded = ["1.33.1", "1.33.1", "1.33.1", "1.34.2", "1.34.2", "1.34.2"];
        assert_eq!(kept(&upgraded), [true, false, true, true, false, true]);
    }

    #[test]
    fn the_last_version_of_a_large_block_is_found_over_the_joints_of_pieces() {
        for back in [
            40,
            LAST_PIECE - 3,
            LAST_PIECE,
            LAST_PIECE + 9,
            3 * LAST_PIECE,
        ] {
            let mut block = vec![b'.'; SMALL];
            let place = block.len() - back;
            let agent = b"kube-apiserver/v1.33";
            block[place..place + agent.len()].copy_from_slice(agent);
            let mut versions = Versions::of(&block);
            assert!(!versions.before(place));
            assert!(versions.before(place + 1), "{back}");
        }
    }

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
