//! What would be asked, and what that would cost.

use std::fmt::Write as _;

use bytesize::ByteSize;

use super::exit::Failure;
use crate::evidence::price::Price;
use crate::render::visible::visible;
use crate::source::cloudwatch::estimate::{Estimate, estimate};
use crate::source::cloudwatch::fleet::{Fleet, FoundRegion};
use crate::source::cloudwatch::question::Question;
use crate::source::cloudwatch::request::Request;

/// What a run is estimated to scan, Region by Region.
pub(super) struct Estimated(Vec<Estimate>);

impl Estimated {
    pub(super) async fn of<C>(fleet: &Fleet, questions: &[Question<C>], request: &Request) -> Self {
        let mut estimates = Vec::new();
        for region in &fleet.regions {
            estimates.push(estimate(region, questions, request).await);
        }
        Self(estimates)
    }

    /// Refuses a run that is estimated to scan more than this, or of which nothing is known.
    pub(super) fn check(&self, most: ByteSize) -> Result<(), Failure> {
        let bytes = self.bytes();
        let unknown: usize = self.0.iter().map(|estimate| estimate.unknown).sum();
        if bytes <= most.as_u64() && unknown == 0 {
            return Ok(());
        }
        let words = if unknown > 0 {
            format!("what {unknown} clusters would scan cannot be estimated")
        } else {
            format!(
                "this is estimated to scan {}, {}",
                ByteSize(bytes).display().si(),
                self.price()
            )
        };
        Err(Failure::Failed(anyhow::anyhow!(
            "{words}, and --max-scan allows {}\n  ask for a shorter window (--since 6h), fewer clusters, or allow more",
            most.display().si()
        )))
    }

    fn bytes(&self) -> u64 {
        self.0.iter().map(|estimate| estimate.bytes).sum()
    }

    fn price(&self) -> Price {
        let mut price = Price::default();
        for estimate in &self.0 {
            price += estimate.price;
        }
        price
    }
}

/// The clusters, the window, the queries and the estimate.
pub(super) fn words(fleet: &Fleet, estimated: &Estimated, request: &Request) -> String {
    let mut words = String::new();
    let time = "%Y-%m-%d %H:%M:%S";
    let _ = writeln!(
        words,
        "Window   {} to {} UTC",
        request.since.format(time),
        request.until.format(time)
    );
    for (region, estimate) in fleet.regions.iter().zip(&estimated.0) {
        region_words(&mut words, region, estimate, request);
    }
    for missing in &fleet.missing {
        let _ = writeln!(words, "\n{}", visible(&missing.failure.in_short()));
    }
    let queries: usize = estimated.0.iter().map(|estimate| estimate.queries).sum();
    let _ = writeln!(
        words,
        "\n{queries} {} would scan {}, {}. Nothing was asked.",
        if queries == 1 { "query" } else { "queries" },
        ByteSize(estimated.bytes()).display().si(),
        estimated.price()
    );
    words
}

fn region_words(words: &mut String, region: &FoundRegion, estimate: &Estimate, request: &Request) {
    let profile = region.connection.profile.as_ref();
    let _ = writeln!(
        words,
        "\n{}{}: {} {} in {} {}, {}, {} ({})",
        region.connection.region,
        profile.map_or_else(String::new, |profile| format!(", profile {profile}")),
        region.groups.len(),
        if region.groups.len() == 1 {
            "cluster"
        } else {
            "clusters"
        },
        estimate.queries,
        if estimate.queries == 1 {
            "query"
        } else {
            "queries"
        },
        ByteSize(estimate.bytes).display().si(),
        estimate.price,
        match (estimate.told, estimate.unknown) {
            (told, _) if told == estimate.queries => "as CloudWatch estimates it",
            (_, 0) => "by what the log groups store",
            _ => "of some clusters nothing is known",
        }
    );
    let name = |group: &crate::source::cloudwatch::log_group::LogGroup| {
        visible(&group.cluster.name).into_owned()
    };
    let widest = region
        .groups
        .iter()
        .map(|group| name(group).chars().count())
        .max()
        .unwrap_or(0);
    for group in region.groups.iter() {
        let kept_since = group.kept_since(request.now);
        let clamped = match kept_since {
            Some(kept) if kept > request.until => {
                "   not asked: ".to_owned() + &group.kept_because(request.now)
            }
            Some(kept) if kept > request.since => format!(
                "   from {} on: {}",
                kept.format("%Y-%m-%d %H:%M"),
                group.kept_because(request.now)
            ),
            _ => String::new(),
        };
        let stored = group.described.as_ref().map_or_else(
            || "unknown".to_owned(),
            |described| ByteSize(described.stored_bytes).display().si().to_string(),
        );
        let _ = writeln!(
            words,
            "  {:widest$}   stores {stored}{clamped}",
            name(group)
        );
    }
}
