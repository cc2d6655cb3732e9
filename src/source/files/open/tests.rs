use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::super::trickle::Trickle;
use super::*;

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("compressed in memory");
    encoder.finish().expect("compressed in memory")
}

fn gunzipped(zipped: &[u8], step: usize) -> (Vec<u8>, Option<ErrorKind>) {
    let (mut stream, ..) = decoded(Box::new(Trickle(zipped, step))).expect("gzip");
    let mut bytes = Vec::new();
    let outcome = stream.read_to_end(&mut bytes);
    (bytes, outcome.err().map(|error| error.kind()))
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::collection::vec(
        prop_oneof![
            Just(b"{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\"}\n".to_vec()),
            Just(vec![b'a'; 700]),
            "[0-9a-f]{36}".prop_map(String::into_bytes),
        ],
        1..60,
    );
    (words, 1_usize..60).prop_map(|(words, times)| words.concat().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_member_is_read(
        members in prop::collection::vec((texts(), 0_u32..10), 1..5),
        step in 1_usize..3000,
    ) {
        let zipped: Vec<u8> = members.iter().flat_map(|(text, level)| gzip(text, *level)).collect();
        let whole: Vec<u8> = members.iter().flat_map(|(text, _)| text.clone()).collect();
        let (bytes, error) = gunzipped(&zipped, step);
        prop_assert_eq!(error, None);
        prop_assert!(bytes == whole);
    }

    /// Damage is never the end of the file: either the bytes are whole or there is an error.
    #[test]
    fn damage_is_never_silent(
        members in prop::collection::vec(texts(), 1..4),
        level in 0_u32..10,
        place: prop::sample::Index,
        byte: u8,
    ) {
        let mut zipped: Vec<u8> = members.iter().flat_map(|text| gzip(text, level)).collect();
        // Its first bytes make it gzip; the time, the name and the system of the first
        // header are of no consequence.
        let place = 10 + place.index(zipped.len() - 10);
        zipped[place] = byte;
        let (bytes, error) = gunzipped(&zipped, usize::MAX);
        prop_assert!(error.is_some() || bytes == members.concat());
    }

    #[test]
    fn what_is_cut_off_is_read_up_to_the_cut(
        members in prop::collection::vec(texts(), 1..4),
        place: prop::sample::Index,
    ) {
        let zipped: Vec<u8> = members.iter().flat_map(|text| gzip(text, 6)).collect();
        let ends: Vec<usize> = members
            .iter()
            .scan(0, |end, text| {
                *end += gzip(text, 6).len();
                Some(*end)
            })
            .collect();
        let place = 10 + place.index(zipped.len() - 10);
        let (bytes, error) = gunzipped(&zipped[..place], usize::MAX);
        let is_torn = !ends.contains(&place);
        prop_assert_eq!(error, is_torn.then_some(ErrorKind::UnexpectedEof));
        prop_assert!(members.concat().starts_with(&bytes));
        let whole = ends.iter().filter(|end| **end <= place).count();
        prop_assert!(bytes.len() >= members[..whole].concat().len());
    }
}

/// A member whose first symbol copies what is not there fails before it has made a byte: a
/// decoder of our own once took that for the end of the file, and lost what followed.
#[test]
fn a_member_that_fails_at_once_is_no_end() {
    // Fixed codes: a copy of three bytes from one byte back, and the end of the block.
    let copies_nothing: [u8; 3] = [0x03, 0x02, 0x00];
    let mut zipped = gzip(b"a whole member\n", 6);
    let header = zipped[..10].to_vec();
    zipped.extend(header);
    zipped.extend(copies_nothing);
    zipped.extend([0; 8]);
    let (bytes, error) = gunzipped(&zipped, usize::MAX);
    assert_eq!(bytes, b"a whole member\n");
    assert!(error.is_some());
}

#[test]
fn what_follows_the_last_member_is_told() {
    for after in [&b"\0\0\0\0"[..], b"\n", b"no member", b"\x1f\x8b"] {
        let zipped = [&gzip(b"a whole member\n", 6), after].concat();
        let (bytes, error) = gunzipped(&zipped, usize::MAX);
        assert_eq!(bytes, b"a whole member\n");
        assert!(error.is_some(), "{after:?}");
    }
}
