//! One event: whatever it says, reading it fails or gives observations within their bounds, and an
//! annotation is only what the API server writes.

#![no_main]

use std::sync::Arc;

use eks_stale_tokens::audit::annotation::StaleToken;
use eks_stale_tokens::audit::event::AuditEvent;
use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::{Collect as _, EvidenceSet};
use eks_stale_tokens::source::ingest::ingest_parsed;
use eks_stale_tokens::source::request_filter::RequestFilter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(subject) = StaleToken::parse(text).and_then(|mark| mark.subject) {
        assert!(text.contains(&format!("{}:{}", subject.namespace, subject.name)));
    }
    let Ok(event) = AuditEvent::parse(text) else {
        return;
    };
    assert!(event.user_agent.len() <= 1_024);
    let cluster = Arc::new(Cluster::named("c"));
    let mut evidence = EvidenceSet::default();
    ingest_parsed(event, Some(RequestFilter::default()), |observation| {
        evidence.record(&cluster, observation);
    });
    for (_, token_use) in evidence.holders() {
        for text in token_use.calls.texts() {
            assert!(text.unescaped().len() <= 512, "{text}");
        }
    }
});
