//! Rows of CloudWatch's answers, as `field=value` lines: each query reads them, asks for whole
//! events, or says what is malformed.

#![no_main]

use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::coverage::Coverage;
use eks_stale_tokens::evidence::set::{Collect as _, EvidenceSet};
use eks_stale_tokens::source::cloudwatch::queries::QUERIES;
use eks_stale_tokens::source::cloudwatch::queries::logs_query::RowOrigin;
use eks_stale_tokens::source::cloudwatch::row::Row;
use eks_stale_tokens::source::request_filter::RequestFilter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let cluster = Arc::new(Cluster::named("c"));
    let origin = RowOrigin {
        cluster: Arc::clone(&cluster),
        log_group: "/aws/eks/c/cluster".to_owned(),
        filter: RequestFilter::default(),
    };
    for query in QUERIES {
        let Some(read_row) = query.read_row else {
            continue;
        };
        let mut evidence = EvidenceSet::default();
        let mut coverage = Coverage::default();
        for row in text.split("\n\n") {
            let pairs = row.lines().filter_map(|line| line.split_once('='));
            let row = Row::default().with(
                pairs
                    .map(|(name, value)| (name, value.to_owned()))
                    .collect(),
            );
            let mut observations = Vec::new();
            read_row(&row, &origin, &mut observations, &mut coverage);
            for observation in observations {
                evidence.record(&cluster, observation);
            }
        }
    }
});
