//! Which JSON objects are audit events, told by their own keys alone.

use super::json_cursor::{Cursor, Kind};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A whole audit event, or one without kind and version, as the items of a list are.
    Event,
    /// It claims to be an audit event, and lacks what each of them has: nothing in it is looked
    /// into.
    Unusable,
    /// Anything else.
    Other,
}

/// What the members of an object tell.
#[derive(Debug, Default, Clone, Copy)]
pub struct Signs {
    kind: bool,
    other_kind: bool,
    version: bool,
    audit_id: bool,
    stage: bool,
    request_uri: bool,
    received: bool,
    written: bool,
}

impl Signs {
    /// Takes in a member.
    pub fn see(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"kind" => {
                self.kind = value == br#""Event""#;
                self.other_kind = !self.kind;
            }
            b"apiVersion" => self.version = value.starts_with(br#""audit.k8s.io/"#),
            b"auditID" => self.audit_id = true,
            b"stage" => self.stage = true,
            b"requestURI" => self.request_uri = true,
            b"requestReceivedTimestamp" => self.received = true,
            b"stageTimestamp" => self.written = true,
            _ => {}
        }
    }

    /// What an object with these members is.
    pub fn shape(self) -> Shape {
        let says_so = self.kind && self.version;
        let looks_so = !self.other_kind && self.audit_id && self.stage && self.request_uri;
        if !says_so && !looks_so {
            Shape::Other
        } else if self.stage && self.received && self.written {
            Shape::Event
        } else {
            Shape::Unusable
        }
    }
}

/// What an object is; of one that is cut off, what stands before the cut tells.
pub fn shape(text: &[u8]) -> Shape {
    let mut signs = Signs::default();
    let mut cursor = Cursor::new(text);
    if cursor.kind() == Some(Kind::Object) {
        let _ = read(&mut cursor, &mut signs);
    }
    signs.shape()
}

fn read(cursor: &mut Cursor<'_>, signs: &mut Signs) -> Option<()> {
    let mut more = cursor.begin_object()?;
    while more {
        let key = cursor.key()?;
        signs.see(key, cursor.value()?);
        more = cursor.goes_on()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_keys_tell() {
        let times = r#""requestReceivedTimestamp":"t","stageTimestamp":"t""#;
        for (text, expected) in [
            (
                format!(
                    r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"Panic",{times}}}"#
                ),
                Shape::Event,
            ),
            (
                format!(r#"{{"auditID":"a","stage":"Panic","requestURI":"/",{times}}}"#),
                Shape::Event,
            ),
            (
                r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","a":{}}"#.to_owned(),
                Shape::Unusable,
            ),
            (
                format!(
                    r#"{{"kind":"Pod","auditID":"a","stage":"Panic","requestURI":"/",{times}}}"#
                ),
                Shape::Other,
            ),
            (
                r#"{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}"#.to_owned(),
                Shape::Other,
            ),
            (
                format!(r#"{{"log":{{"auditID":"a","stage":"Panic","requestURI":"/",{times}}}}}"#),
                Shape::Other,
            ),
        ] {
            assert_eq!(shape(text.as_bytes()), expected, "{text}");
        }
    }
}
