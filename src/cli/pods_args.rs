//! The arguments that say what the cluster itself says of its pods.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::exit::Failure;
use super::interrupt;
use crate::source::kubernetes::live::{self, LiveError, Probed, Target};
use crate::source::kubernetes::pod_list;
use crate::verdict::known_pods::KnownPods;

#[derive(Debug, Args)]
pub(super) struct PodsArgs {
    /// Take workloads, addresses and images from this list of pods, - for standard input; repeatable
    ///
    /// The output of `kubectl get pods,replicasets,jobs -A -o json`, compressed or not. With it, the
    /// workloads in commands are the pods' owners, rejected addresses are matched to pods, and the
    /// report shows which pods were restarted. Each list is used for the cluster that its pods are
    /// from.
    #[arg(long, value_name = "FILE", help_heading = "Pods")]
    pods: Vec<PathBuf>,

    #[command(flatten)]
    contexts: ContextArgs,
}

#[derive(Debug, Args)]
pub(super) struct ContextArgs {
    /// List the pods through this context of the kubeconfig; repeatable, one per cluster
    ///
    /// Lists the pods, replicasets and jobs of all namespaces, and changes nothing. A context is used
    /// for the cluster that it connects to.
    #[arg(long, value_name = "NAME", help_heading = "Pods")]
    context: Vec<String>,

    /// The kubeconfig to use instead of KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE", help_heading = "Pods")]
    kubeconfig: Option<PathBuf>,

    /// List the pods through the current context of the kubeconfig
    #[arg(long, conflicts_with = "context", help_heading = "Pods")]
    live: bool,
}

impl ContextArgs {
    /// The API servers to ask; a kubeconfig alone asks nobody.
    pub(super) fn targets(self) -> Result<Vec<Target>, Failure> {
        if self.context.is_empty() && !self.live {
            return match self.kubeconfig {
                None => Ok(Vec::new()),
                Some(_) => Err(Failure::Usage(
                    "--kubeconfig goes with --context NAME, or with --live for its current context"
                        .to_owned(),
                )),
            };
        }
        let target = |name| Target::Context {
            kubeconfig: self.kubeconfig.clone(),
            name,
        };
        Ok(match self.live {
            true => vec![target(None)],
            false => self.context.iter().cloned().map(Some).map(target).collect(),
        })
    }
}

/// Where the pods are known from, validated.
#[derive(Debug)]
pub(super) struct PodsPlan {
    files: Vec<PathBuf>,
    targets: Vec<Target>,
    /// The cluster that this process runs in, which is asked if nobody says otherwise, and which
    /// may refuse.
    own: Option<Target>,
    now: DateTime<Utc>,
}

impl PodsArgs {
    /// `reads_files`: whether the audit logs are files, and whether one is standard input.
    pub(super) fn plan(self, now: DateTime<Utc>, reads: Reads) -> Result<PodsPlan, Failure> {
        let is_standard_input = |path: &&PathBuf| path.to_str() == Some("-");
        let readers = self.pods.iter().filter(is_standard_input).count();
        if readers + usize::from(reads.standard_input) > 1 {
            return Err(Failure::Usage(
                "standard input can be read only once: save the list of pods to a file and use \
                 --pods FILE"
                    .to_owned(),
            ));
        }
        let targets = self.contexts.targets()?;
        // A saved log is of another day, and perhaps of another cluster.
        let unasked = self.pods.is_empty() && targets.is_empty() && !reads.files;
        Ok(PodsPlan {
            files: self.pods,
            targets,
            own: unasked.then(Target::in_cluster).flatten(),
            now,
        })
    }
}

/// What else the command reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    /// Audit logs in files.
    pub(super) files: bool,
    /// An audit log from standard input.
    pub(super) standard_input: bool,
}

impl PodsPlan {
    /// Reads the lists, before any query costs money.
    pub(super) fn read(&self) -> Result<Vec<KnownPods>, Failure> {
        let mut known = Vec::new();
        for path in &self.files {
            let list = pod_list::read(path).map_err(Failure::failed)?;
            known.push(KnownPods {
                place: path.display().to_string(),
                state: list.state,
                cluster: None,
                server: None,
                malformed: list.malformed,
                notes: Vec::new(),
                is_asked_for: true,
            });
        }
        if self.targets.is_empty() && self.own.is_none() {
            return Ok(known);
        }
        let runtime = interrupt::runtime()?;
        let all = runtime.block_on(async {
            let stop = interrupt::listen()?;
            let reading = async {
                let mut all = Vec::new();
                for target in &self.targets {
                    let read = live::read(target, self.now).await;
                    all.push(read.map_err(Failure::failed)?);
                }
                if let Some(own) = &self.own {
                    match live::read(own, self.now).await {
                        Ok(pods) => all.push(pods),
                        Err(error) => tracing::info!("its own pods are not read: {error}"),
                    }
                }
                Ok(all)
            };
            tokio::select! {
                all = reading => all,
                () = stop.cancelled() => Err(Failure::Interrupted),
            }
        });
        runtime.shutdown_background();
        known.extend(all?.into_iter().map(|pods| KnownPods {
            place: pods.place,
            state: pods.state,
            cluster: pods.cluster,
            server: pods.server,
            malformed: pods.malformed,
            notes: pods.notes,
            is_asked_for: self.own.is_none(),
        }));
        Ok(known)
    }
}

/// Whether the pods of each API server can be listed, for `doctor`.
pub(super) async fn probe(target: &Target, now: DateTime<Utc>) -> Result<Probed, LiveError> {
    live::probe(target, now).await
}
