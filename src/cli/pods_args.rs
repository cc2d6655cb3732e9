//! The arguments that say what the cluster itself says of its pods.

use std::path::PathBuf;

use clap::Args;

use super::exit::Failure;
use crate::source::kubernetes::pod_list;
use crate::verdict::known_pods::KnownPods;

#[derive(Debug, Args)]
pub(super) struct PodsArgs {
    /// Take workloads, addresses and images from this list of pods, - for standard input; repeatable
    ///
    /// What `kubectl get pods,replicasets,jobs -A -o json` prints, compressed or not. With it, the
    /// workloads in commands are the pods' owners, rejected addresses are pods, and the report says
    /// who was restarted. Each list is used for the cluster whose pods are in it.
    #[arg(long, value_name = "FILE", help_heading = "Pods")]
    pods: Vec<PathBuf>,
}

/// Where the pods are known from, validated.
#[derive(Debug)]
pub(super) struct PodsPlan {
    files: Vec<PathBuf>,
}

impl PodsArgs {
    /// `reads_standard_input`: whether something else does.
    pub(super) fn plan(self, reads_standard_input: bool) -> Result<PodsPlan, Failure> {
        let is_standard_input = |path: &&PathBuf| path.to_str() == Some("-");
        let readers = self.pods.iter().filter(is_standard_input).count();
        if readers + usize::from(reads_standard_input) > 1 {
            return Err(Failure::Usage(
                "standard input can be read only once: save the list of pods to a file and use \
                 --pods FILE"
                    .to_owned(),
            ));
        }
        Ok(PodsPlan { files: self.pods })
    }
}

impl PodsPlan {
    /// Reads the lists, before any query costs money.
    pub(super) fn read(&self) -> Result<Vec<KnownPods>, Failure> {
        self.files
            .iter()
            .map(|path| {
                let list = pod_list::read(path).map_err(Failure::failed)?;
                Ok(KnownPods {
                    place: path.display().to_string(),
                    state: list.state,
                    cluster: None,
                    malformed: list.malformed,
                })
            })
            .collect()
    }
}
