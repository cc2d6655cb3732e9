//! The one path by which events stand in the values of an input.

use super::cell::cell;
use super::event_shape::{Shape, Signs};
use super::json_cursor::{Cursor, Kind, unescaped};
use super::prefix;
use super::provenance::Names;

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the member of an object under this key.
    Key(String),
    /// To each element of an array.
    Each,
    /// To the value with this name in an array of names with values.
    Cell(String),
    /// To the JSON that a string holds, behind a prefix perhaps.
    Text,
}

/// A place that the path leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A value as JSON.
    Json(&'a [u8]),
    /// The content of a string, escaped as it stands there.
    Escaped(&'a [u8]),
    /// The content of a string inside the content of another.
    Text(String),
}

/// What stands at the end of a path in one value.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The pieces, each with the names that the objects around it tell.
    pub pieces: Vec<(Piece<'a>, Names)>,
    /// Whether an object on the way claims to be an audit event itself: nothing in it was looked
    /// into.
    pub met_event: bool,
    /// Whether the value is whole.
    pub whole: bool,
}

/// Follows a path through a value. Of a value that is cut off what stands before the cut is
/// found.
pub fn follow<'a>(value: &'a [u8], steps: &[Step], names: &Names) -> Found<'a> {
    let mut found = Found::default();
    let mut cursor = Cursor::new(value);
    found.whole = walk(&mut cursor, steps, names, &mut found).is_some() && cursor.is_over();
    found
}

fn walk<'a>(
    cursor: &mut Cursor<'a>,
    steps: &[Step],
    names: &Names,
    found: &mut Found<'a>,
) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        let value = cursor.value()?;
        found.pieces.push((Piece::Json(value), names.clone()));
        return Some(());
    };
    match (step, cursor.kind()?) {
        (Step::Key(key), Kind::Object) => member(cursor, key.as_bytes(), rest, names, found),
        (Step::Each, Kind::Array) => {
            let mut more = cursor.begin_array()?;
            while more {
                walk(cursor, rest, names, found)?;
                more = cursor.goes_on()?;
            }
            Some(())
        }
        (Step::Cell(name), Kind::Array) => cells(cursor, name, rest, names, found),
        (Step::Text, Kind::String) => {
            let inner = cursor.string()?;
            text(inner, rest, names, found);
            Some(())
        }
        // Another kind of record.
        _ => cursor.value().map(|_| ()),
    }
}

/// The member of an object. What stands beside it, before or after, tells whose it is.
fn member<'a>(
    cursor: &mut Cursor<'a>,
    wanted: &[u8],
    rest: &[Step],
    names: &Names,
    found: &mut Found<'a>,
) -> Option<()> {
    let first = found.pieces.len();
    let mut names = names.clone();
    let mut signs = Signs::default();
    let outcome = (|| {
        let mut more = cursor.begin_object()?;
        while more {
            let key = cursor.key()?;
            if key == wanted {
                walk(cursor, rest, &Names::default(), found)?;
            } else {
                let value = cursor.value()?;
                signs.see(key, value);
                names.see_member(key, value);
            }
            more = cursor.goes_on()?;
        }
        Some(())
    })();
    if signs.shape() != Shape::Other {
        found.met_event = true;
        found.pieces.truncate(first);
    }
    for (_, inner) in &mut found.pieces[first..] {
        inner.merge(&names);
    }
    outcome
}

fn cells<'a>(
    cursor: &mut Cursor<'a>,
    wanted: &str,
    rest: &[Step],
    names: &Names,
    found: &mut Found<'a>,
) -> Option<()> {
    let first = found.pieces.len();
    let mut names = names.clone();
    let outcome = (|| {
        let mut more = cursor.begin_array()?;
        while more {
            let element = cursor.value()?;
            if let Some((name, value)) = cell(element) {
                if unescaped(name) == wanted {
                    walk(&mut Cursor::new(value), rest, &Names::default(), found)?;
                } else {
                    names.see_member(name, value);
                }
            }
            more = cursor.goes_on()?;
        }
        Some(())
    })();
    for (_, inner) in &mut found.pieces[first..] {
        inner.merge(&names);
    }
    outcome
}

fn text<'a>(inner: &'a [u8], rest: &[Step], names: &Names, found: &mut Found<'a>) {
    if rest.is_empty() {
        found.pieces.push((Piece::Escaped(inner), names.clone()));
        return;
    }
    let text = unescaped(inner);
    let Some(cut) = prefix::cut(text.trim().as_bytes()) else {
        return;
    };
    let mut names = names.clone();
    names.see_prefix(cut.prefix);
    let nested = follow(cut.value, rest, &names);
    found.met_event |= nested.met_event;
    for (piece, names) in nested.pieces {
        let owned = match piece {
            Piece::Json(json) => String::from_utf8_lossy(json).into_owned(),
            Piece::Escaped(inner) => unescaped(inner),
            Piece::Text(text) => text,
        };
        found.pieces.push((Piece::Text(owned), names));
    }
}

/// A path in words, as jq writes it.
pub fn described(steps: &[Step]) -> String {
    let mut words = String::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                let is_plain = key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if is_plain {
                    words.push('.');
                    words.push_str(key);
                } else {
                    words.push_str(&format!(".{key:?}"));
                }
            }
            Step::Each => words.push_str("[]"),
            Step::Cell(name) => words.push_str(&format!("[{name:?}]")),
            Step::Text => words.push_str(" | fromjson "),
        }
    }
    words.trim().to_owned()
}
