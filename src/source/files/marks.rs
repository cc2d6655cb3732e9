//! What the bytes of a block tell before anything is parsed, all in one vectorised pass: where
//! lines end, where a phrase may stand, and whether there is anything but plain ASCII.

use fearless_simd::{dispatch, prelude::*, u8x64, u64x8};

use super::processor::LEVEL;

/// Bytes looked at in one step: their marks fill a word.
pub const LANES: usize = u64::BITS as usize;
/// Steps of which the loop that takes them keeps all it needs in registers; what they found is
/// read off afterwards.
const STEPS: usize = 64;
const SEGMENT: usize = STEPS * LANES;

/// How far apart the two bytes of a pair stand: the same for all, so that one load serves all.
pub const APART: usize = 3;
/// A byte, and the one that stands [`APART`] behind it.
pub type Pair = [u8; 2];

/// What is marked in a part of a block: a bit for each byte, the lowest for the first.
pub struct Segment {
    /// Where in the block it begins.
    pub start: usize,
    /// The line feeds.
    pub line_feeds: [u64; STEPS],
    /// The first bytes of pairs.
    pub pairs: [u64; STEPS],
    /// The steps that have a mark, a bit for each.
    pub marked_steps: u64,
    /// Whether there is a NUL, or a byte that is not ASCII.
    pub is_special: bool,
}

/// Marks a block, and hands on each segment while its bytes are in the first-level cache.
pub fn mark<const PAIRS: usize>(block: &[u8], pairs: &[Pair; PAIRS], each: impl FnMut(&Segment)) {
    dispatch!(*LEVEL, simd => mark_with(simd, block, pairs, each));
}

#[inline(always)]
fn mark_with<S: Simd, const PAIRS: usize>(
    simd: S,
    block: &[u8],
    pairs: &[Pair; PAIRS],
    mut each: impl FnMut(&Segment),
) {
    let mut segment = Segment {
        start: 0,
        line_feeds: [0; STEPS],
        pairs: [0; STEPS],
        marked_steps: 0,
        is_special: false,
    };
    for start in (0..block.len()).step_by(SEGMENT) {
        segment.start = start;
        let rest = &block[start..];
        match rest.first_chunk() {
            Some(window) => look(simd, window, pairs, &mut segment),
            None => {
                // Blanks are marked by nothing.
                let mut window = [b' '; SEGMENT + APART];
                window[..rest.len()].copy_from_slice(rest);
                look(simd, &window, pairs, &mut segment);
            }
        }
        each(&segment);
    }
}

// Inlined, as all that is called from it: so it is compiled for the instructions it is
// dispatched to.
#[inline(always)]
fn look<S: Simd, const PAIRS: usize>(
    simd: S,
    window: &[u8; SEGMENT + APART],
    pairs: &[Pair; PAIRS],
    segment: &mut Segment,
) {
    let line_feed = u8x64::splat(simd, b'\n');
    let one = u8x64::splat(simd, 1);
    let none = u8x64::splat(simd, 0);
    let mut wanted = [[none; 2]; PAIRS];
    for (wanted, pair) in wanted.iter_mut().zip(pairs) {
        *wanted = [u8x64::splat(simd, pair[0]), u8x64::splat(simd, pair[1])];
    }
    let load = |at: usize| u8x64::from_slice(simd, &window[at..at + LANES]);
    let mut special = none;
    let mut least = u8x64::splat(simd, u8::MAX);
    for step in 0..STEPS {
        let (bytes, apart) = (load(step * LANES), load(step * LANES + APART));
        // The highest bit is set in all but ASCII, and in NUL less one.
        special = special | bytes | (bytes - one);
        segment.line_feeds[step] = bytes.simd_eq(line_feed).to_bitmask();
        // A pair differs by nothing. It is rare, so that none is looked for before there is one.
        let mut differing = u8x64::splat(simd, u8::MAX);
        for [first, second] in wanted {
            differing = differing.min((bytes ^ first) | (apart ^ second));
        }
        least = least.min(differing);
    }
    segment.is_special = special.simd_ge(u8x64::splat(simd, 0x80)).any_true();
    segment.pairs = [0; STEPS];
    if least.simd_eq(none).any_true() {
        for step in 0..STEPS {
            let (bytes, apart) = (load(step * LANES), load(step * LANES + APART));
            for [first, second] in wanted {
                let here = bytes.simd_eq(first) & apart.simd_eq(second);
                segment.pairs[step] |= here.to_bitmask();
            }
        }
    }
    segment.marked_steps = 0;
    for (group, words) in segment.line_feeds.as_chunks().0.iter().enumerate() {
        let pairs = u64x8::from_slice(simd, &segment.pairs[group * 8..group * 8 + 8]);
        let marks = u64x8::simd_from(simd, *words) | pairs;
        let marked = !marks.simd_eq(u64x8::splat(simd, 0));
        segment.marked_steps |= marked.to_bitmask() << (group * 8);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAIRS: [Pair; 2] = [*b"-k", *b"Uu"];

    #[derive(Debug, Default, PartialEq, Eq)]
    struct Marked {
        line_feeds: Vec<usize>,
        pairs: Vec<usize>,
        is_special: bool,
    }

    /// The same with every set of instructions that this processor has.
    fn marked(block: &[u8]) -> Marked {
        let marked = collected(|each| mark(block, &PAIRS, each));
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(simd) = LEVEL.as_sse2() {
                assert_eq!(
                    marked,
                    collected(|each| mark_with(simd, block, &PAIRS, each))
                );
            }
            if let Some(simd) = LEVEL.as_avx2() {
                assert_eq!(
                    marked,
                    collected(|each| mark_with(simd, block, &PAIRS, each))
                );
            }
        }
        marked
    }

    fn collected(mark: impl FnOnce(&mut dyn FnMut(&Segment))) -> Marked {
        let mut marked = Marked::default();
        mark(&mut |segment| {
            let places = |words: &[u64; STEPS]| -> Vec<usize> {
                (0..SEGMENT)
                    .filter(|at| words[at / LANES] >> (at % LANES) & 1 == 1)
                    .map(|at| segment.start + at)
                    .collect()
            };
            let pairs = places(&segment.pairs);
            for step in 0..STEPS {
                let is_marked = segment.line_feeds[step] | segment.pairs[step] != 0;
                assert_eq!(segment.marked_steps >> step & 1 == 1, is_marked);
            }
            marked.pairs.extend(pairs);
            marked.line_feeds.extend(places(&segment.line_feeds));
            marked.is_special |= segment.is_special;
        });
        marked
    }

    /// The same, byte by byte.
    fn plainly(block: &[u8]) -> Marked {
        let places =
            |is_one: &dyn Fn(usize) -> bool| (0..block.len()).filter(|at| is_one(*at)).collect();
        Marked {
            line_feeds: places(&|at| block[at] == b'\n'),
            pairs: places(&|at| {
                let apart = block.get(at + APART).copied().unwrap_or_default();
                PAIRS.contains(&[block[at], apart])
            }),
            is_special: block.iter().any(|byte| *byte == 0 || !byte.is_ascii()),
        }
    }

    #[test]
    fn every_byte_is_marked_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in [0, LANES - 1, LANES, SEGMENT - 1, SEGMENT, SEGMENT + APART] {
                let mut block = vec![b'x'; SEGMENT + APART + 1];
                block[place] = byte;
                assert_eq!(marked(&block), plainly(&block), "{byte} at {place}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_marked_is_what_stands_there(
            bytes in prop::collection::vec(
                prop_oneof![
                    8 => Just(b'x'),
                    1 => prop::sample::select(&b"\n-kUu"[..]),
                    1 => any::<u8>(),
                ],
                0..200,
            ),
            before in prop::sample::select(
                vec![0, 1, LANES - 2, SEGMENT - 100, SEGMENT - 1, 3 * SEGMENT - 4],
            ),
        ) {
            let mut block = vec![b' '; before];
            block.extend(bytes);
            prop_assert_eq!(marked(&block), plainly(&block));
        }
    }
}
