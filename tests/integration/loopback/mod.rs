//! A CloudWatch Logs service on the loopback interface, for tests of everything that speaks to the real one.
//!
//! `insights` compiles and executes the query's text. No query is recognised by its name or shape: what is not in
//! the documented language is refused, so a test with a wrong query fails.

// What no test uses yet is still part of the language.
#![allow(dead_code, unused_imports)]

mod insights;
