//! A list of pods, as kubectl prints it and as an API server answers.

#![no_main]

use eks_stale_tokens::cluster_state::ClusterState;
use eks_stale_tokens::source::kubernetes::list::ListReader;
use eks_stale_tokens::source::kubernetes::pod_list::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = parse("pods.json", data);
    for kind in ["Pod", "ReplicaSet", "Job"] {
        let mut reader = ListReader::new(ClusterState::default());
        if reader.read_as(kind, data).is_ok() {
            reader.into_state();
        }
    }
});
