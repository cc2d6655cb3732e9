//! What is known of clusters while their logs are queried: descriptions under way, and the versions
//! in those that came.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::{DESCRIBE_CLUSTER, describe, log_group_name};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::Description;
use crate::evidence::coverage::Coverages;
use crate::evidence::gap::GapKind;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;

/// A description; none if there was no answer in time.
type LogGroupInfo = Result<Option<Description>, Failure>;

/// A cluster to describe, and by which connection.
#[derive(Debug, Clone)]
pub struct ClusterToDescribe {
    /// The connection to its Region.
    pub connection: Arc<Connection>,
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// Whether it may belong to another account, whose log group is only shared with this one:
    /// that account's EKS API is not reached by this connection.
    pub may_be_elsewhere: bool,
}

impl ClusterToDescribe {
    /// The description, unless it is of another account's cluster of the same name.
    async fn describe(&self, deadline: Instant) -> LogGroupInfo {
        let described = describe(&self.connection, self.cluster.name.unescaped(), deadline).await?;
        Ok(described.filter(|description| !self.may_be_elsewhere || self.is_of(description)))
    }

    fn is_of(&self, description: &Description) -> bool {
        let Description::Cluster(cluster) = description else {
            return false;
        };
        // arn:aws:eks:REGION:ACCOUNT:cluster/NAME
        let part = |place| cluster.arn.as_deref()?.split(':').nth(place);
        part(4).is_some()
            && part(4) == self.cluster.account.as_deref()
            && part(3) == self.cluster.region.as_deref()
    }
}

/// How long the next answer may take, among many: beyond that, none is expected any more.
const NEXT_ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// The answers that have come so far.
type Answers = BTreeMap<Arc<Cluster>, LogGroupInfo>;

/// The versions of clusters as far as they are known without their logs; grows while the EKS API
/// answers.
#[derive(Debug, Clone)]
pub struct KnownVersions {
    stated: Option<KubernetesVersion>,
    answers: watch::Receiver<Answers>,
    /// How many clusters are described.
    wanted: usize,
}

impl Default for KnownVersions {
    fn default() -> Self {
        Descriptions::default().known_versions(None)
    }
}

impl KnownVersions {
    /// The version of a cluster.
    pub fn of(&self, cluster: &Cluster) -> Option<KubernetesVersion> {
        if self.stated.is_some() {
            return self.stated;
        }
        match self.answers.borrow().get(cluster)? {
            Ok(Some(Description::Cluster(described))) => described.version,
            _ => None,
        }
    }

    /// Whether the log of a cluster has to tell its version: nothing else does, and the cluster is
    /// one to judge.
    pub fn lack(&self, cluster: &Cluster) -> bool {
        let answers = self.answers.borrow();
        let is_known = match answers.get(cluster) {
            Some(Ok(Some(Description::Cluster(described)))) => described.version.is_some(),
            Some(Ok(Some(Description::Deleted))) => true,
            Some(Ok(None) | Err(_)) | None => false,
        };
        self.wanted > 0 && self.stated.is_none() && !is_known
    }

    /// Waits until these clusters are described, as long as answers keep coming.
    pub async fn settle(&self, clusters: impl Iterator<Item = &Cluster>) {
        let clusters: Vec<&Cluster> = clusters.collect();
        let mut answers = self.answers.clone();
        while self.wanted > 0 && self.stated.is_none() {
            let is_open = |cluster: &&Cluster| !answers.borrow().contains_key(*cluster);
            if !clusters.iter().any(is_open) {
                break;
            }
            match timeout(NEXT_ANSWER_WITHIN, answers.changed()).await {
                Ok(Ok(())) => {}
                // There is none, and none will come.
                Ok(Err(_)) | Err(_) => break,
            }
        }
    }
}

/// Descriptions under way while the logs are queried.
#[derive(Debug)]
pub struct Descriptions {
    /// The calls, which end with this.
    running: JoinSet<()>,
    sender: Arc<watch::Sender<Answers>>,
    wanted: BTreeMap<Arc<Cluster>, ClusterToDescribe>,
}

impl Default for Descriptions {
    fn default() -> Self {
        Self {
            running: JoinSet::new(),
            sender: Arc::new(watch::channel(Answers::new()).0),
            wanted: BTreeMap::new(),
        }
    }
}

impl Descriptions {
    /// Starts to ask for these clusters.
    pub fn start(wanted: impl IntoIterator<Item = ClusterToDescribe>, deadline: Instant) -> Self {
        let mut descriptions = Self::default();
        descriptions.add(wanted, deadline);
        descriptions
    }

    /// Starts to ask for more clusters.
    pub fn add(&mut self, wanted: impl IntoIterator<Item = ClusterToDescribe>, deadline: Instant) {
        for wanted in wanted {
            let cluster = Arc::clone(&wanted.cluster);
            if self.wanted.insert(cluster, wanted.clone()).is_some() {
                continue;
            }
            let sender = Arc::clone(&self.sender);
            self.running.spawn(async move {
                let described = wanted.describe(deadline).await;
                sender.send_modify(|answers| {
                    answers.insert(wanted.cluster, described);
                });
            });
        }
    }

    /// The versions of the clusters, and of those that are still to be described. What the
    /// operator states goes before what the EKS API answers.
    pub fn known_versions(&self, stated: Option<KubernetesVersion>) -> KnownVersions {
        KnownVersions {
            stated,
            answers: self.sender.subscribe(),
            wanted: self.wanted.len(),
        }
    }

    /// Waits for all answers, but no longer than this.
    pub async fn wait(&self, at_most: Duration) {
        let mut answers = self.sender.subscribe();
        let all = answers.wait_for(|answers| answers.len() == self.wanted.len());
        // Whoever has no answer by then is told of.
        let _ = timeout(at_most, all).await;
    }

    /// Waits for all answers, as long as they keep coming.
    pub async fn settle(&self) {
        let clusters = self.wanted.keys().map(|cluster| &**cluster);
        self.known_versions(None).settle(clusters).await;
    }

    /// What is known of a cluster by now.
    pub fn of(&self, cluster: &Cluster) -> Option<Description> {
        self.sender.borrow().get(cluster)?.as_ref().ok()?.clone()
    }

    /// Gives up what has not been answered, and tells of each cluster what is known, or why not.
    ///
    /// Where the window reaches the present, a cluster whose audit log is not delivered now has a
    /// gap: what happened last was not written.
    pub fn into_coverages(self, reaches_the_present: bool) -> Coverages {
        let mut coverages = Coverages::default();
        let mut notes: BTreeMap<String, (Arc<Cluster>, u64)> = BTreeMap::new();
        let answers = self.sender.borrow();
        for (cluster, wanted) in &self.wanted {
            let why = match answers.get(cluster) {
                Some(Ok(Some(description))) => {
                    let coverage = coverages.of(cluster);
                    coverage.control_plane.described = Some(description.clone());
                    let place = log_group_name::of_cluster(cluster.name.unescaped());
                    match description {
                        Description::Cluster(described) if !described.audit_logging => {
                            let failure = Failure::new(Cause::AuditLoggingOff)
                                .concerning(cluster, &wanted.connection);
                            let words = format!("{}; {}", failure.summary(), failure.hint());
                            if reaches_the_present {
                                coverage.gap(&place, GapKind::NotQueried, words);
                            } else {
                                coverage.note_times(&place, words, 1);
                            }
                        }
                        Description::Cluster(_) => {}
                        Description::Deleted => {
                            let text =
                                "EKS no longer has this cluster, only its log group still exists";
                            coverage.note_times(&place, text, 1);
                        }
                    }
                    continue;
                }
                Some(Ok(None)) if wanted.may_be_elsewhere => "does not reach other accounts",
                Some(Ok(None)) | None => "did not respond in time",
                Some(Err(failure)) => {
                    tracing::debug!(%failure, "cluster not described");
                    match failure.cause() {
                        Cause::AccessDenied { .. } => "is not allowed",
                        _ => "failed",
                    }
                }
            };
            let text = format!(
                "{why} in {}: the Kubernetes version, and with it the lifetime of tokens, may be unknown; set it with --kubernetes-version",
                wanted.connection.region
            );
            // One note, however many clusters it concerns.
            let note = notes.entry(text).or_insert((Arc::clone(cluster), 0));
            note.1 += 1;
        }
        for (text, (cluster, times)) in notes {
            coverages
                .of(&cluster)
                .note_times(DESCRIBE_CLUSTER, text, times);
        }
        coverages
    }
}
