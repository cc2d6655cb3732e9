//! Percent-encoding, as paths, queries and forms have it.

/// Text without its percent-encoding. Panics on what is none, which no SDK sends.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = (byte == b'%').then(|| [rest.next(), rest.next()]);
        match digits {
            Some([Some(high), Some(low)]) => {
                let hex = [high, low];
                let hex = std::str::from_utf8(&hex).expect("percent-encoding is ASCII");
                bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal digits"));
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
