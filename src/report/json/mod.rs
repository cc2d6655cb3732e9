//! The JSON forms of a report, one file a version. A version never changes; what the report
//! itself looks like inside may.

pub mod v1;
