use proptest::prelude::*;

use super::*;

fn read(text: &str) -> (ClusterState, Found) {
    let mut reader = ListReader::new(ClusterState::default());
    reader.read(text.as_bytes()).expect("JSON");
    let found = reader.found.clone();
    (reader.into_state(), found)
}

const POD: &str =
    r#"{"metadata":{"name":"a","namespace":"ns","uid":"1"},"spec":{"serviceAccountName":"app"}}"#;

#[test]
fn lists_of_every_origin_are_read() {
    let with_kind = POD.replacen('{', r#"{"kind":"Pod","#, 1);
    for text in [
        // kubectl: sorted keys, the kind in each item.
        format!(r#"{{"apiVersion":"v1","items":[{with_kind}],"kind":"List"}}"#),
        // The API server: the kind before the items, and in none of them.
        format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{POD}]}}"#),
        // One pod by its name.
        with_kind.clone(),
        // Several, one after the other.
        format!("{{\"items\":[{with_kind}]}}\n{{\"kind\":\"JobList\",\"items\":null}}\n\n"),
    ] {
        let (state, found) = read(&text);
        assert_eq!(found.kept, 1, "{text}");
        let pod = state.pod("1").expect("a pod");
        assert_eq!((&*pod.name, &*pod.service_account), ("a", "app"));
    }
}

#[test]
fn a_field_of_another_type_hides_no_pod() {
    let (state, found) = read(
        r#"{"kind":"List","items":[
            {"kind":"Pod","metadata":{"name":"a","namespace":"ns","uid":"1","ownerReferences":"x","labels":[],
              "creationTimestamp":7},"spec":{"hostNetwork":"yes","containers":{"a":1}},
              "status":{"podIP":"not an address","podIPs":[{"ip":5},{"ip":"10.0.0.1"}],"containerStatuses":[4]}},
            {"kind":"Pod","metadata":{"name":"b","namespace":"ns"}},
            {"kind":"Pod","metadata":[]},
            {"kind":7}, 8, null, {"kind":"Secret","metadata":{"name":"c"}}
        ]}"#,
    );
    assert_eq!(
        (found.kept, found.malformed, found.of_other_kinds),
        (1, 4, 2)
    );
    let pod = state.pod("1").expect("a pod");
    assert_eq!(pod.addresses.len(), 1);
}

#[test]
fn the_controller_among_the_owners_counts() {
    let (state, _) = read(
        r#"{"kind":"Pod","metadata":{"name":"a","namespace":"ns","uid":"1","ownerReferences":[
            {"apiVersion":"v1","kind":"ConfigMap","name":"x"},
            {"apiVersion":"apps/v1","kind":"StatefulSet","name":"db","controller":true}]}}"#,
    );
    let pod = state.pod("1").expect("a pod");
    assert_eq!(state.workload_of(pod).resource(), "statefulset/db");
}

proptest! {
    /// Whatever the bytes are: an error or a state, and never a panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = ListReader::new(ClusterState::default()).read(bytes.as_slice());
    }

    /// A list that is cut anywhere is an error, and never a shorter list.
    #[test]
    fn a_cut_is_never_silent(place in 1_usize..1000) {
        let whole = format!(r#"{{"kind":"PodList","items":[{POD},{POD},{POD}]}}"#);
        let place = place % (whole.len() - 1) + 1;
        let mut reader = ListReader::new(ClusterState::default());
        prop_assert!(reader.read(&whole.as_bytes()[..place]).is_err());
    }
}
