//! Which window each log group is asked about.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::window_args::ClusterWindow;
use crate::source::cloudwatch::fleet::{Fleet, FoundRegion};
use crate::source::default_window::{DEFAULT_WINDOW, default_window};
use crate::source::eks::descriptions::{ClusterToDescribe, KnownVersions};

/// How long queries wait for the versions of their clusters, where the window depends on them.
/// The EKS API answers within a second; if it does not, the shorter window does.
pub(super) const WAIT_FOR_VERSIONS: Duration = Duration::from_secs(3);

/// The clusters of a fleet that are asked about one window.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) fleet: Fleet,
    /// The first moment of the window.
    pub(super) since: DateTime<Utc>,
    /// The first moment of the look back; absent if there is none.
    pub(super) look_back: Option<DateTime<Utc>>,
}

impl Part {
    fn new(fleet: Fleet, since: DateTime<Utc>, window: &ClusterWindow) -> Self {
        Self {
            fleet,
            since,
            look_back: window.look_back.map(|duration| before(since, duration)),
        }
    }
}

fn before(moment: DateTime<Utc>, duration: TimeDelta) -> DateTime<Utc> {
    moment
        .checked_sub_signed(duration)
        .unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
        .max(DateTime::<Utc>::UNIX_EPOCH)
}

/// The clusters of a fleet to ask the EKS API for: those in log groups that EKS names, or those in
/// log groups that the operator named.
pub(super) fn to_describe(fleet: &Fleet, named: bool) -> Vec<ClusterToDescribe> {
    let groups = fleet
        .regions
        .iter()
        .flat_map(|region| region.groups.iter().map(move |group| (region, group)));
    groups
        .filter(|(_, group)| group.named.is_some() == named)
        .map(|(region, group)| ClusterToDescribe {
            connection: region.connection.clone(),
            cluster: group.cluster.clone(),
            may_be_elsewhere: named || group.linked_arn.is_some(),
        })
        .collect()
}

/// The fleet by its windows: in one part if the window is stated or the default is the same for
/// all, else in two.
pub(super) fn parts(fleet: Fleet, window: &ClusterWindow, versions: &KnownVersions) -> Vec<Part> {
    if let Some(since) = window.since {
        return vec![Part::new(fleet, since, window)];
    }
    let mut longest = DEFAULT_WINDOW;
    let (mut shorter, mut longer) = (Vec::new(), Vec::new());
    for FoundRegion { connection, groups } in fleet.regions {
        let (capped, others): (Vec<_>, Vec<_>) = groups.iter().cloned().partition(|group| {
            let length = default_window(versions.of(&group.cluster));
            longest = longest.max(length);
            length > DEFAULT_WINDOW
        });
        for (groups, regions) in [(others, &mut shorter), (capped, &mut longer)] {
            if !groups.is_empty() {
                regions.push(FoundRegion {
                    connection: connection.clone(),
                    groups: std::sync::Arc::new(groups),
                });
            }
        }
    }
    let mut rest = Some((fleet.missing, fleet.notes));
    let mut parts: Vec<Part> = [(shorter, DEFAULT_WINDOW), (longer, longest)]
        .into_iter()
        .filter(|(regions, _)| !regions.is_empty())
        .map(|(regions, length)| {
            let (missing, notes) = rest.take().unwrap_or_default();
            let fleet = Fleet {
                regions,
                missing,
                notes,
            };
            Part::new(fleet, before(window.end.until, length), window)
        })
        .collect();
    // What is missing is reported even where nothing was found.
    if let Some((missing, notes)) = rest {
        let fleet = Fleet {
            regions: Vec::new(),
            missing,
            notes,
        };
        parts.push(Part::new(
            fleet,
            before(window.end.until, DEFAULT_WINDOW),
            window,
        ));
    }
    parts
}
