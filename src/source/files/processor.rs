//! The instructions that this processor has beyond those of its kind.

use std::sync::LazyLock;

use fearless_simd::Level;

/// The best set of instructions at hand: what is inlined into a dispatch to it is compiled for
/// each of them.
pub static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
