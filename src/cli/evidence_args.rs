//! The arguments that say which evidence to read.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;

use super::access_args::AccessArgs;
use super::evidence_plan::{CloudWatchPlan, EvidencePlan, From, InputsPlan};
use super::exit::Failure;
use super::time_arg::{Edge, TimeArg, ZonedTime, duration};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::accepted::WARN_AFTER_SECONDS;
use crate::report::token_lifetime::TokenLifetime;
use crate::source::aws::access::Access;
use crate::source::cloudwatch::named_log_group::NamedLogGroup;
use crate::source::cloudwatch::price::PricePerGb;
use crate::source::cloudwatch::selector::{NotASelector, Pattern, Selector};
use crate::source::cloudwatch::self_check::Verify;
use crate::source::cloudwatch::wanted::Wanted;
use crate::source::default_window::DEFAULT_WINDOW;
use crate::source::depth::Depth;
use crate::source::files::inputs::Excluded;
use crate::source::s3::location::{Location, NotALocation, SCHEME};

/// How far before the window to look for whoever is rejected inside it.
const DEFAULT_LOOK_BACK: TimeDelta = TimeDelta::days(7);

#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    /// Clusters to read from CloudWatch: names, patterns such as 'prod-*', ARNs
    ///
    /// The ARN of a cluster or of its log group also selects the Region and the account. The name of
    /// a cluster's log group works as well.
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,

    /// Audit logs to read instead: files, directories, s3://BUCKET/PREFIX, or - for standard input
    ///
    /// --profile, --region and --endpoint-url apply to S3. Objects with a date outside the window in
    /// their key are not read.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "clusters", help_heading = "Evidence")]
    input: Vec<PathBuf>,

    /// Cluster name for inputs whose path does not contain one
    #[arg(
        long,
        value_name = "NAME",
        requires = "input",
        help_heading = "Evidence"
    )]
    cluster_name: Option<String>,

    /// Leave out files and directories that match, as in .gitignore; repeatable
    ///
    /// Applies to files in directories and objects under prefixes, not to paths given explicitly.
    #[arg(
        long,
        value_name = "PATTERN",
        requires = "input",
        help_heading = "Evidence"
    )]
    exclude: Vec<String>,

    /// Start of the window: 24h, '90 minutes ago', yesterday, 08:00, 2026-11-01, 2026-11-01T08:00+02:00
    ///
    /// A duration counts back from the end of the window (for S3 inputs without --until, from now).
    /// A time without an offset is in --time-zone. For clusters the default is 24h, and 26h from
    /// Kubernetes 1.34 on. For inputs the default is everything in them.
    #[arg(long, value_name = "TIME", help_heading = "Evidence")]
    since: Option<TimeArg>,

    /// End of the window, to which ages and times left refer; same formats as --since
    ///
    /// A duration counts back from now. For clusters the default is now, for inputs the time of their
    /// last event.
    #[arg(long, value_name = "TIME", help_heading = "Evidence")]
    until: Option<TimeArg>,

    /// How far before --since to look for accepted requests from callers that are rejected now
    ///
    /// A rejected request has no user name. Most likely it came from the workload that used the same
    /// address and user agent while it was still accepted. Requests from the look-back are not
    /// counted. The default is 7d. For clusters only investigate looks back by default, because
    /// CloudWatch charges for it.
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Evidence")]
    look_back: Option<TimeDelta>,

    /// Report a cluster as not seen if its newest audit event is older than this at the end of the
    /// window
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = duration,
        default_value = "1h",
        help_heading = "Evidence"
    )]
    max_silence: TimeDelta,

    /// How long the cluster accepts a stale token
    ///
    /// By default this follows from the cluster's version: on EKS 24 hours from 1.34 on, 90 days
    /// before. Other Kubernetes clusters accept a stale token for a year: 365d.
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Evidence")]
    token_lifetime: Option<TimeDelta>,

    /// The Kubernetes version of the clusters: 1.33
    ///
    /// It determines how long a stale token lives: on EKS 24 hours from 1.34 on, 90 days before. The
    /// default comes from eks:DescribeCluster or, without that, from the control plane's own requests
    /// in the audit log.
    #[arg(long, value_name = "VERSION", help_heading = "Evidence")]
    kubernetes_version: Option<KubernetesVersion>,

    /// Every cluster of the Region
    ///
    /// Found with eks:ListClusters, so clusters without audit logging are reported as not seen. If
    /// that call is denied, only clusters with a log group are found.
    #[arg(long, conflicts_with_all = ["clusters", "input"], help_heading = "AWS")]
    all_clusters: bool,

    /// Leave out clusters of this name or pattern; repeatable
    #[arg(
        long,
        value_name = "PATTERN",
        conflicts_with = "input",
        help_heading = "AWS"
    )]
    exclude_cluster: Vec<String>,

    /// Read this log group, by name or ARN, instead of those that EKS writes; repeatable
    ///
    /// For log groups that were renamed, or that CloudWatch Logs centralization fills from several
    /// accounts and Regions. Clusters are told apart by the account and Region in each event. CLUSTER
    /// selects among the clusters in the log group. If neither the events nor the name of the log
    /// group contain a cluster's name, a single CLUSTER sets it. Listing the clusters in the log group
    /// takes one more query over the window.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["all_clusters", "input"],
        help_heading = "AWS"
    )]
    log_group: Vec<NamedLogGroup>,

    #[command(flatten)]
    access: AccessArgs,

    /// Include clusters of source accounts linked to this monitoring account
    #[arg(long, help_heading = "AWS")]
    linked_accounts: bool,

    /// Maximum number of queries at once in a Region; the quota is 100, shared with dashboards
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100), help_heading = "AWS")]
    max_queries: u16,

    /// Fail without querying if the queries are estimated to scan more than this, such as 50GB
    #[arg(long, value_name = "SIZE", help_heading = "AWS")]
    max_scan: Option<ByteSize>,

    /// What CloudWatch charges for a GB scanned, in US dollars: 0.0076
    ///
    /// The default is the list price of each Region, where it is known.
    #[arg(
        long,
        value_name = "DOLLARS",
        conflicts_with = "input",
        help_heading = "AWS"
    )]
    price_per_gb: Option<PricePerGb>,

    /// Print the queries and their estimated cost without running them
    #[arg(long, conflicts_with = "input", help_heading = "AWS")]
    dry_run: bool,

    /// Stop running queries after this long and report partial results
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m", help_heading = "AWS")]
    timeout: TimeDelta,
}

impl EvidenceArgs {
    pub(super) fn plan(
        mut self,
        now: DateTime<Utc>,
        depth: Depth,
        zone: Tz,
    ) -> Result<EvidencePlan, Failure> {
        // Who was rejected is looked for before the window even where that costs money.
        if matches!(depth, Depth::Investigate | Depth::ExportRejected) {
            self.look_back.get_or_insert(DEFAULT_LOOK_BACK);
        }
        let token_lifetime = self.token_lifetime()?;
        let kubernetes_version = self.kubernetes_version;
        let until = match self.until {
            Some(until) => Some(ZonedTime::new(until, zone, Edge::Until).at(now)?),
            None => None,
        };
        let since = self
            .since
            .map(|since| ZonedTime::new(since, zone, Edge::Since));
        if let (Some(since), Some(until)) = (since.filter(|it| !it.is_relative()), until) {
            check_order(since.at(until)?, until)?;
        }
        let from = if self.input.is_empty() {
            From::CloudWatch(self.cloud_watch(since, until, now, depth)?)
        } else {
            From::Inputs(self.inputs(since, until, now)?)
        };
        Ok(EvidencePlan {
            from,
            depth,
            token_lifetime,
            kubernetes_version,
        })
    }

    fn token_lifetime(&self) -> Result<Option<TokenLifetime>, Failure> {
        let Some(lifetime) = self.token_lifetime else {
            return Ok(None);
        };
        if lifetime.num_seconds() <= WARN_AFTER_SECONDS {
            return Err(Failure::Usage(format!(
                "--token-lifetime must be longer than {WARN_AFTER_SECONDS} s, the age at which a token becomes stale"
            )));
        }
        Ok(Some(TokenLifetime::stated(lifetime.num_seconds())))
    }

    fn inputs(
        self,
        since: Option<ZonedTime>,
        mut until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<InputsPlan, Failure> {
        let (locations, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            self.input.into_iter().partition(|path| {
                path.as_os_str()
                    .as_encoded_bytes()
                    .starts_with(SCHEME.as_bytes())
            });
        let locations = locations
            .iter()
            .map(|location| location.to_string_lossy().parse())
            .collect::<Result<Vec<Location>, NotALocation>>()
            .map_err(|error| Failure::Usage(format!("--input: {error}")))?;
        let from_standard_input = paths.iter().any(|path| path.as_os_str() == "-");
        let counts_back = since.is_some_and(ZonedTime::is_relative);
        // To find the last event first, every object would have to be read twice.
        if counts_back && !locations.is_empty() {
            until.get_or_insert(now);
        }
        if from_standard_input && counts_back && until.is_none() {
            return Err(Failure::Usage(
                "a relative --since needs the end of the log, which standard input does not reveal in advance: use an absolute --since, or add --until".to_owned(),
            ));
        }
        let excluded = Excluded::matching(self.exclude)
            .map_err(|error| Failure::Usage(format!("--exclude: {error}")))?;
        Ok(InputsPlan {
            access: match locations.is_empty() {
                true => Access::default(),
                false => self.access.one()?,
            },
            paths,
            locations,
            excluded,
            cluster_name: self.cluster_name,
            since,
            until,
            look_back: self.look_back.unwrap_or(DEFAULT_LOOK_BACK),
            max_silence: self.max_silence,
        })
    }

    fn cloud_watch(
        self,
        since: Option<ZonedTime>,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        depth: Depth,
    ) -> Result<CloudWatchPlan, Failure> {
        if self.clusters.is_empty() && !self.all_clusters && self.log_group.is_empty() {
            return Err(Failure::Usage(
                "name a cluster, all of them with --all-clusters, or audit logs with --input PATH"
                    .to_owned(),
            ));
        }
        // A log group holds whichever clusters it does.
        let all = self.all_clusters || self.clusters.is_empty();
        let wanted =
            wanted(&self.clusters, all, &self.exclude_cluster)?.in_log_groups(self.log_group);
        let until = until.unwrap_or(now);
        if until > now {
            return Err(Failure::Usage("--until is in the future".to_owned()));
        }
        let since = match since {
            Some(since) => Some(since.at(until)?),
            // Whichever default applies, the window must not begin before time does.
            None => ZonedTime::before(DEFAULT_WINDOW).at(until).map(|_| None)?,
        };
        if let Some(since) = since {
            check_order(since, until)?;
        }
        Ok(CloudWatchPlan {
            accesses: self.access.accesses(&wanted)?,
            wanted,
            linked: self.linked_accounts,
            since,
            until,
            look_back: self.look_back,
            max_silence: self.max_silence,
            now,
            time_limit: self.timeout.to_std().unwrap_or(Duration::MAX),
            max_queries: usize::from(self.max_queries),
            max_scan: self.max_scan,
            price_per_gb: self.price_per_gb,
            dry_run: self.dry_run,
            verify: Verify::Never,
            // Only a verdict needs the versions.
            describes_clusters: !matches!(depth, Depth::Export | Depth::ExportRejected),
        })
    }
}

/// Refuses a window that ends before it starts.
pub(super) fn check_order(since: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), Failure> {
    if since <= until {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "the window ends before it starts: --since {} --until {}",
        since.format("%Y-%m-%dT%H:%M:%SZ"),
        until.format("%Y-%m-%dT%H:%M:%SZ")
    )))
}

pub(super) fn wanted(
    clusters: &[String],
    all: bool,
    excluded: &[String],
) -> Result<Wanted, Failure> {
    let excluded = excluded
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Pattern>, NotASelector>>()
        .map_err(|error| Failure::Usage(format!("--exclude-cluster: {error}")))?;
    if all {
        return Ok(Wanted::all(excluded));
    }
    let selectors = clusters
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Selector>, NotASelector>>()
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Wanted::selected(selectors, excluded))
}

/// Refuses what cannot be the name of one cluster.
pub(super) fn one_cluster(text: &str) -> Result<Selector, Failure> {
    let selector: Selector = text
        .parse()
        .map_err(|error: NotASelector| Failure::Usage(error.to_string()))?;
    if selector.is_pattern() {
        return Err(Failure::Usage(format!(
            "{text:?} may be several clusters; name one"
        )));
    }
    Ok(selector)
}
