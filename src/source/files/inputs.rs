//! Which files are read, and which cluster each belongs to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::evidence::cluster::Cluster;
use crate::source::arrivals::Arrivals;

/// The name of a cluster that nothing names.
pub const UNNAMED: &str = "unnamed";

/// Where the bytes of one input are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// Standard input.
    StandardInput,
}

/// One audit log to read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where its bytes are.
    pub at: Place,
    /// The same, in words.
    pub place: String,
    /// The cluster it belongs to.
    pub cluster: Arc<Cluster>,
    /// Its size in bytes; 0 if unknown.
    pub size: u64,
    /// Which of its requests are wanted.
    pub arrivals: Arrivals,
}

/// The inputs that were found under the paths that were asked for.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files, in order of their paths.
    pub found: Vec<Input>,
    /// What could not be looked into: the cluster, the place and the reason.
    pub unreadable: Vec<(Arc<Cluster>, String, String)>,
    asked: Vec<String>,
}

/// Why an input was refused.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A path that leads nowhere.
    #[error("cannot read {path}: {reason}")]
    NoSuchInput {
        /// The path, as it was given.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// A directory without files.
    #[error("no files in {path}")]
    Empty {
        /// The path, as it was given.
        path: String,
    },
}

impl Inputs {
    /// Finds the files under `paths`; `-` is standard input. Directories are walked, links
    /// followed. A cluster's name is taken from the path where it stands in a log group's name,
    /// `aws/eks/NAME/cluster`, else it is `cluster_name`.
    pub fn find(paths: &[PathBuf], cluster_name: Option<&str>) -> Result<Self, InputError> {
        let mut clusters = Clusters::new(cluster_name);
        let mut inputs = Self::default();
        for path in paths {
            inputs.asked.push(path.display().to_string());
            if path.as_os_str() == "-" {
                inputs.found.push(Input {
                    at: Place::StandardInput,
                    place: "standard input".to_owned(),
                    cluster: clusters.of(Path::new("")),
                    size: 0,
                    arrivals: Arrivals::default(),
                });
                continue;
            }
            let metadata = fs::metadata(path).map_err(|error| InputError::NoSuchInput {
                path: path.display().to_string(),
                reason: error.to_string(),
            })?;
            if metadata.is_dir() {
                inputs.walk(path, &mut clusters)?;
            } else {
                inputs.add(path.clone(), metadata.len(), &mut clusters);
            }
        }
        Ok(inputs)
    }

    /// The paths that were asked for, in words.
    pub fn described(&self) -> String {
        self.asked.join(", ")
    }

    /// Asks of every cluster's inputs for these requests only.
    pub fn ask(&mut self, arrivals: impl Fn(&Cluster) -> Arrivals) {
        for input in &mut self.found {
            input.arrivals = arrivals(&input.cluster);
        }
    }

    fn add(&mut self, path: PathBuf, size: u64, clusters: &mut Clusters) {
        self.found.push(Input {
            place: path.display().to_string(),
            cluster: clusters.of(&path),
            at: Place::File(path),
            size,
            arrivals: Arrivals::default(),
        });
    }

    fn walk(&mut self, directory: &Path, clusters: &mut Clusters) -> Result<(), InputError> {
        let before = self.found.len() + self.unreadable.len();
        let entries = WalkBuilder::new(directory)
            .standard_filters(false)
            .follow_links(true)
            .sort_by_file_path(Path::cmp)
            .build();
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let metadata = entry.metadata();
                    if let Some(metadata) = metadata.ok().filter(fs::Metadata::is_file) {
                        self.add(entry.into_path(), metadata.len(), clusters);
                    }
                }
                Err(error) => self.unreadable.push((
                    clusters.of(directory),
                    directory.display().to_string(),
                    error.to_string(),
                )),
            }
        }
        if self.found.len() + self.unreadable.len() == before {
            return Err(InputError::Empty {
                path: directory.display().to_string(),
            });
        }
        Ok(())
    }
}

/// The clusters met so far, each shared by all of its inputs.
struct Clusters<'a> {
    default_name: &'a str,
    known: BTreeMap<String, Arc<Cluster>>,
}

impl<'a> Clusters<'a> {
    fn new(cluster_name: Option<&'a str>) -> Self {
        Self {
            default_name: cluster_name.unwrap_or(UNNAMED),
            known: BTreeMap::new(),
        }
    }

    fn of(&mut self, path: &Path) -> Arc<Cluster> {
        let name = cluster_name_in(path).unwrap_or_else(|| self.default_name.to_owned());
        let cluster = self
            .known
            .entry(name.clone())
            .or_insert_with(|| Arc::new(Cluster::named(name)));
        Arc::clone(cluster)
    }
}

/// The cluster's name in a path that holds a log group's name, `/aws/eks/NAME/cluster`.
fn cluster_name_in(path: &Path) -> Option<String> {
    let parts: Vec<_> = path
        .components()
        .map(|component| component.as_os_str().to_string_lossy())
        .collect();
    parts
        .windows(4)
        .find(|part| part[0] == "aws" && part[1] == "eks" && part[3] == "cluster")
        .map(|part| part[2].clone().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_in_the_path_names_the_cluster() {
        for (path, name) in [
            ("exports/aws/eks/prod-1/cluster/a.log", Some("prod-1")),
            ("/aws/eks/prod-1/cluster/000000.gz", Some("prod-1")),
            ("/var/log/kubernetes/audit.log", None),
            ("aws/eks/prod-1/audit.log", None),
        ] {
            assert_eq!(cluster_name_in(Path::new(path)).as_deref(), name, "{path}");
        }
    }
}
