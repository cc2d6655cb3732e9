//! Text without the colours of a terminal, as `jq -C` and `stern` write it into a file.
//!
//! JSON escapes control characters in its strings, so that a sequence which begins with a bare
//! escape is never a part of an event.

use std::io::{self, Read};

/// What a control sequence begins with (ECMA-48, section 5.4).
pub(super) const INTRODUCER: &[u8] = b"\x1b[";

/// A stream without control sequences.
pub(super) struct WithoutColours<R> {
    raw: R,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// Behind an escape character.
    Escape,
    /// Inside a sequence, up to its last byte.
    Sequence,
}

impl<R> WithoutColours<R> {
    /// The text of a stream.
    pub(super) fn of(raw: R) -> Self {
        Self {
            raw,
            state: State::Text,
        }
    }
}

impl<R: Read> Read for WithoutColours<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.raw.read(buffer)?;
            let mut kept = 0;
            for at in 0..read {
                let byte = buffer[at];
                let (state, is_text) = match (self.state, byte) {
                    (State::Text | State::Escape, 0x1b) => (State::Escape, false),
                    (State::Escape, b'[') => (State::Sequence, false),
                    (State::Text | State::Escape, _) => (State::Text, true),
                    // A line's end ends a sequence that was cut off.
                    (State::Sequence, b'\n') => (State::Text, true),
                    (State::Sequence, 0x40..=0x7e) => (State::Text, false),
                    (State::Sequence, _) => (State::Sequence, false),
                };
                self.state = state;
                if is_text {
                    buffer[kept] = byte;
                    kept += 1;
                }
            }
            // Nothing but sequences is not the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trickle::Trickle;
    use super::*;

    #[test]
    fn colours_are_taken_out_wherever_they_are_cut() {
        let text = b"\x1b[1;39m{\x1b[0m\x1b[34;1m\"kind\"\x1b[0m:\x1b[0;32m\"Event\"\x1b[1;39m}\x1b[0m\n\x1b[0mx\x1b[1\ny";
        for step in 1..text.len() {
            let mut bytes = Vec::new();
            let mut stream = WithoutColours::of(Trickle(text, step));
            stream.read_to_end(&mut bytes).expect("read");
            assert_eq!(bytes, b"{\"kind\":\"Event\"}\nx\ny", "{step}");
        }
    }
}
