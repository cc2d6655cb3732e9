//! Query text to tokens, one at a time: only the parser knows where a `/` starts a regular expression.

use super::refusal::Malformed;

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A bare word: a field, a function or a keyword.
    Word(String),
    /// A name with a part in backquotes: always a field.
    Quoted(String),
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// A number with letters right behind it, as in `5m`.
    Period(f64, String),
    /// Punctuation and operators.
    Symbol(&'static str),
    /// Nothing is left.
    End,
}

const SYMBOLS: [&str; 19] = [
    "!=", "<=", ">=", "=~", "=", "<", ">", "|", ",", "(", ")", "[", "]", "+", "-", "*", "/", "%",
    "^",
];

/// Reads tokens from a query.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'q> {
    text: &'q str,
    at: usize,
}

impl<'q> Lexer<'q> {
    pub(crate) fn new(text: &'q str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next token is looked for.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The query between two positions.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'q str {
        self.text[from..to].trim()
    }

    fn rest(&self) -> &'q str {
        &self.text[self.at..]
    }

    /// Skips white space and comments, which run from `#` to the end of the line.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    pub(crate) fn next(&mut self) -> Result<Token, Malformed> {
        self.skip();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token::End);
        };
        match first {
            '"' | '\'' => self.string(first).map(Token::Text),
            '0'..='9' => self.number(),
            '`' | '@' | '_' | 'a'..='z' | 'A'..='Z' => self.name(),
            _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => {
                    self.at += symbol.len();
                    Ok(Token::Symbol(symbol))
                }
                None => Err(Malformed::symbol(first, self.at)),
            },
        }
    }

    /// A regular expression between slashes, if one starts here; `\/` is a slash.
    pub(crate) fn regex(&mut self) -> Result<Option<String>, Malformed> {
        self.skip();
        if !self.rest().starts_with('/') {
            return Ok(None);
        }
        let mut pattern = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            match character {
                '/' => {
                    self.at += offset + 1;
                    return Ok(Some(pattern));
                }
                '\\' => match characters.next() {
                    Some((_, '/')) => pattern.push('/'),
                    Some((_, escaped)) => pattern.extend(['\\', escaped]),
                    None => break,
                },
                _ => pattern.push(character),
            }
        }
        Err(Malformed::new(
            "the regular expression has no closing slash",
            self.at,
        ))
    }

    /// A string: `\"`, `\'` and `\\` are the escapes; what others mean is not documented.
    fn string(&mut self, quote: char) -> Result<String, Malformed> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at += offset + 1;
                return Ok(text);
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            match characters.next() {
                Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                _ => {
                    return Err(Malformed::new(
                        "unknown escape in a string",
                        self.at + offset,
                    ));
                }
            }
        }
        Err(Malformed::new("the string has no closing quote", self.at))
    }

    fn number(&mut self) -> Result<Token, Malformed> {
        let start = self.at;
        let rest = self.rest();
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let number = rest[..digits]
            .parse::<f64>()
            .map_err(|_| Malformed::new("not a number", start))?;
        self.at += digits;
        let rest = self.rest();
        let letters = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        if letters == 0 {
            return Ok(Token::Number(number));
        }
        self.at += letters;
        Ok(Token::Period(number, rest[..letters].to_owned()))
    }

    /// A name: bare characters are `@`, `_`, `.`, letters and digits; anything else needs backquotes, around the
    /// whole name or around one part of it.
    fn name(&mut self) -> Result<Token, Malformed> {
        let mut name = String::new();
        let mut quoted = false;
        loop {
            let rest = self.rest();
            if let Some(inner) = rest.strip_prefix('`') {
                let end = inner
                    .find('`')
                    .filter(|end| *end > 0)
                    .ok_or_else(|| Malformed::new("the name has no closing backquote", self.at))?;
                name.push_str(&inner[..end]);
                self.at += end + 2;
                quoted = true;
            } else {
                let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '_' | '.');
                let end = rest.find(|c: char| !bare(c)).unwrap_or(rest.len());
                name.push_str(&rest[..end]);
                self.at += end;
                if end == 0 || !self.rest().starts_with('`') || !name.ends_with('.') {
                    break;
                }
            }
        }
        Ok(if quoted {
            Token::Quoted(name)
        } else {
            Token::Word(name)
        })
    }
}
