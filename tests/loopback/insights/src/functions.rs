//! The functions that an expression can call, with the arguments that they take.

use super::syntax::Expression;
use super::value::Value;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    IsPresent,
    Coalesce,
    If,
    Strlen,
    Substr,
    Strcontains,
    Concat,
    Trim,
    Ltrim,
    Rtrim,
    ToLower,
    ToUpper,
    Replace,
    StartsWith,
    EndsWith,
    IsEmpty,
    IsBlank,
    Floor,
    Ceil,
    Abs,
    Sqrt,
    Log,
    Greatest,
    Least,
    ToNumber,
    ToMillis,
    FromMillis,
    DateFloor,
    DateCeil,
    Bin,
}

/// Name, function, fewest and most arguments.
const TABLE: [(&str, Function, usize, usize); 30] = [
    ("ispresent", Function::IsPresent, 1, 1),
    ("coalesce", Function::Coalesce, 1, usize::MAX),
    ("if", Function::If, 3, 3),
    ("strlen", Function::Strlen, 1, 1),
    ("substr", Function::Substr, 2, 3),
    ("strcontains", Function::Strcontains, 2, 2),
    ("concat", Function::Concat, 1, usize::MAX),
    ("trim", Function::Trim, 1, 2),
    ("ltrim", Function::Ltrim, 1, 2),
    ("rtrim", Function::Rtrim, 1, 2),
    ("tolower", Function::ToLower, 1, 1),
    ("toupper", Function::ToUpper, 1, 1),
    ("replace", Function::Replace, 3, 3),
    ("startswith", Function::StartsWith, 2, 2),
    ("endswith", Function::EndsWith, 2, 2),
    ("isempty", Function::IsEmpty, 1, 1),
    ("isblank", Function::IsBlank, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("abs", Function::Abs, 1, 1),
    ("sqrt", Function::Sqrt, 1, 1),
    ("log", Function::Log, 1, 1),
    ("greatest", Function::Greatest, 1, usize::MAX),
    ("least", Function::Least, 1, usize::MAX),
    ("tonumber", Function::ToNumber, 1, 1),
    ("tomillis", Function::ToMillis, 1, 1),
    ("frommillis", Function::FromMillis, 1, 1),
    ("datefloor", Function::DateFloor, 2, 2),
    ("dateceil", Function::DateCeil, 2, 2),
    ("bin", Function::Bin, 1, 1),
];

impl Function {
    /// The function of that name. The documentation itself writes both `ispresent` and `isPresent`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        TABLE
            .iter()
            .find(|(known, ..)| *known == name)
            .map(|(_, function, ..)| *function)
    }

    pub(crate) fn is_boolean(self) -> bool {
        matches!(
            self,
            Self::IsPresent | Self::IsEmpty | Self::IsBlank | Self::StartsWith | Self::EndsWith
        )
    }

    /// Why these arguments cannot be taken, if they cannot.
    pub(crate) fn check(self, arguments: &[Expression]) -> Result<(), String> {
        let row = TABLE.iter().find(|(_, function, ..)| *function == self);
        let (name, _, fewest, most) = row.expect("every function stands in the table");
        if !(*fewest..=*most).contains(&arguments.len()) {
            return Err(format!("Invalid arguments to function {name}"));
        }
        let period_at = match self {
            Self::Bin => Some(0),
            Self::DateFloor | Self::DateCeil => Some(1),
            _ => None,
        };
        for (index, argument) in arguments.iter().enumerate() {
            if matches!(argument, Expression::Period(_)) != (period_at == Some(index)) {
                return Err(format!(
                    "Invalid arguments to function {name}: a period is misplaced or missing"
                ));
            }
        }
        if self == Self::IsPresent && !matches!(arguments[0], Expression::Field(_)) {
            return Err("ispresent takes a field".to_owned());
        }
        if self == Self::If && !arguments[0].is_boolean() {
            return Err("if takes a Boolean expression first".to_owned());
        }
        Ok(())
    }

    /// Calls the function. Unless it is about absence, it answers an absent value for an absent one.
    pub(crate) fn call(self, values: &[Value]) -> Value {
        let blank = |value: &Value| value.inner_text().is_none_or(|text| text.trim().is_empty());
        match self {
            Self::IsPresent => return Value::Truth(!values[0].is_absent()),
            Self::IsEmpty => {
                return Value::Truth(values[0].inner_text().is_none_or(|text| text.is_empty()));
            }
            Self::IsBlank => return Value::Truth(blank(&values[0])),
            Self::Coalesce => {
                return values
                    .iter()
                    .find(|value| !value.is_absent())
                    .cloned()
                    .unwrap_or(Value::Absent);
            }
            Self::If => {
                return values[if values[0] == Value::Truth(true) {
                    1
                } else {
                    2
                }]
                .clone();
            }
            _ if values.iter().any(Value::is_absent) => return Value::Absent,
            _ => {}
        }
        self.on_text(values)
            .or_else(|| self.on_numbers(values))
            .or_else(|| self.on_times(values))
            .unwrap_or(Value::Absent)
    }

    fn on_text(self, values: &[Value]) -> Option<Value> {
        let text = |index: usize| values.get(index).and_then(Value::inner_text);
        let first = text(0)?;
        let cut = |index: usize| text(index).map(|cut| cut.chars().collect::<Vec<_>>());
        let trimmed = |from_left: bool, from_right: bool| {
            let set = cut(1);
            let goes = |c: char| {
                set.as_ref()
                    .map_or(c.is_whitespace(), |set| set.contains(&c))
            };
            let left = if from_left {
                first.trim_start_matches(goes)
            } else {
                &first
            };
            if from_right {
                left.trim_end_matches(goes)
            } else {
                left
            }
            .to_owned()
        };
        Some(match self {
            Self::Strlen => Value::Number(first.chars().count() as f64),
            Self::Substr => {
                let start = values[1].number()?.max(0.0) as usize;
                let length = match values.get(2) {
                    Some(length) => length.number()?.max(0.0) as usize,
                    None => usize::MAX,
                };
                Value::Text(first.chars().skip(start).take(length).collect())
            }
            Self::Strcontains => Value::Number(f64::from(u8::from(first.contains(&text(1)?)))),
            Self::Concat => Value::Text(values.iter().filter_map(Value::inner_text).collect()),
            Self::Trim => Value::Text(trimmed(true, true)),
            Self::Ltrim => Value::Text(trimmed(true, false)),
            Self::Rtrim => Value::Text(trimmed(false, true)),
            Self::ToLower => Value::Text(first.to_lowercase()),
            Self::ToUpper => Value::Text(first.to_uppercase()),
            Self::Replace => Value::Text(first.replace(&text(1)?, &text(2)?)),
            Self::StartsWith => Value::Truth(first.starts_with(&text(1)?)),
            Self::EndsWith => Value::Truth(first.ends_with(&text(1)?)),
            _ => return None,
        })
    }

    fn on_numbers(self, values: &[Value]) -> Option<Value> {
        let numbers: Option<Vec<f64>> = values.iter().map(Value::number).collect();
        let numbers = numbers?;
        let first = *numbers.first()?;
        let number = match self {
            Self::Floor => first.floor(),
            Self::Ceil => first.ceil(),
            Self::Abs => first.abs(),
            Self::Sqrt => first.sqrt(),
            Self::Log => first.ln(),
            Self::Greatest => numbers.iter().copied().fold(f64::MIN, f64::max),
            Self::Least => numbers.iter().copied().fold(f64::MAX, f64::min),
            Self::ToNumber => first,
            Self::ToMillis if matches!(values[0], Value::Time(_) | Value::AggregatedTime(_)) => {
                first
            }
            Self::FromMillis => return Some(Value::Time(first as i64)),
            _ => return None,
        };
        number.is_finite().then_some(Value::Number(number))
    }

    /// `bin` has the event's time put in front of its period.
    fn on_times(self, values: &[Value]) -> Option<Value> {
        let [Value::Time(time), period] = values else {
            return None;
        };
        let period = period.number()? as i64;
        let floor = time - time.rem_euclid(period);
        Some(Value::Time(match self {
            Self::Bin | Self::DateFloor => floor,
            Self::DateCeil if floor < *time => floor + period,
            Self::DateCeil => floor,
            _ => return None,
        }))
    }
}
