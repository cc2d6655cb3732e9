//! What audit events prove, and the merge that combines it.
//!
//! - [`accepted`]: the evidence of one accepted request made with a stale token
//! - [`unmarked`]: requests accepted with a token that is too young for a mark
//! - [`rejection`]: one request that the API server refused to authenticate
//! - [`single_request`]: a request by itself, accepted or rejected
//! - `rejected_callers`: the callers that were rejected, up to a limit
//! - [`legacy_token`]: requests made with a token that is kept in a secret
//! - [`holder`]: the holder of a token
//! - `identified`: tokens by their ID
//! - [`token`], [`tokens`]: the uses of one token, and of all tokens of one holder apart
//! - [`token_use`]: the evidence about one holder, merged
//! - [`agents`], [`majority`]: the user agents of a holder, each with the tokens it used
//! - [`capped_counts`]: bounded counts of text that a caller chooses
//! - [`cluster`]: the cluster that evidence belongs to
//! - [`control_plane`]: what is known about a cluster's version, on which its tokens' lifetime depends
//! - [`note`], [`price`]: what to know about a scan, and what it costs
//! - [`count`]: numbers of things in words
//! - [`coverage`], [`gap`]: what was read, and what could not be seen
//! - [`observation`]: one thing that a source read
//! - [`silence`]: whether a log holds events of the window
//! - [`set`]: all evidence, and its merge
//!
//! Merging is associative and commutative, and the empty value is its identity: files, pages,
//! chunks of time and clusters may be read in any order, in parallel, or split in two.

pub mod accepted;
pub mod agents;
pub mod capped_counts;
pub mod cluster;
pub mod control_plane;
pub mod count;
pub mod coverage;
pub mod gap;
pub mod holder;
mod identified;
pub mod legacy_token;
pub mod majority;
pub mod note;
pub mod observation;
pub mod price;
mod rejected_callers;
pub mod rejection;
#[cfg(test)]
mod sample;
pub mod set;
pub mod silence;
pub mod single_request;
pub mod token;
pub mod token_use;
pub mod tokens;
pub mod unmarked;
