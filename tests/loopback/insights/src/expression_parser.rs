//! Tokens to expressions: or, and, not, comparison, sum, product, power, sign, in that order of binding.

use regex::Regex;

use crate::compiled::compiled;

use super::functions::Function;
use super::lexer::{Lexer, Token};
use super::period;
use super::refusal::Malformed;
use super::syntax::{Aggregate, Comparison, Expression, Operator, Pattern};

/// Words that no bare field can be called.
const RESERVED: [&str; 12] = [
    "and", "or", "not", "like", "in", "as", "by", "asc", "desc", "true", "false", "null",
];

/// A cursor over the tokens of a query.
#[derive(Debug)]
pub(crate) struct Parser<'q> {
    lexer: Lexer<'q>,
}

impl<'q> Parser<'q> {
    pub(crate) fn new(text: &'q str) -> Self {
        Self {
            lexer: Lexer::new(text),
        }
    }

    pub(crate) fn position(&self) -> usize {
        self.lexer.position()
    }

    pub(crate) fn written_since(&self, start: usize) -> &'q str {
        self.lexer.slice(start, self.lexer.position())
    }

    pub(crate) fn peek(&self) -> Result<Token, Malformed> {
        self.lexer.clone().next()
    }

    pub(crate) fn next(&mut self) -> Result<Token, Malformed> {
        self.lexer.next()
    }

    /// Takes the symbol if it comes next.
    pub(crate) fn take_symbol(&mut self, symbol: &str) -> Result<bool, Malformed> {
        let found = matches!(self.peek()?, Token::Symbol(next) if next == symbol);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Takes the word if it comes next.
    pub(crate) fn take_word(&mut self, word: &str) -> Result<bool, Malformed> {
        let found = matches!(self.peek()?, Token::Word(next) if next == word);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<(), Malformed> {
        if self.take_symbol(symbol)? {
            return Ok(());
        }
        self.unexpected(&format!("'{symbol}'"))
    }

    /// Refuses what comes next.
    pub(crate) fn unexpected<T>(&self, wanted: &str) -> Result<T, Malformed> {
        let at = self.position();
        let found = match self.peek()? {
            Token::Word(word) | Token::Quoted(word) => word,
            Token::Text(text) => format!("\"{text}\""),
            Token::Number(number) => number.to_string(),
            Token::Period(number, unit) => format!("{number}{unit}"),
            Token::Symbol(symbol) => symbol.to_owned(),
            Token::End => "<EOF>".to_owned(),
        };
        Err(Malformed::symbol(
            format!("{found}, expecting {wanted}"),
            at,
        ))
    }

    /// A field's name.
    pub(crate) fn field(&mut self) -> Result<String, Malformed> {
        match self.peek()? {
            Token::Quoted(name) => {
                self.next()?;
                Ok(name)
            }
            Token::Word(name) if !RESERVED.contains(&name.as_str()) => {
                self.next()?;
                Ok(name)
            }
            _ => self.unexpected("a field"),
        }
    }

    /// A regular expression between slashes, if one comes next.
    pub(crate) fn regex(&mut self) -> Result<Option<Regex>, Malformed> {
        let at = self.position();
        let Some(pattern) = self.lexer.regex()? else {
            return Ok(None);
        };
        compiled(&pattern)
            .map(Some)
            .map_err(|error| Malformed::new(format!("invalid regular expression: {error}"), at))
    }

    pub(crate) fn expression(&mut self) -> Result<Expression, Malformed> {
        let mut left = self.conjunction()?;
        while self.take_word("or")? {
            let right = self.conjunction()?;
            left = Expression::Or(self.boolean(left)?, self.boolean(right)?);
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, Malformed> {
        let mut left = self.negation()?;
        while self.take_word("and")? {
            let right = self.negation()?;
            left = Expression::And(self.boolean(left)?, self.boolean(right)?);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, Malformed> {
        if self.take_word("not")? {
            let inner = self.negation()?;
            return Ok(Expression::Not(self.boolean(inner)?));
        }
        self.comparison()
    }

    /// `and`, `or` and `not` take only what is TRUE or FALSE.
    fn boolean(&self, expression: Expression) -> Result<Box<Expression>, Malformed> {
        if expression.is_boolean() {
            return Ok(Box::new(expression));
        }
        Err(Malformed::new(
            "the operand is not a Boolean expression",
            self.position(),
        ))
    }

    fn comparison(&mut self) -> Result<Expression, Malformed> {
        let left = self.sum()?;
        let negated = self.take_word("not")?;
        if self.take_word("like")? {
            return self.like(left, negated);
        }
        if self.take_word("in")? {
            return self.membership(left, negated);
        }
        if negated {
            return self.unexpected("like or in");
        }
        if self.take_symbol("=~")? {
            return self.like(left, false);
        }
        let comparison = match self.peek()? {
            Token::Symbol("=") => Comparison::Equal,
            Token::Symbol("!=") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return Ok(left),
        };
        self.next()?;
        let right = self.sum()?;
        Ok(Expression::Comparison(
            Box::new(left),
            comparison,
            Box::new(right),
        ))
    }

    fn like(&mut self, value: Expression, negated: bool) -> Result<Expression, Malformed> {
        let pattern = match self.regex()? {
            Some(regex) => Pattern::Regex(regex),
            None => match self.peek()? {
                Token::Text(text) => {
                    self.next()?;
                    Pattern::Substring(text)
                }
                _ => return self.unexpected("a string or a regular expression"),
            },
        };
        Ok(Expression::Like {
            value: Box::new(value),
            pattern,
            negated,
        })
    }

    fn membership(&mut self, value: Expression, negated: bool) -> Result<Expression, Malformed> {
        self.expect_symbol("[")?;
        let mut list = vec![self.sum()?];
        while self.take_symbol(",")? {
            list.push(self.sum()?);
        }
        self.expect_symbol("]")?;
        Ok(Expression::In {
            value: Box::new(value),
            list,
            negated,
        })
    }

    fn sum(&mut self) -> Result<Expression, Malformed> {
        self.left_to_right(
            &[("+", Operator::Add), ("-", Operator::Subtract)],
            Self::product,
        )
    }

    fn product(&mut self) -> Result<Expression, Malformed> {
        let operators = [
            ("*", Operator::Multiply),
            ("/", Operator::Divide),
            ("%", Operator::Remainder),
        ];
        self.left_to_right(&operators, Self::power)
    }

    fn power(&mut self) -> Result<Expression, Malformed> {
        self.left_to_right(&[("^", Operator::Power)], Self::signed)
    }

    fn left_to_right(
        &mut self,
        operators: &[(&str, Operator)],
        operand: fn(&mut Self) -> Result<Expression, Malformed>,
    ) -> Result<Expression, Malformed> {
        let mut left = operand(self)?;
        'more: loop {
            for (symbol, operator) in operators {
                if self.take_symbol(symbol)? {
                    let right = operand(self)?;
                    left = Expression::Arithmetic(Box::new(left), *operator, Box::new(right));
                    continue 'more;
                }
            }
            return Ok(left);
        }
    }

    fn signed(&mut self) -> Result<Expression, Malformed> {
        if self.take_symbol("-")? {
            return Ok(Expression::Negative(Box::new(self.signed()?)));
        }
        self.operand()
    }

    fn operand(&mut self) -> Result<Expression, Malformed> {
        if self.take_symbol("(")? {
            let inner = self.expression()?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let at = self.position();
        match self.peek()? {
            Token::Text(text) => {
                self.next()?;
                Ok(Expression::Text(text))
            }
            Token::Number(number) => {
                self.next()?;
                Ok(Expression::Number(number))
            }
            Token::Period(number, unit) => {
                self.next()?;
                period::milliseconds(number, &unit)
                    .map(Expression::Period)
                    .ok_or_else(|| Malformed::new(format!("unknown period {number}{unit}"), at))
            }
            Token::Word(_) | Token::Quoted(_) => {
                let bare = matches!(self.peek()?, Token::Word(_));
                let name = self.field()?;
                if bare && self.take_symbol("(")? {
                    return self.call(&name, at);
                }
                Ok(Expression::Field(name))
            }
            _ => self.unexpected("an expression"),
        }
    }

    /// A call, behind its opening parenthesis.
    fn call(&mut self, name: &str, at: usize) -> Result<Expression, Malformed> {
        if let Some(aggregate) = Aggregate::named(name) {
            return self.aggregate(aggregate, at);
        }
        let function = Function::named(name)
            .ok_or_else(|| Malformed::new(format!("Unknown function {name}"), at))?;
        let mut arguments = Vec::new();
        if !self.take_symbol(")")? {
            arguments.push(self.expression()?);
            while self.take_symbol(",")? {
                arguments.push(self.expression()?);
            }
            self.expect_symbol(")")?;
        }
        function
            .check(&arguments)
            .map_err(|reason| Malformed::new(reason, at))?;
        Ok(Expression::Call(function, arguments))
    }

    fn aggregate(&mut self, aggregate: Aggregate, at: usize) -> Result<Expression, Malformed> {
        let argument = if self.take_symbol("*")? || matches!(self.peek()?, Token::Symbol(")")) {
            None
        } else {
            Some(Box::new(self.expression()?))
        };
        self.expect_symbol(")")?;
        if argument.is_none() && aggregate != Aggregate::Count {
            return Err(Malformed::new("only count takes * or no argument", at));
        }
        Ok(Expression::Aggregate(aggregate, argument))
    }
}
