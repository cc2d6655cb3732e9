//! Which workloads hold service-account tokens that the API server will soon reject, when each
//! of them dies, and what to do about it.
//!
//! Evidence comes in through [`source`], is merged by [`evidence`], judged by [`verdict`] into a
//! [`report`], and written by [`render`] and [`deliver`]. All but `source`, `deliver` and `cli`
//! is pure: no clock, no environment, no network, no printing.

pub mod audit;
pub mod cli;
pub mod cluster_state;
pub mod deliver;
pub mod evidence;
pub mod render;
pub mod report;
pub mod source;
pub mod verdict;
