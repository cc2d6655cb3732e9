//! Evidence from wherever the plan says.
//!
//! - [`inputs`]: from files, standard input and S3
//! - [`cloudwatch`], [`cloudwatch_run`]: from log groups

mod cloudwatch;
mod cloudwatch_run;
mod inputs;

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::evidence_plan::{EvidencePlan, From};
use super::exit::{Failure, Outcome};
use super::progress_args::ProgressArgs;
use crate::deliver::standard_output;
use crate::evidence::set::Collect;
use crate::report::Report;
use crate::source::Gathered;
use crate::source::cloudwatch::self_check::{SelfChecks, text_id};

/// What was gathered, and whether the operator broke it off.
pub(super) struct Collected<C> {
    pub(super) gathered: Gathered<C>,
    pub(super) interrupted: bool,
}

/// What came of a plan.
pub(super) enum Gathering<C> {
    /// Evidence.
    Evidence(Collected<C>),
    /// Nothing was asked: what would be, in words.
    DryRun(String),
}

/// What is done with what the window alone tells, before anything is looked back for.
pub(super) type FirstAnswer<'a, C> = &'a mut dyn FnMut(Gathered<C>);

/// Gathers the evidence that the plan asks for.
pub(super) fn gather<C: Collect + 'static>(
    plan: &EvidencePlan,
    previous: Option<&Report>,
    shown: ProgressArgs,
    first_answer: Option<FirstAnswer<'_, C>>,
) -> Result<Gathering<C>, Failure> {
    let mut gathering = match &plan.from {
        From::Inputs(inputs) => Gathering::Evidence(Collected {
            gathered: inputs::read(inputs, shown)?,
            interrupted: false,
        }),
        From::CloudWatch(clusters) => {
            let checks = SelfChecks::new(clusters.verify, verified_regions(previous));
            cloudwatch::query(clusters, plan, checks, shown, first_answer)?
        }
    };
    if let Gathering::Evidence(evidence) = &mut gathering {
        for coverage in evidence.gathered.coverages.0.values_mut() {
            coverage.control_plane.stated = plan.kubernetes_version;
        }
    }
    Ok(gathering)
}

/// The Regions in which an earlier report found the query of this version to be answered as
/// expected.
fn verified_regions(previous: Option<&Report>) -> BTreeSet<String> {
    let id = text_id();
    let clusters = previous.into_iter().flat_map(|report| &report.clusters);
    let verified = clusters.filter(|scan| scan.verified_queries.contains(&id));
    verified
        .filter_map(|scan| scan.cluster.region.clone())
        .collect()
}

/// Says what would be asked.
pub(super) fn print(words: &str) -> Result<Outcome, Failure> {
    standard_output::write(words.as_bytes()).context("cannot write to standard output")?;
    Ok(Outcome::Done)
}
