//! JSON: the versioned form of the report, indented.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use super::Page;
use super::visible::acts;
use crate::report::Report;
use crate::report::json::v1;

/// Writes the report.
pub fn render(report: &Report, _page: &Page, output: &mut dyn Write) -> io::Result<()> {
    // Written in thousands of small pieces, of which each would be a call into the unknown.
    let mut json = Vec::new();
    let mut serializer = Serializer::with_formatter(
        &mut json,
        Escaping {
            pretty: PrettyFormatter::new(),
        },
    );
    v1::Report::from(report).serialize(&mut serializer)?;
    json.push(b'\n');
    output.write_all(&json)
}

/// Indented JSON in which every character that acts on a terminal is escaped: JSON itself asks
/// for that only below U+0020.
struct Escaping {
    pretty: PrettyFormatter<'static>,
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
        while let Some(at) = rest.find(acts) {
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
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(
            &mut bytes,
            Escaping {
                pretty: PrettyFormatter::new(),
            },
        );
        text.serialize(&mut serializer).expect("written to memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_none_of_it_acts(text in ".*|[\\u{202a}-\\u{202e}\\u{e0001}\\u{9b}a]*") {
            let json = written(&text);
            prop_assert!(!json.chars().any(acts));
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
        }
    }
}
