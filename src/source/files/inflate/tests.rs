use std::io::{self, Cursor, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::{gunzip, gunzip_by_two};

/// What comes of it in two threads, which is what comes of it in one.
fn gunzipped(zipped: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
    let read = |mut reader: Box<dyn Read + '_>| {
        let mut bytes = Vec::new();
        let outcome = reader.read_to_end(&mut bytes);
        (bytes, outcome.err().map(|error| error.kind()))
    };
    let by_two = std::thread::scope(|scope| {
        let zipped = Cursor::new(zipped.to_vec());
        read(Box::new(gunzip_by_two(zipped, scope)))
    });
    assert!(by_two == read(Box::new(gunzip(zipped))));
    by_two
}

fn by_flate2(zipped: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let outcome = MultiGzDecoder::new(zipped).read_to_end(&mut bytes);
    (bytes, outcome.is_err())
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("compressed in memory");
    encoder.finish().expect("compressed in memory")
}

/// Text with much and little to copy, and codes of every length.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::collection::vec(
        prop_oneof![
            Just(b"{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\"}\n".to_vec()),
            Just(vec![b'a'; 700]),
            "[0-9a-f]{36}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..400),
        ],
        0..60,
    );
    (words, 1_usize..60).prop_map(|(words, times)| words.concat().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_was_compressed_comes_back(
        texts in prop::collection::vec((texts(), 0_u32..10), 1..4),
    ) {
        let zipped: Vec<u8> = texts.iter().flat_map(|(text, level)| gzip(text, *level)).collect();
        let whole: Vec<u8> = texts.iter().flat_map(|(text, _)| text.clone()).collect();
        let (bytes, error) = gunzipped(&zipped);
        prop_assert_eq!(error, None);
        prop_assert!(bytes == whole);
    }

    /// Where it is damaged, it fails as zlib does, and after the same bytes or more.
    #[test]
    fn damage_is_seen_and_nothing_before_it_is_lost(
        text in texts(),
        level in 0_u32..10,
        place: prop::sample::Index,
        byte: u8,
    ) {
        let mut zipped = gzip(&text, level);
        // Neither the header's time, name nor system is of any consequence.
        let place = 10 + place.index(zipped.len() - 10);
        zipped[place] = byte;
        let (bytes, error) = gunzipped(&zipped);
        let (expected, fails) = by_flate2(&zipped);
        prop_assert_eq!(error.is_some(), fails);
        if !fails {
            prop_assert!(bytes == expected);
        }
    }

    #[test]
    fn what_is_cut_off_is_read_up_to_the_cut(text in texts(), level in 0_u32..10, place: prop::sample::Index) {
        let zipped = gzip(&text, level);
        let place = place.index(zipped.len());
        let (bytes, error) = gunzipped(&zipped[..place]);
        prop_assert_eq!(error, Some(io::ErrorKind::UnexpectedEof));
        prop_assert!(text.starts_with(&bytes));
        let (expected, _) = by_flate2(&zipped[..place]);
        prop_assert!(bytes.len() + 3 >= expected.len());
    }
}

/// A member whose first symbol copies what is not there fails before it has made a byte: that was
/// once taken for the end of the file, and what followed was lost in silence.
#[test]
fn a_member_that_fails_at_once_is_no_end() {
    // Fixed codes: a copy of three bytes from one byte back, and the end of the block.
    let copies_nothing: [u8; 3] = [0x03, 0x02, 0x00];
    let mut zipped = gzip(b"a whole member\n", 6);
    let header = zipped[..10].to_vec();
    zipped.extend(header);
    zipped.extend(copies_nothing);
    zipped.extend([0; 8]);
    let (bytes, error) = gunzipped(&zipped);
    assert_eq!(bytes, b"a whole member\n");
    assert_eq!(error, Some(io::ErrorKind::InvalidData));
    assert!(by_flate2(&zipped).1);
}
