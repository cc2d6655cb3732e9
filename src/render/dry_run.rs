//! What would be queried, and what that would cost.

use std::fmt::Write as _;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};

use crate::audit::untrusted_text::UntrustedText;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::pluralize;
use crate::evidence::price::Price;

/// What a run would query.
#[derive(Debug)]
pub struct DryRun {
    /// Its windows.
    pub windows: Vec<Window>,
    /// What cannot be queried, each in a line.
    pub missing: Vec<String>,
}

/// One window.
#[derive(Debug)]
pub struct Window {
    /// Its first moment.
    pub since: DateTime<Utc>,
    /// Its last.
    pub until: DateTime<Utc>,
    /// The Regions that would be queried.
    pub regions: Vec<Region>,
}

/// What would be queried in one Region.
#[derive(Debug)]
pub struct Region {
    /// The Region.
    pub name: String,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// Queries.
    pub queries: usize,
    /// Probes of the window's edges beside them.
    pub probes: usize,
    /// Bytes that both would scan.
    pub bytes: u64,
    /// What these cost.
    pub price: Price,
    /// Who says so.
    pub basis: Basis,
    /// The clusters.
    pub clusters: Vec<Cluster>,
}

/// What an estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// CloudWatch itself.
    CloudWatch,
    /// What the log groups store.
    Stored,
    /// What is known of some of the clusters.
    SomeClusters,
}

/// One cluster.
#[derive(Debug)]
pub struct Cluster {
    /// Its name.
    pub name: UntrustedText,
    /// Bytes in its log group, if they are known.
    pub stored_bytes: Option<u64>,
    /// How much of the window is kept.
    pub kept: Kept,
}

/// How much of a window a log group keeps; what is missing is missing because of something.
#[derive(Debug)]
pub enum Kept {
    /// All of it, as far as is known.
    Whole,
    /// What came from then on.
    Since(DateTime<Utc>, String),
    /// Nothing.
    Nothing(String),
}

/// The clusters by their windows, the queries and the estimate.
pub fn words(run: &DryRun) -> String {
    let mut words = String::new();
    let time = "%Y-%m-%d %H:%M:%S";
    for (nth, window) in run.windows.iter().enumerate() {
        let _ = writeln!(
            words,
            "{}Window   {} to {} UTC",
            if nth == 0 { "" } else { "\n" },
            window.since.format(time),
            window.until.format(time)
        );
        for region in &window.regions {
            region_words(&mut words, region);
        }
    }
    for missing in &run.missing {
        let _ = writeln!(words, "\n{}", escaped(missing));
    }
    let (mut queries, mut probes, mut bytes, mut price) = (0, 0, 0, Price::default());
    for region in run.windows.iter().flat_map(|window| &window.regions) {
        queries += region.queries;
        probes += region.probes;
        bytes += region.bytes;
        price += region.price;
    }
    let _ = writeln!(
        words,
        "\n{} would scan {}, {}. Nothing was queried.",
        queries_and_probes(queries, probes),
        ByteSize(bytes).display().si(),
        price
    );
    words
}

/// The queries, and the probes beside them.
fn queries_and_probes(queries: usize, probes: usize) -> String {
    let queries = pluralize(queries, "query", "queries");
    match probes {
        0 => queries,
        1 => format!("{queries} and 1 probe of the window's edge"),
        several => format!("{queries} and {several} probes of the window's edges"),
    }
}

fn region_words(words: &mut String, region: &Region) {
    let profile = region.profile.as_ref();
    let _ = writeln!(
        words,
        "\n{}{}: {} in {}, {}, {} ({})",
        region.name,
        profile.map_or_else(String::new, |profile| format!(", profile {profile}")),
        pluralize(region.clusters.len(), "cluster", "clusters"),
        queries_and_probes(region.queries, region.probes),
        ByteSize(region.bytes).display().si(),
        region.price,
        match region.basis {
            Basis::CloudWatch => "as CloudWatch estimates it",
            Basis::Stored => "from the stored bytes of the log groups",
            Basis::SomeClusters => "of some clusters nothing is known",
        }
    );
    let widths = region
        .clusters
        .iter()
        .map(|cluster| cluster.name.to_string().chars().count());
    let widest = widths.max().unwrap_or(0);
    for cluster in &region.clusters {
        let clamped = match &cluster.kept {
            Kept::Nothing(because) => format!("   not queried: {because}"),
            Kept::Since(kept, because) => {
                format!("   from {} on: {because}", kept.format("%Y-%m-%d %H:%M"))
            }
            Kept::Whole => String::new(),
        };
        let stored = cluster.stored_bytes.map_or_else(
            || "unknown".to_owned(),
            |bytes| ByteSize(bytes).display().si().to_string(),
        );
        let _ = writeln!(
            words,
            "  {:widest$}   stores {stored}{clamped}",
            cluster.name
        );
    }
}
