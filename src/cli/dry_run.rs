//! What would be asked, and what that would cost.

use std::fmt::Write as _;

use bytesize::ByteSize;

use super::exit::Failure;
use super::windows::Part;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::counted;
use crate::evidence::price::Price;
use crate::source::cloudwatch::estimate::{Estimate, estimate};
use crate::source::cloudwatch::fleet::{Fleet, FoundRegion};
use crate::source::cloudwatch::queries::logs_query::LogsQuery;
use crate::source::cloudwatch::query_limits::QueryLimits;

/// What asking about one window is estimated to scan, Region by Region.
pub(super) struct Estimated {
    regions: Vec<Estimate>,
    limits: QueryLimits,
}

impl Estimated {
    pub(super) async fn of(fleet: &Fleet, queries: &[LogsQuery], limits: QueryLimits) -> Self {
        let mut regions = Vec::new();
        for region in &fleet.regions {
            regions.push(estimate(region, queries, &limits).await);
        }
        Self { regions, limits }
    }
}

/// Refuses a run that is estimated to scan more than this, or of which nothing is known.
pub(super) fn check(estimated: &[Estimated], most: ByteSize) -> Result<(), Failure> {
    let bytes = bytes(estimated);
    let unknown: usize = all(estimated).map(|estimate| estimate.unknown).sum();
    if bytes <= most.as_u64() && unknown == 0 {
        return Ok(());
    }
    let words = if unknown > 0 {
        format!(
            "what {} would scan cannot be estimated",
            counted(unknown, "cluster", "clusters")
        )
    } else {
        format!(
            "this is estimated to scan {}, {}",
            ByteSize(bytes).display().si(),
            price(estimated)
        )
    };
    Err(Failure::Failed(anyhow::anyhow!(
        "{words}, and --max-scan allows {}\n  use a shorter window (--since 6h) or fewer clusters, or raise --max-scan",
        most.display().si()
    )))
}

fn all(estimated: &[Estimated]) -> impl Iterator<Item = &Estimate> {
    estimated.iter().flat_map(|estimated| &estimated.regions)
}

fn bytes(estimated: &[Estimated]) -> u64 {
    all(estimated).map(|estimate| estimate.bytes).sum()
}

fn price(estimated: &[Estimated]) -> Price {
    let mut price = Price::default();
    for estimate in all(estimated) {
        price += estimate.price;
    }
    price
}

/// The clusters by their windows, the queries and the estimate.
pub(super) fn words(parts: &[Part], estimated: &[Estimated]) -> String {
    let mut words = String::new();
    let time = "%Y-%m-%d %H:%M:%S";
    for (nth, (part, estimated)) in parts.iter().zip(estimated).enumerate() {
        let limits = &estimated.limits;
        let _ = writeln!(
            words,
            "{}Window   {} to {} UTC",
            if nth == 0 { "" } else { "\n" },
            limits.since.format(time),
            limits.until.format(time)
        );
        for (region, estimate) in part.fleet.regions.iter().zip(&estimated.regions) {
            region_words(&mut words, region, estimate, limits);
        }
    }
    for missing in parts.iter().flat_map(|part| &part.fleet.missing) {
        let _ = writeln!(words, "\n{}", escaped(&missing.failure.summary()));
    }
    let queries = all(estimated).map(|estimate| estimate.queries).sum();
    let probes = all(estimated).map(|estimate| estimate.probes).sum();
    let _ = writeln!(
        words,
        "\n{} would scan {}, {}. Nothing was queried.",
        queries_and_probes(queries, probes),
        ByteSize(bytes(estimated)).display().si(),
        price(estimated)
    );
    words
}

/// The queries, and the probes beside them.
fn queries_and_probes(queries: usize, probes: usize) -> String {
    let queries = counted(queries, "query", "queries");
    match probes {
        0 => queries,
        1 => format!("{queries} and 1 probe of the window's edge"),
        several => format!("{queries} and {several} probes of the window's edges"),
    }
}

fn region_words(
    words: &mut String,
    region: &FoundRegion,
    estimate: &Estimate,
    limits: &QueryLimits,
) {
    let profile = region.connection.profile.as_ref();
    let _ = writeln!(
        words,
        "\n{}{}: {} in {}, {}, {} ({})",
        region.connection.region,
        profile.map_or_else(String::new, |profile| format!(", profile {profile}")),
        counted(region.groups.len(), "cluster", "clusters"),
        queries_and_probes(estimate.queries, estimate.probes),
        ByteSize(estimate.bytes).display().si(),
        estimate.price,
        match (estimate.told, estimate.unknown) {
            (told, _) if told == estimate.queries + estimate.probes => "as CloudWatch estimates it",
            (_, 0) => "from the stored bytes of the log groups",
            _ => "of some clusters nothing is known",
        }
    );
    let name = |group: &crate::source::cloudwatch::log_group::LogGroup| {
        escaped(&group.cluster.name).into_owned()
    };
    let widest = region
        .groups
        .iter()
        .map(|group| name(group).chars().count())
        .max()
        .unwrap_or(0);
    for group in region.groups.iter() {
        let kept_since = group.kept_since(limits.now);
        let clamped = match kept_since {
            Some(kept) if kept > limits.until => {
                "   not queried: ".to_owned() + &group.kept_because(limits.now)
            }
            Some(kept) if kept > limits.since => format!(
                "   from {} on: {}",
                kept.format("%Y-%m-%d %H:%M"),
                group.kept_because(limits.now)
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
