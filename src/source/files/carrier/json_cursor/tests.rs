use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn what_stands_before_a_cut_is_read() {
    let (found, whole) = members(br#"{"a":{"b":"}"},"c":[1,{"d":"#);
    assert_eq!(found, [(&b"a"[..], &br#"{"b":"}"}"#[..])]);
    assert!(!whole);
    assert_eq!(members(b"{}"), (vec![], true));
    assert_eq!(members(b"{\"a\":[}]").0, []);
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_ends_where_it_ends(value in json(), pretty: bool, after in "[ ,}{a\"]{0,3}") {
        let text = if pretty {
            serde_json::to_string_pretty(&value)
        } else {
            serde_json::to_string(&value)
        }
        .expect("JSON");
        // A number goes on as long as there are letters.
        let whole = format!("{text} {after}");
        let mut cursor = Cursor::new(whole.as_bytes());
        prop_assert_eq!(cursor.value(), Some(text.as_bytes()));
    }

    #[test]
    fn text_comes_back_as_it_was(text: String) {
        let escaped = serde_json::to_string(&text).expect("JSON");
        prop_assert_eq!(unescaped(&escaped.as_bytes()[1..escaped.len() - 1]), text);
    }

    #[test]
    fn hostile_text_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Cursor::new(&bytes).value();
        let _ = members(&bytes);
        let _ = unescaped(&bytes);
    }
}
