//! Tables that tell symbols by their bits (RFC 1951, section 3.2).
//!
//! The bits ahead index a table directly; longer codes go on in a second one behind it. Where
//! several literals fit into one index, the entry tells them all: in logs most codes are those
//! of a few frequent characters.

use std::io;

// An entry has, from its lowest bit on:
//   6 bits   how many bits it takes, extra bits included: where a shift by a register looks
//   24 bits  one to three literals; or 15 bits of a base, 4 bits of extra bits, and its kind
//   2 bits   how many literals; 0 for another kind

/// The least entry of literals.
pub(super) const LITERALS: u32 = 1 << 30;
/// The kinds of entries without literals.
const KIND: u32 = 3 << 28;
/// A length or a distance.
const NUMBER: u32 = 0;
/// The code goes on in another table: its place is the base, its bits the extra bits.
const LONGER: u32 = 1 << 28;
/// The end of the block.
const END: u32 = 2 << 28;
/// No symbol at all.
const INVALID: u32 = 3 << 28;

const LONGEST_CODE: usize = 15;

/// Whether an entry tells literals.
#[inline(always)]
pub(super) fn is_literals(entry: u32) -> bool {
    entry >= LITERALS
}

/// Whether an entry tells a length or a distance.
#[inline(always)]
pub(super) fn is_number(entry: u32) -> bool {
    entry & (3 << 30 | KIND) == NUMBER
}

/// Whether an entry tells the end of a block.
#[inline(always)]
pub(super) fn is_end(entry: u32) -> bool {
    entry & (3 << 30 | KIND) == END
}

/// The bits of an entry's code and the extra bits.
#[inline(always)]
pub(super) fn bits(entry: u32) -> u32 {
    entry & 63
}

/// How many literals an entry tells.
#[inline(always)]
pub(super) fn literal_count(entry: u32) -> usize {
    (entry >> 30) as usize
}

/// An entry's literals, and one byte more.
#[inline(always)]
pub(super) fn literals(entry: u32) -> [u8; 4] {
    (entry >> 6).to_le_bytes()
}

/// The number that an entry and the bits ahead tell.
#[inline(always)]
pub(super) fn number(entry: u32, ahead: u64) -> u32 {
    let extra = extra_bits(entry);
    let more = (ahead >> (bits(entry) - extra)) as u32 & ((1 << extra) - 1);
    base(entry) + more
}

#[inline(always)]
fn base(entry: u32) -> u32 {
    (entry >> 6) & 0x7fff
}

#[inline(always)]
fn extra_bits(entry: u32) -> u32 {
    (entry >> 21) & 15
}

/// An entry of one literal, without its code's length.
pub(super) const fn literal(byte: u32) -> u32 {
    LITERALS | byte << 6
}

const fn based(base: u32, extra: u32) -> u32 {
    NUMBER | extra << 21 | base << 6 | extra
}

/// The entry of a symbol of the literal and length alphabet, without its code's length.
pub(super) fn literal_or_length(symbol: usize) -> u32 {
    match symbol {
        0..=255 => literal(symbol as u32),
        256 => END,
        257..=264 => based(symbol as u32 - 254, 0),
        265..=284 => {
            let (group, place) = ((symbol as u32 - 261) / 4, (symbol as u32 - 261) % 4);
            based(((4 + place) << group) + 3, group)
        }
        285 => based(258, 0),
        _ => INVALID,
    }
}

/// The entry of a symbol of the distance alphabet, without its code's length.
pub(super) fn distance(symbol: usize) -> u32 {
    match symbol {
        0..=3 => based(symbol as u32 + 1, 0),
        4..=29 => {
            let (group, place) = ((symbol as u32 - 2) / 2, symbol as u32 % 2);
            based(((2 + place) << group) + 1, group)
        }
        _ => INVALID,
    }
}

/// The entry of a symbol of the code length alphabet.
pub(super) fn code_length(symbol: usize) -> u32 {
    based(symbol as u32, 0)
}

/// The symbols of one alphabet by their bits; the first table has `INDEX` entries, a power of 2.
pub(super) struct Codes<const INDEX: usize> {
    first: Box<[u32; INDEX]>,
    longer: Vec<u32>,
}

impl<const INDEX: usize> Codes<INDEX> {
    const INDEX_BITS: u32 = INDEX.trailing_zeros();

    pub(super) fn new() -> Self {
        Self {
            first: Box::new([INVALID; INDEX]),
            longer: Vec::new(),
        }
    }

    /// The entry of the code that the bits begin with.
    #[inline(always)]
    pub(super) fn find(&self, bits: u64) -> u32 {
        let entry = self.first[bits as usize & (INDEX - 1)];
        if entry & (3 << 30 | KIND) == LONGER {
            return self.find_longer(entry, bits);
        }
        entry
    }

    fn find_longer(&self, entry: u32, bits: u64) -> u32 {
        let index = (bits >> Self::INDEX_BITS) as usize & ((1 << extra_bits(entry)) - 1);
        let place = base(entry) as usize + index;
        self.longer.get(place).copied().unwrap_or(INVALID)
    }

    /// Builds the tables for codes of these lengths; 0 is no code. As zlib, it accepts a set
    /// that leaves bits unused only if its one code has a length of 1, and only where
    /// `may_be_single`.
    pub(super) fn build(
        &mut self,
        lengths: &[u8],
        entry_of: impl Fn(usize) -> u32,
        may_be_single: bool,
    ) -> io::Result<()> {
        let mut counts = [0_u32; LONGEST_CODE + 1];
        for length in lengths {
            counts[usize::from(*length)] += 1;
        }
        counts[0] = 0;
        let mut left = 1_i64;
        let mut next = [0_u32; LONGEST_CODE + 2];
        for bits in 1..=LONGEST_CODE {
            left = (left << 1) - i64::from(counts[bits]);
            if left < 0 {
                return Err(io::Error::other("more codes than bits"));
            }
            next[bits + 1] = (next[bits] + counts[bits]) << 1;
        }
        let longest = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        if left > 0 && longest > 0 && !(may_be_single && longest == 1) {
            return Err(io::Error::other("fewer codes than bits"));
        }
        self.first.fill(INVALID);
        self.longer.clear();
        let index_bits = Self::INDEX_BITS as usize;
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, bits)| **bits > 0) {
            let length = usize::from(*length);
            let code = next[length];
            next[length] += 1;
            let bits = (code.reverse_bits() >> (32 - length)) as usize;
            // The extra bits are counted already.
            let entry = entry_of(symbol) + length as u32;
            if length <= index_bits {
                for at in (bits..INDEX).step_by(1 << length) {
                    self.first[at] = entry;
                }
            } else {
                self.add_longer(bits, length, longest - index_bits, entry);
            }
        }
        Ok(())
    }

    fn add_longer(&mut self, bits: usize, length: usize, table_bits: usize, entry: u32) {
        let index = bits & (INDEX - 1);
        if self.first[index] & (3 << 30 | KIND) != LONGER {
            let place = self.longer.len() as u32;
            self.first[index] = LONGER | (table_bits as u32) << 21 | place << 6;
            let size = self.longer.len() + (1 << table_bits);
            self.longer.resize(size, INVALID);
        }
        let place = base(self.first[index]) as usize;
        let rest = bits >> Self::INDEX_BITS;
        for at in (rest..1 << table_bits).step_by(1 << (length - Self::INDEX_BITS as usize)) {
            self.longer[place + at] = entry;
        }
    }

    /// Lets entries of a literal tell those that follow it too, as far as their bits are there.
    pub(super) fn join_literals(&mut self) {
        // Backwards, because what follows is a smaller index, and has to be single still.
        for index in (0..INDEX).rev() {
            let entry = self.first[index];
            if !is_literals(entry) {
                continue;
            }
            let mut joined = entry;
            for count in 1..3 {
                let used = bits(joined);
                let next = self.first[index >> used];
                if !is_literals(next) || used + bits(next) > Self::INDEX_BITS {
                    break;
                }
                // What follows the first was not joined yet, unless it is the same entry.
                let byte = u32::from(literals(next)[0]);
                joined = (joined + LITERALS + bits(next)) | byte << (6 + 8 * count);
            }
            self.first[index] = joined;
        }
    }
}
