//! Text in UTF-16 as UTF-8.
//!
//! PowerShell appends text in another encoding to such a file without a word, and a file that was
//! cut may go on in the middle of a character. What follows would be read as other characters, and
//! nothing in it would be found: it is an error.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// How many bytes, or pairs of them, must look wrong one after the other: text in Chinese has a few
/// such pairs by chance, and hardly so many.
const WRONG: usize = 32;

const MIXED: &str =
    "text in UTF-16 goes on in another encoding, or in the middle of a character: split it there";

/// The text of a stream in UTF-16.
pub(super) fn text<R: Read>(raw: R, order: &'static Encoding) -> impl Read + use<R> {
    let checked = Checked {
        raw,
        is_little_endian: order == UTF_16LE,
        at: 0,
        single: 0,
        swapped: 0,
        before: 0,
        failed: false,
    };
    let decoder: DecodeReaderBytes<_, Vec<u8>> = DecodeReaderBytesBuilder::new()
        .encoding(Some(order))
        .bom_override(true)
        .build(checked);
    decoder
}

/// A stream that fails where it is no UTF-16 any more.
struct Checked<R> {
    raw: R,
    is_little_endian: bool,
    at: u64,
    /// Bytes of ASCII that follow each other.
    single: usize,
    /// ASCII characters that follow each other in the other byte order.
    swapped: usize,
    /// The byte before.
    before: u8,
    failed: bool,
}

impl<R> Checked<R> {
    /// Takes in a byte; false if it is one too many that looks wrong.
    fn takes(&mut self, byte: u8) -> bool {
        let is_text = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        self.single = if is_text(byte) { self.single + 1 } else { 0 };
        let is_second = self.at % 2 == 1;
        if is_second {
            let (low, high) = match self.is_little_endian {
                true => (self.before, byte),
                false => (byte, self.before),
            };
            let is_swapped = low == 0 && is_text(high);
            self.swapped = if is_swapped { self.swapped + 1 } else { 0 };
        }
        self.before = byte;
        self.at += 1;
        self.single < WRONG && self.swapped < WRONG
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let failed = || io::Error::other(MIXED);
        if self.failed {
            return Err(failed());
        }
        let read = self.raw.read(buffer)?;
        let Some(wrong) = buffer[..read].iter().position(|byte| !self.takes(*byte)) else {
            return Ok(read);
        };
        self.failed = true;
        // What looked wrong before it came to be too much is not handed on.
        match wrong.checked_sub(2 * WRONG) {
            Some(good) if good > 0 => Ok(good),
            _ => Err(failed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::trickle::Trickle;
    use super::*;

    fn units(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn read(raw: &[u8], step: usize) -> (String, bool) {
        let mut stream = text(Trickle(raw, step), UTF_16LE);
        let mut bytes = Vec::new();
        let outcome = stream.read_to_end(&mut bytes);
        (String::from_utf8(bytes).expect("UTF-8"), outcome.is_ok())
    }

    proptest! {
        #[test]
        fn text_comes_out_as_it_was(text in "[ -~äöü日本語\n]{0,300}", step in 1_usize..70) {
            prop_assume!(!text.starts_with('\u{feff}'));
            let (found, is_whole) = read(&units(&text), step);
            prop_assert!(is_whole);
            prop_assert_eq!(found, text);
        }

        #[test]
        fn another_encoding_or_a_torn_character_is_no_silent_loss(
            before in "[ -~]{0,100}",
            after in "[ -~]{70,200}",
            is_torn: bool,
            step in 1_usize..70,
        ) {
            let mut raw = units(&before);
            match is_torn {
                true => raw.extend(&units(&after)[1..]),
                false => raw.extend(after.bytes()),
            }
            prop_assert!(!read(&raw, step).1);
        }
    }
}
