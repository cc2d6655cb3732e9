//! One integration binary, so that the crate is linked once.

mod loopback;
