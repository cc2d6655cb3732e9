//! A shape that has to be unwrapped: whatever steps it is read in, the same comes out.

#![no_main]

use eks_stale_tokens::source::files::shapes::query_answer::SHAPE;
use eks_stale_tokens_fuzz::assert_steps_do_not_matter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| assert_steps_do_not_matter(&SHAPE, data));
