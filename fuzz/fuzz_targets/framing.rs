//! Whatever steps an input is read in, it is cut into the same values; each framing, also those
//! that its beginning does not tell.

#![no_main]

use eks_stale_tokens::source::files::framing::Framing;
use eks_stale_tokens_fuzz::framed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let told = Framing::of(data);
    for framing in [
        told,
        Framing::Json,
        Framing::Csv(b','),
        Framing::Markdown,
        Framing::Packed,
    ] {
        assert_eq!(framed(framing, data, usize::MAX), framed(framing, data, 5));
    }
});
