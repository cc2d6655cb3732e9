//! Lists that come in pages, and that end.

use std::collections::HashSet;

/// The page tokens of one list.
#[derive(Debug, Default)]
pub(in crate::source) struct Pages {
    token: Option<String>,
    seen: HashSet<String>,
}

/// A list whose pages do not end: a token that was followed before came back, or there are more
/// pages than the list can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Endless;

impl Pages {
    /// The token of the page to fetch; `None` for the first.
    pub(in crate::source) fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Turns to the page that the last one names, of at most so many. `false` if that was the last.
    pub(in crate::source) fn turn(
        &mut self,
        next: Option<String>,
        most: usize,
    ) -> Result<bool, Endless> {
        let Some(next) = next.filter(|next| !next.is_empty()) else {
            return Ok(false);
        };
        // The first page has no token.
        if self.seen.len() + 1 >= most || !self.seen.insert(next.clone()) {
            return Err(Endless);
        }
        self.token = Some(next);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_turned_until_there_is_no_token() {
        let mut pages = Pages::default();
        assert_eq!(pages.token(), None);
        assert_eq!(pages.turn(Some("a".to_owned()), 9), Ok(true));
        assert_eq!(pages.token().as_deref(), Some("a"));
        assert_eq!(pages.turn(Some(String::new()), 9), Ok(false));
        assert_eq!(pages.turn(None, 9), Ok(false));
    }

    #[test]
    fn a_token_that_comes_back_is_no_next_page_and_neither_is_one_too_many() {
        let mut pages = Pages::default();
        for token in ["a", "b"] {
            assert_eq!(pages.turn(Some(token.to_owned()), 9), Ok(true));
        }
        assert_eq!(pages.turn(Some("a".to_owned()), 9), Err(Endless));
        let mut pages = Pages::default();
        let turned = (0..9).take_while(|n| pages.turn(Some(n.to_string()), 5) == Ok(true));
        assert_eq!(turned.count(), 4);
    }
}
