//! A place in JSON text, moved over values without parsing what is in them.
//!
//! The text may be cut off anywhere: what stands before the cut is still read. Only what is
//! wanted is handed to a real parser.

/// How deep values may nest. Without a limit hostile text costs stack or time.
const DEEPEST: u32 = 128;

/// A place in JSON text.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

/// What kind of value begins at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A string.
    String,
    /// A number or a word.
    Other,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is not white space.
    pub fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// The kind of the value that begins here.
    pub fn kind(&mut self) -> Option<Kind> {
        match self.peek()? {
            b'{' => Some(Kind::Object),
            b'[' => Some(Kind::Array),
            b'"' => Some(Kind::String),
            b'0'..=b'9' | b'-' | b't' | b'f' | b'n' => Some(Kind::Other),
            _ => None,
        }
    }

    /// Whether only white space is left.
    pub fn is_over(&mut self) -> bool {
        self.peek().is_none()
    }

    /// How far it has come.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Takes this byte, if it comes next.
    pub fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// Takes a string, and returns what stands between its quotes, escaped as it is.
    pub fn string(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let start = self.at;
        self.pass_string()?;
        Some(&self.text[start..self.at - 1])
    }

    fn pass_string(&mut self) -> Option<()> {
        loop {
            let found = memchr::memchr2(b'"', b'\\', self.text.get(self.at..)?)?;
            self.at += found + 1;
            if self.text[self.at - 1] == b'"' {
                return Some(());
            }
            self.at += 1;
        }
    }

    /// Takes a value of any kind, and returns its text. `None` if it is cut off, or no JSON as
    /// far as brackets, quotes and commas go.
    pub fn value(&mut self) -> Option<&'a [u8]> {
        let kind = self.kind()?;
        let start = self.at;
        match kind {
            Kind::String => {
                self.at += 1;
                self.pass_string()?;
            }
            Kind::Other => {
                let rest = &self.text[start..];
                let is_part =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                let length = rest.iter().position(|byte| !is_part(byte));
                self.at += length.unwrap_or(rest.len());
            }
            Kind::Object | Kind::Array => self.nested()?,
        }
        Some(&self.text[start..self.at])
    }

    /// Takes an object or an array. Between strings only what keeps the balance is looked at.
    fn nested(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        // A bit for each level: set for an object.
        let mut objects = 0_u128;
        loop {
            match *self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    self.pass_string()?;
                    continue;
                }
                byte @ (b'{' | b'[') => {
                    depth += 1;
                    if depth >= DEEPEST {
                        return None;
                    }
                    objects = objects << 1 | u128::from(byte == b'{');
                }
                byte @ (b'}' | b']') => {
                    if (objects & 1 == 1) != (byte == b'}') {
                        return None;
                    }
                    objects >>= 1;
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return Some(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Takes the beginning of an object; false if it is empty and was taken as a whole.
    pub fn begin_object(&mut self) -> Option<bool> {
        self.begin(b'{', b'}')
    }

    /// Takes the beginning of an array; false if it is empty and was taken as a whole.
    pub fn begin_array(&mut self) -> Option<bool> {
        self.begin(b'[', b']')
    }

    fn begin(&mut self, open: u8, close: u8) -> Option<bool> {
        self.take(open)?;
        if self.peek()? == close {
            self.at += 1;
            return Some(false);
        }
        Some(true)
    }

    /// Takes a member's key and the colon behind it.
    pub fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.string()?;
        self.take(b':')?;
        Some(key)
    }

    /// Takes what follows a member or an element: true if another one does.
    pub fn goes_on(&mut self) -> Option<bool> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            b'}' | b']' => Some(false),
            _ => None,
        }
    }
}

/// A member of an object: its key, as it is escaped, and its value.
pub type Member<'a> = (&'a [u8], &'a [u8]);

/// The members of an object, keys as they are escaped; those before a cut if it is cut off, and
/// whether it is whole.
pub fn members(text: &[u8]) -> (Vec<Member<'_>>, bool) {
    let mut members = Vec::new();
    let mut cursor = Cursor::new(text);
    let whole = read_members(&mut cursor, &mut members).is_some();
    (members, whole)
}

fn read_members<'a>(cursor: &mut Cursor<'a>, members: &mut Vec<Member<'a>>) -> Option<()> {
    let mut more = cursor.begin_object()?;
    while more {
        let key = cursor.key()?;
        members.push((key, cursor.value()?));
        more = cursor.goes_on()?;
    }
    Some(())
}

/// The text that a JSON string stands for, without its quotes given; lone surrogates and what is
/// not UTF-8 are replaced.
pub fn unescaped(inner: &[u8]) -> String {
    if memchr::memchr(b'\\', inner).is_none() {
        return String::from_utf8_lossy(inner).into_owned();
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(found) = memchr::memchr(b'\\', rest) {
        bytes.extend_from_slice(&rest[..found]);
        let Some(escaped) = rest.get(found + 1) else {
            rest = &[];
            break;
        };
        rest = &rest[found + 2..];
        match escaped {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'u' => {
                let (character, used) = unicode(rest);
                rest = &rest[used..];
                let mut buffer = [0; 4];
                bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            }
            other => bytes.push(*other),
        }
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The character behind `\u`, and how many bytes tell it.
fn unicode(text: &[u8]) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        let digits = std::str::from_utf8(text.get(at..at + 4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    if let Some(character) = char::from_u32(first) {
        return (character, 4);
    }
    let pair = (first < 0xdc00 && text.get(4..6) == Some(b"\\u"))
        .then(|| unit(6))
        .flatten()
        .filter(|second| (0xdc00..0xe000).contains(second))
        .and_then(|second| char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
    pair.map_or((char::REPLACEMENT_CHARACTER, 4), |character| {
        (character, 10)
    })
}

#[cfg(test)]
mod tests;
