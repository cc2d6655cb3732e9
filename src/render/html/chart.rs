//! Lifelines on a suitable axis: tokens that live for hours have their own, because on an axis of
//! months they would be dots.

use super::axis::Axis;
use super::{harmless_words_of, lifeline};
use crate::render::RenderOptions;
use crate::report::Report;
use crate::report::finding::Finding;

/// The lifelines of one axis.
pub(super) struct Chart {
    /// What distinguishes the shapes of this chart from those of others.
    pub(super) grid: &'static str,
    /// Which tokens these are, where there is more than one chart.
    pub(super) heading: Option<&'static str>,
    pub(super) axis: Axis,
    pub(super) lifelines: Vec<lifeline::Group>,
    /// The harmless ones, in words.
    pub(super) harmless: String,
    pub(super) harmless_lifelines: Vec<lifeline::Group>,
}

/// The charts: of tokens that live for a day at most, and of the others.
pub(super) fn charts(report: &Report, options: &RenderOptions) -> Vec<Chart> {
    let (short, long): (Vec<&Finding>, Vec<&Finding>) = report.findings.iter().partition(|it| {
        let mut tokens = it.holders.iter().flat_map(|holder| &holder.tokens);
        it.lead().lifetime.is_capped() && tokens.all(|token| token.lifetime.is_capped())
    });
    let are_two = !short.is_empty() && !long.is_empty();
    [
        ("hours", "Tokens of 24 hours or less", short),
        ("days", "Tokens of more than 24 hours", long),
    ]
    .into_iter()
    .filter_map(|(grid, heading, findings)| {
        let axis = Axis::of(report, &findings, options)?;
        let (harmless, pressing): (Vec<&Finding>, Vec<&Finding>) = findings
            .into_iter()
            .partition(|finding| finding.needs_no_action());
        let groups = |findings: &[&Finding]| {
            lifeline::groups(report, findings.iter().copied(), &axis, grid, options)
        };
        Some(Chart {
            grid,
            heading: are_two.then_some(heading),
            lifelines: groups(&pressing),
            harmless: harmless_words_of(&harmless),
            harmless_lifelines: groups(&harmless),
            axis,
        })
    })
    .collect()
}
