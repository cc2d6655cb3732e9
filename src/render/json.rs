//! JSON: the versioned format of the report, indented.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::RenderOptions;
use crate::audit::untrusted_text::is_unprintable;
use crate::report::Report;
use crate::report::json;

/// Writes the report.
pub fn render(report: &Report, _page: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    // Written in thousands of small pieces, of which each would be a call into the unknown.
    let mut json = BufWriter::with_capacity(1 << 16, output);
    let mut serializer = Serializer::with_formatter(&mut json, Escaping::default());
    json::newest(report).serialize(&mut serializer)?;
    json.write_all(b"\n")?;
    json.flush()
}

/// Indented JSON in which every character that acts on a terminal is escaped: JSON itself asks
/// for that only below U+0020.
#[derive(Default)]
struct Escaping {
    depth: usize,
    /// Whether the array or object that was opened last has nothing in it yet.
    is_empty: bool,
}

/// A comma, a line feed and the deepest indentation that is written at once.
const NEW_LINE: &[u8; 42] = b",\n                                        ";

impl Escaping {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if !self.is_empty {
            self.new_line(writer, true)?;
        }
        writer.write_all(bracket)
    }

    fn new_line<W: ?Sized + Write>(&self, writer: &mut W, is_first: bool) -> io::Result<()> {
        let start = usize::from(is_first);
        let end = 2 + 2 * self.depth;
        writer.write_all(&NEW_LINE[start..end.min(NEW_LINE.len())])?;
        for _ in NEW_LINE.len()..end {
            writer.write_all(b" ")?;
        }
        Ok(())
    }
}

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        // Nearly all text is of this kind; a look at bytes is quicker than one at characters.
        if fragment.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        while let Some(at) = rest.find(is_unprintable) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut characters = rest[at..].chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.new_line(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.new_line(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn written(value: &(impl Serialize + ?Sized)) -> String {
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, Escaping::default());
        value.serialize(&mut serializer).expect("written to memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            "[a-z]*".prop_map(Value::from)
        ];
        leaf.prop_recursive(30, 60, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-z]", inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_indented_as_others_do_it(value in values()) {
            let pretty = serde_json::to_string_pretty(&value).expect("JSON");
            prop_assert_eq!(written(&value), pretty);
        }

        #[test]
        fn any_text_comes_back_and_none_of_it_acts(text in ".*|[\\u{202a}-\\u{202e}\\u{e0001}\\u{9b}a]*") {
            let json = written(text.as_str());
            prop_assert!(!json.chars().any(is_unprintable));
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
        }
    }
}
