//! Regular expressions, each compiled once: a fleet's sweep starts the same query hundreds of times,
//! and what compiling costs here is no time of CloudWatch's.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;

static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

/// The regular expression of a pattern.
pub(crate) fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return Ok(known.clone());
    }
    let regex = Regex::new(pattern)?;
    compiled.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}
