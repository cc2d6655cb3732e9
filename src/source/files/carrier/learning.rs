//! The layout of an input, learned from its first values.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::cell::cell;
use super::event_shape::{Shape, Signs};
use super::json_cursor::{Cursor, Kind, members, unescaped};
use super::path::{Piece, Step, follow};
use super::prefix::{Prefixed, cut, runtime_tag, see_labels};
use super::provenance::Names;
use super::{Layout, Pieces, rows};

/// How many values are learned from.
const VALUES: usize = 1000;
/// How many keys a path may have, and how many steps of any kind.
const KEYS: usize = 6;
const STEPS: usize = 16;

/// What every audit event holds, however often its quotes are escaped.
static HINT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"requestReceivedTimestamp"));

/// What stands near the beginning of an event that the API server wrote, in a string or not.
const BEGINNING: &str = "audit.k8s.io/";

/// The words that name the API server's audit log in a prefix, the surest first.
const SOURCE_WORDS: [&str; 3] = ["kube-apiserver-audit", "kube-apiserver", "audit"];

/// A layout's place among others.
type Candidate = (bool, Vec<Step>);

/// Learns from the values in a block of lines; `None` if no event is among them.
pub fn learn(block: &[u8]) -> Option<Layout> {
    learn_whole(block)
        .or_else(|| learn_pieces(block))
        .or_else(|| rows::learn(block))
}

/// Learns from the first pieces of events, where none is whole.
fn learn_pieces(block: &[u8]) -> Option<Layout> {
    let lines = block.split(|byte| *byte == b'\n').take(VALUES);
    let begins = |text: &[u8]| memchr::memmem::find(text, BEGINNING.as_bytes()).is_some();
    lines.filter(|line| begins(line)).find_map(|line| {
        let line = cut(line.trim_ascii())?;
        let is_prefixed = !line.prefix.is_empty();
        if runtime_tag(line.prefix).is_some() && line.value.starts_with(b"{") {
            let (mut layout, _) = described(true, Vec::new(), &[]);
            layout.pieces = Some(Pieces::Tagged);
            layout.names_source = names_of(&line).name_the_source();
            return Some(layout);
        }
        let mut path = Vec::new();
        let mut value = line.value;
        while path.len() < KEYS {
            let (key, inner) = members(value)
                .0
                .into_iter()
                .find(|(_, inner)| begins(inner))?;
            path.push(Step::Key(std::str::from_utf8(key).ok()?.to_owned()));
            value = inner;
            if value.starts_with(b"\"") && !value[1..].trim_ascii_start().starts_with(b"{") {
                return None;
            }
            if value.starts_with(b"\"") {
                path.push(Step::Text);
                let (mut layout, _) = described(is_prefixed, path, &[line]);
                layout.pieces = Some(Pieces::WithoutLineFeed);
                return Some(layout);
            }
        }
        None
    })
}

fn learn_whole(block: &[u8]) -> Option<Layout> {
    HINT.find(block)?;
    let lines = block
        .split(|byte| *byte == b'\n')
        .filter(|line| HINT.find(line).is_some())
        .take(VALUES)
        .map(|line| {
            line.strip_prefix(b"\xef\xbb\xbf")
                .unwrap_or(line)
                .trim_ascii()
        });
    let cut: Vec<Prefixed<'_>> = lines.filter_map(cut).collect();
    let mut found: BTreeMap<Candidate, u64> = BTreeMap::new();
    for line in &cut {
        let mut paths = Vec::new();
        explore(line.value, &mut Vec::new(), &mut paths);
        let is_prefixed = !line.prefix.is_empty() || line.labels.is_some();
        for path in paths {
            *found.entry((is_prefixed, path)).or_default() += 1;
        }
    }
    // Of two that lead to as many events, the one that needs less unwrapping.
    let weight = |steps: &[Step]| {
        let texts = steps.iter().filter(|step| **step == Step::Text).count();
        (texts, steps.len())
    };
    let mut candidates: Vec<(Candidate, u64)> = found.into_iter().collect();
    candidates.sort_by_key(|((_, steps), count)| (std::cmp::Reverse(*count), weight(steps)));
    // One whose events may be read goes before one whose records are of other logs.
    let layouts: Vec<(Layout, bool)> = candidates
        .into_iter()
        .map(|((prefixed, steps), _)| described(prefixed, steps, &cut))
        .collect();
    let readable = layouts.iter().find(|(_, is_allowed)| *is_allowed);
    readable
        .or(layouts.first())
        .map(|(layout, _)| layout.clone())
}

/// A layout with all that its values tell, and whether any of its events may be read.
fn described(prefixed: bool, steps: Vec<Step>, cut: &[Prefixed<'_>]) -> (Layout, bool) {
    let mut layout = Layout {
        prefixed,
        steps,
        names_source: true,
        ..Layout::default()
    };
    let mut is_allowed = false;
    let mut line_feeds = 0;
    let mut prefixes = Vec::new();
    for line in cut {
        let names = names_of(line);
        let found = follow(line.value, &layout.steps, &names);
        if found.pieces.is_empty() {
            continue;
        }
        prefixes.push(line.prefix);
        if runtime_tag(line.prefix).is_some() {
            layout.pieces = Some(Pieces::Tagged);
        }
        for (piece, names) in &found.pieces {
            is_allowed |= names.allow();
            layout.names_source &= names.name_the_source();
            line_feeds +=
                usize::from(matches!(piece, Piece::Escaped(text) if text.ends_with(b"\\n")));
        }
    }
    if line_feeds > 0 && layout.pieces.is_none() {
        layout.pieces = Some(Pieces::WithoutLineFeed);
    }
    layout.source_word = source_word(&prefixes);
    layout.names_source |= layout.source_word.is_some();
    (layout, is_allowed)
}

/// What stands before a value tells of its source.
pub fn names_of(line: &Prefixed<'_>) -> Names {
    let mut names = Names::default();
    if !line.prefix.is_empty() {
        names.see_prefix(line.prefix);
    }
    if let Some(labels) = line.labels {
        see_labels(labels, &mut names);
    }
    names
}

fn source_word(prefixes: &[&[u8]]) -> Option<(usize, &'static str)> {
    SOURCE_WORDS.into_iter().find_map(|wanted| {
        let at = prefixes.iter().find_map(|prefix| {
            words(prefix).position(|word| memchr::memmem::find(word, wanted.as_bytes()).is_some())
        })?;
        Some((at, wanted))
    })
}

/// The words of a prefix.
pub fn words(prefix: &[u8]) -> impl Iterator<Item = &[u8]> {
    prefix
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

/// The paths to the outermost events in a value, one for each event.
fn explore(value: &[u8], path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let keys = path
        .iter()
        .filter(|step| matches!(step, Step::Key(_) | Step::Cell(_)))
        .count();
    if path.len() > STEPS || HINT.find(value).is_none() {
        return;
    }
    match Cursor::new(value).kind() {
        Some(Kind::Object) => {
            let (members, whole) = members(value);
            let mut signs = Signs::default();
            for (key, value) in &members {
                signs.see(key, value);
            }
            match signs.shape() {
                Shape::Event if whole => found.push(path.clone()),
                Shape::Event | Shape::Unusable => {}
                Shape::Other if keys < KEYS => {
                    for (key, value) in members {
                        // Followed as it is escaped; keys with escapes are not worth a path.
                        if let Ok(key) = std::str::from_utf8(key) {
                            path.push(Step::Key(key.to_owned()));
                            explore(value, path, found);
                            path.pop();
                        }
                    }
                }
                Shape::Other => {}
            }
        }
        Some(Kind::Array) => elements(value, keys < KEYS, path, found),
        Some(Kind::String) => {
            let text = unescaped(&value[1..value.len().saturating_sub(1).max(1)]);
            if let Some(line) = cut(text.trim().as_bytes()) {
                path.push(Step::Text);
                explore(line.value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn elements(value: &[u8], more_keys: bool, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let mut cursor = Cursor::new(value);
    let mut more = cursor.begin_array().unwrap_or(false);
    let mut count = 0;
    while more && count < VALUES {
        let Some(element) = cursor.value() else {
            return;
        };
        match cell(element) {
            Some((name, value)) if more_keys => {
                path.push(Step::Cell(unescaped(name)));
                explore(value, path, found);
            }
            _ => {
                path.push(Step::Each);
                explore(element, path, found);
            }
        }
        path.pop();
        count += 1;
        more = cursor.goes_on().unwrap_or(false);
    }
}
