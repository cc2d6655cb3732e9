//! What a run would query: estimated, held against `--max-scan`, and told.

use bytesize::ByteSize;

use super::exit::Failure;
use super::windows::Part;
use crate::evidence::count::pluralize;
use crate::evidence::price::Price;
use crate::render::dry_run::{Basis, Cluster, DryRun, Kept, Region, Window};
use crate::source::cloudwatch::estimate::{Estimate, estimate};
use crate::source::cloudwatch::fleet::{Fleet, FoundRegion};
use crate::source::cloudwatch::log_group::LogGroup;
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
    let (mut bytes, mut unknown, mut price) = (0, 0, Price::default());
    for estimate in estimated.iter().flat_map(|estimated| &estimated.regions) {
        bytes += estimate.bytes;
        unknown += estimate.unknown;
        price += estimate.price;
    }
    if bytes <= most.as_u64() && unknown == 0 {
        return Ok(());
    }
    let words = if unknown > 0 {
        format!(
            "what {} would scan cannot be estimated",
            pluralize(unknown, "cluster", "clusters")
        )
    } else {
        format!(
            "this is estimated to scan {}, {price}",
            ByteSize(bytes).display().si()
        )
    };
    Err(Failure::Failed(anyhow::anyhow!(
        "{words}, and --max-scan allows {}\n  use a shorter window (--since 6h) or fewer clusters, or raise --max-scan",
        most.display().si()
    )))
}

/// The windows with their estimates, to be rendered.
pub(super) fn of(parts: &[Part], estimated: &[Estimated]) -> DryRun {
    let windows = parts.iter().zip(estimated).map(|(part, estimated)| {
        let limits = &estimated.limits;
        let regions = part.fleet.regions.iter().zip(&estimated.regions);
        Window {
            since: limits.since,
            until: limits.end.until,
            regions: regions
                .map(|(found, estimate)| region(found, estimate, limits))
                .collect(),
        }
    });
    let missing = parts.iter().flat_map(|part| &part.fleet.missing);
    DryRun {
        windows: windows.collect(),
        missing: missing.map(|missing| missing.failure.summary()).collect(),
    }
}

fn region(found: &FoundRegion, estimate: &Estimate, limits: &QueryLimits) -> Region {
    let asked = estimate.queries + estimate.probes;
    Region {
        name: found.connection.region.clone(),
        profile: found.connection.profile.clone(),
        queries: estimate.queries,
        probes: estimate.probes,
        bytes: estimate.bytes,
        price: estimate.price,
        basis: match (estimate.told, estimate.unknown) {
            (told, _) if told == asked => Basis::CloudWatch,
            (_, 0) => Basis::Stored,
            _ => Basis::SomeClusters,
        },
        clusters: found
            .groups
            .iter()
            .map(|group| cluster(group, limits))
            .collect(),
    }
}

fn cluster(group: &LogGroup, limits: &QueryLimits) -> Cluster {
    let (now, until) = (limits.end.now, limits.end.until);
    let described = group.described.as_ref();
    Cluster {
        name: group.cluster.name.clone(),
        stored_bytes: described.map(|described| described.stored_bytes),
        kept: match group.retained_since(now) {
            Some(kept) if kept > until => Kept::Nothing(group.retention_reason(now)),
            Some(kept) if kept > limits.since => Kept::Since(kept, group.retention_reason(now)),
            _ => Kept::Whole,
        },
    }
}
