//! Where a JSON value ends, found without holding it whole.

/// How deep a value may nest. Log events nest three levels; without a limit, objects that are
/// cut off inside each other would be searched again and again.
const DEEPEST: usize = 64;

/// Finds the end of a value, in as many steps as it takes. It is as strict as is needed to see
/// at once where one object was cut off and another begins; the rest is left to the parser.
#[derive(Debug, Default)]
pub(super) struct ValueEnd {
    depth: usize,
    in_string: bool,
    /// The last byte that was no white space, 0 at first; `"` after a string.
    last: u8,
}

impl ValueEnd {
    /// Goes on from `at`; returns how far it came, and whether that is the value's end;
    /// `None` for what is no JSON.
    pub(super) fn advance(&mut self, bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
        while at < bytes.len() {
            if self.in_string {
                match memchr::memchr2(b'"', b'\\', &bytes[at..]) {
                    None => return Some((bytes.len(), false)),
                    Some(skipped) if bytes[at + skipped] == b'"' => {
                        at += skipped + 1;
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some((at, true));
                        }
                    }
                    // The escaped byte may not be there yet.
                    Some(skipped) if at + skipped + 1 == bytes.len() => {
                        return Some((at + skipped, false));
                    }
                    Some(skipped) => at += skipped + 2,
                }
                continue;
            }
            let byte = bytes[at];
            let follows = |allowed: &[u8]| allowed.contains(&self.last);
            let is_sound = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'{' | b'[' => self.depth < DEEPEST && follows(b"\0[,:"),
                b'"' => follows(b"\0{[,:"),
                b'}' | b']' | b',' | b':' => self.last != 0,
                b'0'..=b'9' | b'+' | b'-' | b'.' | b'E' => !follows(b"\"}]{"),
                b'a' | b'e' | b'f' | b'l' | b'n' | b'r' | b's' | b't' | b'u' => !follows(b"\"}]{"),
                _ => false,
            };
            if !is_sound {
                return None;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                // A number or a word by itself ends where something else begins.
                b'}' | b']' | b',' if self.depth == 0 => return Some((at, true)),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some((at + 1, true));
                    }
                }
                _ => {}
            }
            self.last = byte;
            at += 1;
        }
        Some((at, false))
    }
}
