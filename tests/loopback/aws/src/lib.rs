//! What AWS services on the loopback interface share.
//!
//! - [`Server`] speaks HTTP on a thread of its own, so that plain synchronous tests can use it, and [`AnswerBody`] is
//!   what it sends, whole or broken off.
//! - [`Signer`] tells who signed a call, for which service and Region. Signatures are not verified.
//! - [`Input`] reads a call's parameters, and an [`Exception`] is the answer to what is wrong with them.

mod answer_body;
mod exception;
mod input;
mod percent_encoding;
mod server;
mod signer;

pub use answer_body::AnswerBody;
pub use exception::Exception;
pub use input::Input;
pub use percent_encoding::decoded;
pub use server::Server;
pub use signer::Signer;
