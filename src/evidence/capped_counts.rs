//! Bounded counts of text that a caller chooses.

use std::sync::Arc;

use crate::audit::untrusted_text::UntrustedText;

use litemap::LiteMap;

/// How many distinct texts a tally keeps. A pod has one or two user agents and a handful of
/// addresses; a caller that makes up more does not get more memory.
const KEPT: usize = 32;

/// Counts of distinct texts: the first [`KEPT`] in order, and whether there were more.
///
/// What is kept is the start of the sorted union, so that merging stays associative and
/// the counts that are kept are exact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CappedCounts {
    counts: LiteMap<Arc<str>, u64>,
    more: bool,
}

impl CappedCounts {
    /// Counts a text the given number of times; 0 records only that it was there.
    pub fn add(&mut self, text: &str, times: u64) {
        if let Some(count) = self.counts.get_mut(text) {
            *count = count.saturating_add(times);
        } else {
            if self.counts.is_empty() {
                // Most have one text for ever, and there may be a million of them.
                self.counts = LiteMap::with_capacity(1);
            }
            self.counts.insert(text.into(), times);
            self.cut();
        }
    }

    /// Adds another tally's counts to this one.
    pub fn merge(&mut self, other: Self) {
        self.more |= other.more;
        if self.counts.is_empty() {
            self.counts = other.counts;
            return;
        }
        for (text, count) in other.counts {
            let known = self.counts.entry(text).or_insert(0);
            *known = known.saturating_add(count);
        }
        self.cut();
    }

    /// Keeps each text that another tally has as well in one place for both.
    pub(super) fn share_texts(&mut self, other: &Self) {
        share_texts(&mut self.counts, &other.counts);
    }

    fn cut(&mut self) {
        while self.counts.len() > KEPT {
            self.more |= pop_last(&mut self.counts).is_some();
        }
    }

    /// The texts and their counts, in order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(text, count)| (&**text, *count))
    }

    /// The text with the highest count; the first in order among equals.
    pub fn most_frequent(&self) -> Option<UntrustedText> {
        self.counts
            .iter()
            .rev()
            .max_by_key(|(_, count)| **count)
            .map(|(text, _)| UntrustedText::from(Arc::clone(text)))
    }

    /// The texts, the most frequent first, then in order.
    pub fn texts(&self) -> Vec<UntrustedText> {
        let mut counts: Vec<(&Arc<str>, &u64)> = self.counts.iter().collect();
        counts.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let texts = counts
            .into_iter()
            .map(|(text, _)| UntrustedText::from(Arc::clone(text)));
        texts.collect()
    }

    /// Whether some texts were left out.
    pub fn has_more(&self) -> bool {
        self.more
    }
}

/// Takes the last text out of a map.
pub(super) fn pop_last<V>(map: &mut LiteMap<Arc<str>, V>) -> Option<(Arc<str>, V)> {
    let last = map.last()?.0.clone();
    let value = map.remove(&last)?;
    Some((last, value))
}

/// Keeps each text of a map that another one has as well in one place for both.
pub(super) fn share_texts<V>(map: &mut LiteMap<Arc<str>, V>, other: &LiteMap<Arc<str>, V>) {
    let mut shared = LiteMap::with_capacity(map.len());
    for (text, value) in std::mem::take(map) {
        let place = other.find_index(&text).ok();
        let same = place.and_then(|place| other.get_indexed(place));
        shared.insert(same.map_or(text, |(same, _)| Arc::clone(same)), value);
    }
    *map = shared;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(texts: &[String]) -> CappedCounts {
        let mut tally = CappedCounts::default();
        for text in texts {
            tally.add(text, 1);
        }
        tally
    }

    proptest! {
        /// Whatever is kept is exact, wherever the texts were split.
        #[test]
        fn splitting_changes_nothing(
            texts in prop::collection::vec("[a-z]{1,2}", 0..200),
            first in 0_usize..200,
            second in 0_usize..200,
        ) {
            let (first, second) = (first.min(texts.len()), second.min(texts.len()));
            let (low, high) = (first.min(second), first.max(second));
            let mut right = tally(&texts[high..]);
            let mut middle = tally(&texts[low..high]);
            middle.merge(tally(&texts[..low]));
            right.merge(middle);
            prop_assert_eq!(&right, &tally(&texts));
            for (text, count) in right.iter() {
                prop_assert_eq!(count, texts.iter().filter(|other| *other == text).count() as u64);
            }
            let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
            prop_assert_eq!(right.has_more(), distinct.len() > KEPT);
        }
    }

    #[test]
    fn the_most_frequent_comes_first_and_of_equals_the_first_in_order() {
        let mut counts = CappedCounts::default();
        assert_eq!(counts.most_frequent(), None);
        for (text, times) in [("a", 1), ("b", 2), ("c", 2), ("d", 0)] {
            counts.add(text, times);
        }
        counts.add("d", 0);
        assert_eq!(counts.most_frequent(), Some("b".into()));
        assert_eq!(counts.texts(), ["b", "c", "a", "d"]);
        let counted: Vec<_> = counts.iter().collect();
        assert_eq!(counted, [("a", 1), ("b", 2), ("c", 2), ("d", 0)]);
    }

    #[test]
    fn as_many_as_are_kept_are_not_more() {
        let texts: Vec<String> = (0..=KEPT).map(|at| format!("{at:02}")).collect();
        assert!(!tally(&texts[..KEPT]).has_more());
        assert_eq!(tally(&texts[..KEPT]).iter().count(), KEPT);
        assert!(tally(&texts).has_more());
    }
}
