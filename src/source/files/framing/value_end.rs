//! Where a JSON value ends, found without holding it whole.

/// How deep a value may nest. Log events nest three levels; without a limit, objects that are
/// cut off inside each other would be searched again and again.
const DEEPEST: usize = 64;

/// Finds the end of a value, in as many steps as it takes. It is as strict as is needed to see
/// at once where one object was cut off and another begins; the rest is left to the parser.
#[derive(Debug, Default)]
pub(super) struct ValueEnd {
    /// Where each object or array that is open began, and whether it is an object.
    open: Vec<(usize, bool)>,
    /// The object that ended last: where it began and where it ended.
    pub(super) last_object: Option<(usize, usize)>,
    in_string: bool,
    /// The last byte that was no white space, 0 at first; `"` after a string.
    last: u8,
}

/// What there is of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// More is needed, from here on.
    More(usize),
    /// It ends here.
    End(usize),
    /// This byte is no JSON.
    Damaged(usize),
}

impl ValueEnd {
    /// Goes on from `at` in the bytes from the value's beginning.
    pub(super) fn advance(&mut self, bytes: &[u8], mut at: usize) -> Progress {
        while at < bytes.len() {
            if self.in_string {
                // A line feed cannot stand in a string: one that was cut off goes on to the next
                // line.
                match memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]) {
                    None => return Progress::More(bytes.len()),
                    Some(skipped) if bytes[at + skipped] == b'"' => {
                        at += skipped + 1;
                        self.in_string = false;
                        if self.open.is_empty() {
                            return Progress::End(at);
                        }
                    }
                    Some(skipped) if bytes[at + skipped] == b'\n' => {
                        return Progress::Damaged(at + skipped);
                    }
                    // The escaped byte may not be there yet.
                    Some(skipped) if at + skipped + 1 == bytes.len() => {
                        return Progress::More(at + skipped);
                    }
                    Some(skipped) => at += skipped + 2,
                }
                continue;
            }
            let byte = bytes[at];
            let follows = |allowed: &[u8]| allowed.contains(&self.last);
            let in_object = self.open.last().is_some_and(|(_, is_object)| *is_object);
            let is_sound = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'{' | b'[' => {
                    self.open.len() < DEEPEST
                        && (follows(b"\0[:") || (self.last == b',' && !in_object))
                }
                b'"' => follows(b"\0{[,:"),
                b'}' | b']' if self.open.is_empty() => self.last != 0,
                b'}' => in_object,
                b']' => !in_object,
                b',' | b':' => self.last != 0 && !follows(b",:{["),
                b'0'..=b'9'
                | b'+'
                | b'-'
                | b'.'
                | b'E'
                | b'a'
                | b'e'
                | b'f'
                | b'l'
                | b'n'
                | b'r'
                | b's'
                | b't'
                | b'u' => !follows(b"\"}]{"),
                _ => false,
            };
            if !is_sound {
                return Progress::Damaged(at);
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.open.push((at, byte == b'{')),
                // A number or a word by itself ends where something else begins.
                b'}' | b']' | b',' if self.open.is_empty() => return Progress::End(at),
                b'}' | b']' => {
                    if let Some((began, is_object)) = self.open.pop()
                        && is_object
                    {
                        self.last_object = Some((began, at + 1));
                    }
                    if self.open.is_empty() {
                        return Progress::End(at + 1);
                    }
                }
                _ => {}
            }
            self.last = byte;
            at += 1;
        }
        Progress::More(at)
    }
}
