//! In the outage: who is dead, who is next, why, and what to type.
//!
//! - [`log_writer`]: audit logs of clusters that never were
//! - the tests, by what they are about

mod accepted_again;
mod confusion;
mod early_rejection;
mod hostile;
mod joins;
pub(crate) mod log_writer;
mod look_back;
mod screens;
mod shared_address;
mod story;
