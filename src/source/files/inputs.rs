//! Which files are read, and which cluster each belongs to.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use super::cluster_names::{Clusters, cluster_name_in};
use super::live_file::{FileId, file_id};
use crate::evidence::cluster::Cluster;
use crate::evidence::note::Note;
use crate::source::request_filter::RequestFilter;
use crate::source::s3::location::Location;
use crate::source::s3::object::Object;

/// Where the bytes of one input are.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// Standard input.
    StandardInput,
    /// An object in S3.
    Object(Object),
}

/// One audit log to read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where its bytes are.
    pub at: Place,
    /// The same, in words.
    pub place: String,
    /// Which of the paths that were asked for it was found under.
    pub asked: usize,
    /// The cluster it belongs to.
    pub cluster: Arc<Cluster>,
    /// Whether its path names that cluster.
    pub names_cluster: bool,
    /// Its size in bytes when it was found; 0 if unknown. What is appended later is not read.
    pub size: u64,
    /// Which file it is, if it is a regular one: not a pipe, not a terminal.
    pub file_id: Option<FileId>,
}

/// Which requests of a cluster are wanted.
type Wanted = Box<dyn Fn(&Cluster) -> RequestFilter + Send + Sync>;

/// The inputs that were found under the paths that were asked for.
#[derive(Default)]
pub struct Inputs {
    /// The files, in order of their paths.
    pub found: Vec<Input>,
    /// What could not be looked into: the cluster, the place and the reason.
    pub unreadable: Vec<(Arc<Cluster>, String, String)>,
    pub(super) asked: Vec<String>,
    wanted: Option<Wanted>,
    /// The files found so far, by device and inode: one that is reached by two paths is read once.
    known: HashSet<FileId>,
    /// The same for objects, by their places.
    pub(super) known_objects: HashSet<String>,
    /// What is worth knowing of inputs that are not read: the cluster, the place, the words, and
    /// how many.
    pub(super) notes: Vec<(Arc<Cluster>, Note, u64)>,
    /// The clusters that are named by keys which lie outside the window.
    pub(super) skipped_clusters: BTreeSet<Arc<Cluster>>,
    /// The locations all of whose objects lie outside the window: the cluster, the location and
    /// words.
    pub(super) all_skipped: Vec<(Arc<Cluster>, String, &'static str)>,
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
    /// A location in S3 without objects.
    #[error("no objects under {location}; list what is there: aws s3 ls s3://{}/", location.bucket)]
    NoObjects {
        /// The location.
        location: Location,
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
    /// followed, files and directories that match `excluded` left out. A cluster's name is taken
    /// from the path where it stands in a log group's name, `aws/eks/NAME/cluster`, else it is
    /// `cluster_name`.
    pub fn find(
        paths: &[PathBuf],
        cluster_name: Option<&str>,
        excluded: &Excluded,
    ) -> Result<Self, InputError> {
        let mut clusters = Clusters::new(cluster_name);
        let mut inputs = Self::default();
        for path in paths {
            let is_standard_input = path.as_os_str() == "-";
            let place = if is_standard_input {
                "standard input".to_owned()
            } else {
                path.display().to_string()
            };
            inputs.asked.push(place.clone());
            if is_standard_input {
                inputs.found.push(Input {
                    at: Place::StandardInput,
                    place,
                    asked: inputs.asked.len() - 1,
                    cluster: clusters.of(Path::new("")),
                    names_cluster: false,
                    size: 0,
                    file_id: None,
                });
                continue;
            }
            let metadata = fs::metadata(path).map_err(|error| InputError::NoSuchInput {
                path: path.display().to_string(),
                reason: error.to_string(),
            })?;
            if metadata.is_dir() {
                inputs.walk(path, &mut clusters, excluded)?;
            } else {
                inputs.add(path.clone(), &metadata, &mut clusters);
            }
        }
        Ok(inputs)
    }

    /// The paths that were asked for, in words.
    pub fn described(&self) -> String {
        self.asked.join(", ")
    }

    /// The paths that were asked for, each in words.
    pub fn asked(&self) -> &[String] {
        &self.asked
    }

    /// Asks of every cluster's inputs for these requests only.
    pub fn ask(&mut self, wanted: impl Fn(&Cluster) -> RequestFilter + Send + Sync + 'static) {
        self.wanted = Some(Box::new(wanted));
    }

    /// Which requests of a cluster are wanted; all, unless asked otherwise.
    pub fn arrivals(&self, cluster: &Cluster) -> RequestFilter {
        let wanted = self.wanted.as_ref();
        wanted.map_or_else(RequestFilter::default, |wanted| wanted(cluster))
    }

    fn add(&mut self, path: PathBuf, metadata: &Metadata, clusters: &mut Clusters) {
        let file_id = metadata.is_file().then(|| file_id(metadata));
        if file_id.is_some_and(|id| !self.known.insert(id)) {
            return;
        }
        self.found.push(Input {
            place: path.display().to_string(),
            asked: self.asked.len() - 1,
            cluster: clusters.of(&path),
            names_cluster: cluster_name_in(&path).is_some(),
            at: Place::File(path),
            size: metadata.len(),
            file_id,
        });
    }

    fn walk(
        &mut self,
        directory: &Path,
        clusters: &mut Clusters,
        excluded: &Excluded,
    ) -> Result<(), InputError> {
        let before = self.known.len() + self.unreadable.len();
        let entries = WalkBuilder::new(directory)
            .standard_filters(false)
            // The patterns were compiled once before.
            .overrides(
                excluded
                    .under(directory)
                    .unwrap_or_else(|_| Override::empty()),
            )
            .follow_links(true)
            .sort_by_file_path(Path::cmp)
            .build();
        let mut is_empty = true;
        for entry in entries {
            match entry {
                Ok(entry) => {
                    let metadata = entry.metadata();
                    if let Some(metadata) = metadata.ok().filter(Metadata::is_file) {
                        is_empty = false;
                        self.add(entry.into_path(), &metadata, clusters);
                    }
                }
                Err(error) => self.unreadable.push((
                    clusters.of(directory),
                    directory.display().to_string(),
                    error.to_string(),
                )),
            }
        }
        if is_empty && self.known.len() + self.unreadable.len() == before {
            return Err(InputError::Empty {
                path: directory.display().to_string(),
            });
        }
        Ok(())
    }
}

/// The files and directories that a walk leaves out.
#[derive(Debug, Clone, Default)]
pub struct Excluded(Vec<String>);

impl Excluded {
    /// Leaves out what matches one of these patterns, which are written as in a .gitignore file
    /// of the directory that is walked.
    pub fn matching(patterns: Vec<String>) -> Result<Self, ignore::Error> {
        let excluded = Self(patterns);
        excluded.under(Path::new(""))?;
        Ok(excluded)
    }

    /// The patterns, as they were given.
    pub(super) fn patterns(&self) -> &[String] {
        &self.0
    }

    fn under(&self, directory: &Path) -> Result<Override, ignore::Error> {
        let mut overrides = OverrideBuilder::new(directory);
        for pattern in &self.0 {
            // What an override matches is kept, unless it begins with an exclamation mark.
            overrides.add(&format!("!{pattern}"))?;
        }
        overrides.build()
    }
}
