//! An error in words, with what lies behind it: libraries tell the reason in an error's source, and
//! some repeat it in the error itself.

use std::error::Error;

use crate::audit::bounded_text::{ERROR, one_line};

/// An error and its causes, each once, in one line.
pub(super) fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !words.contains(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        behind = error.source();
    }
    one_line(&words, ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{words}")]
    struct Layer {
        words: &'static str,
        #[source]
        behind: Option<Box<Self>>,
    }

    #[test]
    fn each_cause_is_told_once() {
        let layers = ["cannot connect: no route", "no route", "host is down"];
        let behind = |behind, words| {
            let behind = Option::map(behind, Box::new);
            Some(Layer { words, behind })
        };
        let error = layers.into_iter().rev().fold(None, behind);
        let error = error.expect("layers");
        assert_eq!(in_words(&error), "cannot connect: no route: host is down");
    }
}
