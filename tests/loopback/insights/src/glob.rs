//! The globs of `parse`: text in which each `*` is what the field holds there.

use regex::Regex;

use crate::compiled::compiled;

/// How many fields the glob takes out.
pub(crate) fn wildcards(glob: &str) -> usize {
    glob.matches('*').count()
}

/// The same as a regular expression. It is found anywhere in the field; a `*` reaches to the next piece of text, and
/// the last one, when no text follows it, to the end.
pub(crate) fn regex(glob: &str) -> Result<Regex, regex::Error> {
    let pieces: Vec<&str> = glob.split('*').collect();
    let mut pattern = "(?s)".to_owned();
    if pieces.first().is_some_and(|first| first.is_empty()) {
        pattern.push('^');
    }
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            let last = index + 1 == pieces.len();
            pattern.push_str(if last && piece.is_empty() {
                "(.*)"
            } else {
                "(.*?)"
            });
        }
        pattern.push_str(&regex::escape(piece));
    }
    compiled(&pattern)
}
