//! What asking would scan, before anything is asked.
//!
//! CloudWatch itself tells by the command `estimate`, which is free. Where it does not answer,
//! what the log groups store has to do.

use super::fleet::FoundRegion;
use super::log_group::LogGroup;
use super::price::price;
use super::question::Question;
use super::request::{Request, first_slices};
use super::row::Row;
use super::run::{Asked, End, run};
use super::slice::Slice;
use crate::evidence::price::Price;

/// The field of the answer, as it was seen; the documentation does not name it.
const FIELD: &str = "@estimatedBytesScanned";

/// What asking one Region would scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Queries to begin with.
    pub queries: usize,
    /// Bytes.
    pub bytes: u64,
    /// What they cost.
    pub price: Price,
    /// Queries of which CloudWatch told the bytes; of the others, what is stored had to do.
    pub told: usize,
    /// Clusters of which nothing is known: they come on top.
    pub unknown: usize,
}

/// Estimates what the questions would scan in a Region.
pub async fn estimate<C>(
    region: &FoundRegion,
    questions: &[Question<C>],
    request: &Request,
) -> Estimate {
    let mut estimate = Estimate::default();
    for slice in first_slices(questions, &region.groups, request) {
        estimate.queries += 1;
        let members: Vec<&LogGroup> = slice
            .groups
            .iter()
            .map(|place| &region.groups[*place])
            .collect();
        let question = &questions[slice.question];
        let told = told(region, question, &members, &slice, request).await;
        estimate.told += usize::from(told.is_some());
        estimate.bytes += told.unwrap_or_else(|| {
            let stored = members.iter().map(|group| {
                let bytes = group.bytes_in(request.since, request.until, request.now);
                estimate.unknown += usize::from(bytes.is_none());
                bytes.unwrap_or(0)
            });
            stored.sum()
        });
    }
    estimate.price = price(&region.connection.region, estimate.bytes);
    estimate
}

/// The bytes by CloudWatch's own estimate.
async fn told<C>(
    region: &FoundRegion,
    question: &Question<C>,
    members: &[&LogGroup],
    slice: &Slice,
    request: &Request,
) -> Option<u64> {
    let text = text_to_estimate(&question.whole_text(request.arrivals(question.seconds)));
    let asked = Asked {
        name: "estimate",
        text: &text,
        limit: u64::MAX,
        rows_are_events: false,
        can_be_cut: false,
        groups: members,
        span: slice.span,
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut take = |page| rows.extend(page);
    let answer = run(
        &region.connection,
        &asked,
        request.deadline,
        &request.stop,
        &mut take,
    )
    .await;
    match answer {
        Ok(answer) if answer.end == End::Complete => {
            rows.first()?.number(FIELD).map(|bytes| bytes as u64)
        }
        Ok(_) => None,
        Err(failure) => {
            tracing::debug!(%failure, "no estimate");
            None
        }
    }
}

/// The query's text with `estimate` as its last command, which no limit may precede.
fn text_to_estimate(text: &str) -> String {
    let commands = text
        .trim_end()
        .lines()
        .filter(|line| !line.starts_with("| limit "));
    let mut text: String = commands.map(|line| format!("{line}\n")).collect();
    text.push_str("| estimate");
    text
}
