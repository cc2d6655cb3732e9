//! JSON objects too large to hold, member by member and element by element.

use std::io::{self, ErrorKind, Read};

use super::value_end::ValueEnd;
use crate::source::files::blocks::LONGEST_LINE;

/// How many bytes are read at a time.
const STEP: usize = 128 << 10;

/// A part of a stream of objects.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// An object begins.
    Begin,
    /// A member of it: its key and its value as JSON.
    Member(&'a str, &'a [u8]),
    /// An element of the array that is read element by element, as JSON.
    Element(&'a [u8]),
    /// A value longer than [`LONGEST_LINE`], left out.
    Overlong,
    /// Something that is no JSON, or the middle of an object at the stream's end.
    Damaged,
    /// The object ends.
    End,
}

/// Reads a stream of objects, with or without anything between them, and hands each part to
/// `visit`; the array under the key `elements` is read element by element. After damage the
/// reading goes on where `beginning` stands, which is how every object begins, if that is known.
pub fn read_objects(
    reader: &mut dyn Read,
    elements: &str,
    beginning: Option<&[u8]>,
    visit: &mut dyn FnMut(Part<'_>),
) -> io::Result<()> {
    let mut stream = JsonStream::new(reader);
    loop {
        match stream.object(elements, visit) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(JsonError::Io(error)) => {
                visit(Part::Damaged);
                return Err(error);
            }
            Err(JsonError::Damaged) => {
                visit(Part::Damaged);
                match beginning {
                    Some(beginning) if stream.resume_at(beginning)? => {}
                    _ => return Ok(()),
                }
            }
        }
    }
}

/// Whether the first object of a file that begins so has one of these keys at its top level.
pub fn first_object_has(beginning: &[u8], keys: &[&str]) -> bool {
    let mut reader = beginning;
    let mut stream = JsonStream::new(&mut reader);
    stream.has_key(keys).unwrap_or(false)
}

#[derive(Debug)]
enum JsonError {
    Io(io::Error),
    Damaged,
}

impl From<io::Error> for JsonError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct JsonStream<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// How many bytes before `start` are kept: the last value, which may turn out to be a torn
    /// string that swallowed the beginning of the next object.
    kept: usize,
}

impl<'a> JsonStream<'a> {
    fn new(reader: &'a mut dyn Read) -> Self {
        Self {
            reader,
            buffer: vec![0; STEP],
            start: 0,
            filled: 0,
            kept: 0,
        }
    }

    /// Reads more; false at the stream's end.
    fn fill(&mut self) -> io::Result<bool> {
        let unused = self.start - self.kept;
        if unused > 0 {
            self.buffer.copy_within(unused..self.filled, 0);
            self.filled -= unused;
            self.start = self.kept;
        }
        if self.buffer.len() == self.filled {
            self.buffer.reserve_exact(STEP);
            self.buffer.resize(self.filled + STEP, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next byte that is no white space, not yet taken.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            while self.start < self.filled {
                let byte = self.buffer[self.start];
                if !byte.is_ascii_whitespace() {
                    return Ok(Some(byte));
                }
                self.start += 1;
                if self.kept > 0 {
                    self.kept += 1;
                }
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, wanted: u8) -> Result<(), JsonError> {
        if self.peek()? != Some(wanted) {
            return Err(JsonError::Damaged);
        }
        self.step();
        Ok(())
    }

    /// Takes one byte, which shows that all before it was sound.
    fn step(&mut self) {
        self.start += 1;
        self.kept = 0;
    }

    /// Passes over what stands between the objects of a list, and a byte order mark.
    fn between(&mut self) -> io::Result<()> {
        while matches!(self.peek()?, Some(b'[' | b']' | b',' | 0xef | 0xbb | 0xbf)) {
            self.step();
        }
        Ok(())
    }

    fn key(&mut self) -> Result<String, JsonError> {
        if self.peek()? != Some(b'"') {
            return Err(JsonError::Damaged);
        }
        let key = self.value()?.ok_or(JsonError::Damaged)?;
        let key = serde_json::from_slice(key).map_err(|_| JsonError::Damaged)?;
        self.take(b':')?;
        Ok(key)
    }

    fn has_key(&mut self, keys: &[&str]) -> Result<bool, JsonError> {
        self.between()?;
        self.take(b'{')?;
        loop {
            if keys.contains(&self.key()?.as_str()) {
                return Ok(true);
            }
            self.value()?;
            if self.peek()? != Some(b',') {
                return Ok(false);
            }
            self.step();
        }
    }

    /// Reads one object; false at the stream's end.
    fn object(
        &mut self,
        elements: &str,
        visit: &mut dyn FnMut(Part<'_>),
    ) -> Result<bool, JsonError> {
        self.between()?;
        if self.peek()?.is_none() {
            return Ok(false);
        }
        self.take(b'{')?;
        visit(Part::Begin);
        if self.peek()? == Some(b'}') {
            self.step();
            visit(Part::End);
            return Ok(true);
        }
        loop {
            let key = self.key()?;
            if key == elements && self.peek()? == Some(b'[') {
                self.step();
                self.elements(visit)?;
            } else {
                match self.value()? {
                    Some(value) => visit(Part::Member(&key, value)),
                    None => visit(Part::Overlong),
                }
            }
            if self.peek()? == Some(b'}') {
                self.step();
                visit(Part::End);
                return Ok(true);
            }
            self.take(b',')?;
        }
    }

    fn elements(&mut self, visit: &mut dyn FnMut(Part<'_>)) -> Result<(), JsonError> {
        if self.peek()? == Some(b']') {
            self.step();
            return Ok(());
        }
        loop {
            match self.value()? {
                Some(element) => visit(Part::Element(element)),
                None => visit(Part::Overlong),
            }
            if self.peek()? == Some(b']') {
                self.step();
                return Ok(());
            }
            self.take(b',')?;
        }
    }

    /// Takes one value; `None` for one that is too long and was passed over.
    fn value(&mut self) -> Result<Option<&[u8]>, JsonError> {
        self.peek()?;
        let mut scan = ValueEnd::default();
        let mut at = 0;
        let mut is_overlong = false;
        loop {
            let bytes = &self.buffer[self.start..self.filled];
            let (next, is_whole) = scan.advance(bytes, at).ok_or(JsonError::Damaged)?;
            at = next;
            if is_whole {
                let from = self.start;
                self.start += at;
                self.kept = if is_overlong { 0 } else { at };
                return Ok((!is_overlong).then(|| &self.buffer[from..from + at]));
            }
            if at > LONGEST_LINE || is_overlong {
                is_overlong = true;
                self.start += at;
                self.kept = 0;
                at = 0;
            }
            if !self.fill()? {
                return Err(JsonError::Damaged);
            }
        }
    }

    /// Goes on at the next place where the text stands; false if there is none.
    fn resume_at(&mut self, text: &[u8]) -> io::Result<bool> {
        self.start -= std::mem::take(&mut self.kept);
        loop {
            let rest = &self.buffer[self.start..self.filled];
            if let Some(at) = memchr::memmem::find(rest, text) {
                self.start += at;
                return Ok(true);
            }
            // The text may have begun at the end of what was read.
            self.start = self.start.max(self.filled.saturating_sub(text.len() - 1));
            if !self.fill()? {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::files::trickle::Trickle;

    fn parts(text: &str, step: usize) -> Vec<String> {
        let mut parts = Vec::new();
        read_objects(
            &mut Trickle(text.as_bytes(), step),
            "list",
            Some(br#"{"first""#),
            &mut |part| {
                parts.push(match part {
                    Part::Member(key, value) => format!("{key}={}", String::from_utf8_lossy(value)),
                    Part::Element(value) => String::from_utf8_lossy(value).into_owned(),
                    other => format!("{other:?}"),
                });
            },
        )
        .expect("read from memory");
        parts
    }

    #[test]
    fn objects_follow_each_other_with_or_without_anything_between() {
        let object = r#"{"first":"a\"}","list":[ {"x":[1,{}]}, "e\\" ],"n":-1.5e3,"t":true}"#;
        let expected = [
            "Begin",
            r#"first="a\"}""#,
            r#"{"x":[1,{}]}"#,
            r#""e\\""#,
            "n=-1.5e3",
            "t=true",
            "End",
        ];
        for text in [
            format!("{object}{object}"),
            format!("{object}\n{object}\n"),
            format!("[{object},\n {object}]"),
        ] {
            for step in [1, 7, 1000] {
                assert_eq!(parts(&text, step), [expected, expected].concat(), "{text}");
            }
        }
        assert_eq!(parts("{}", 1), ["Begin", "End"]);
    }

    #[test]
    fn an_object_that_is_cut_anywhere_does_not_take_the_next_with_it() {
        let object = r#"{"first":"a","list":[{"m":"{\"k\":\"v\"}","t":12},{"m":"","t":3}]}"#;
        let whole = parts(object, 1000);
        for cut in 1..object.len() {
            let found = parts(&format!("{}{object}", &object[..cut]), 1000);
            assert!(found.ends_with(&whole), "{cut}: {found:?}");
            assert!(found.contains(&"Damaged".to_owned()), "{cut}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(text in r#"(\{"first"|[\[\]{}:,"\\a1 ]){0,60}"#, step in 1_usize..9) {
            let found = parts(&text, step);
            prop_assert_eq!(&found, &parts(&text, 1000));
        }
    }
}
