//! Objects in S3, read like files.
//!
//! - [`location`]: a bucket and a prefix, as `s3://BUCKET/PREFIX`
//! - [`store`], [`bucket`]: S3 under one identity, and the Region of each bucket
//! - [`listing`]: the objects under a prefix, page by page
//! - [`key_date`]: the time that a date in a key stands for
//! - [`object`]: one object, and how a failure to read it reads
//! - [`download`]: an object's bytes, resumed after a torn transfer
//! - [`downloads`]: objects downloaded ahead of those who read them
//!
//! An object is read as it was when it was listed: one that was replaced or deleted since is a
//! gap, never a mixture of two versions.

pub mod bucket;
pub mod download;
pub mod downloads;
pub mod key_date;
pub mod listing;
pub mod location;
pub mod object;
pub mod store;
