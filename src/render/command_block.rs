//! Commands to paste: one block per cluster, which starts with how to select that cluster for
//! kubectl.
//!
//! Comments are on their own lines and contain no characters that a shell interprets: in an
//! interactive zsh, the default shell of macOS, `#` does not start a comment.

use chrono_tz::Tz;

use super::actions::{INFERRED, Restart};
use super::kubeconfig;
use crate::evidence::cluster::Cluster;
use crate::report::Report;

/// The commands for one cluster, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBlock<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Comments and commands.
    pub lines: Vec<String>,
}

/// The restarts as blocks, in their order: one block never has commands of two clusters.
pub fn blocks<'a>(
    report: &Report,
    restarts: &[Restart<'a>],
    time_zone: Tz,
) -> Vec<CommandBlock<'a>> {
    let of_clusters = restarts.chunk_by(|one, next| one.cluster == next.cluster);
    of_clusters
        .filter_map(|restarts| {
            let first = restarts.first()?;
            let mut lines = kubeconfig::lines(report, first.cluster);
            lines.extend(remarks(restarts, first, time_zone));
            for restart in restarts {
                if restart.is_final {
                    lines.push(FINAL.to_owned());
                }
                lines.push(kubeconfig::in_context(
                    report,
                    restart.cluster,
                    &restart.command,
                ));
            }
            Some(CommandBlock {
                cluster: first.cluster,
                lines,
            })
        })
        .collect()
}

/// Stands before a command that deletes a pod which nothing may bring back.
const FINAL: &str =
    "# no controller of this pod is known - keep its manifest, and create it again afterwards";

/// What the commands buy, and what they rest on, a comment each.
fn remarks(restarts: &[Restart<'_>], first: &Restart<'_>, time_zone: Tz) -> Vec<String> {
    let buys = format!("# {}", first.buys(time_zone));
    let is_known = restarts.iter().all(|restart| restart.workload_is_known);
    let inferred = (!is_known).then(|| INFERRED.to_owned());
    std::iter::once(buys).chain(inferred).collect()
}
