//! `query`: the text of a query, and the console link that runs it.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::clusters_args::one_cluster;
use super::exit::{Failure, Outcome};
use super::time_arg::{Edge, TimeArg, ZoneArgs, ZonedTime};
use super::window_args::check_order;
use crate::deliver::standard_output;
use crate::render::query_text::{self, Link};
use crate::source::cloudwatch::console::link;
use crate::source::cloudwatch::queries::QUERIES;
use crate::source::cloudwatch::queries::logs_query::LogsQuery;
use crate::source::default_window::DEFAULT_WINDOW;
use crate::source::eks::log_group_name;
use crate::source::request_filter::RequestFilter;

/// Print a Logs Insights query and, for a cluster, the console link that runs it
///
/// Without a name, it lists the queries. The output is the query itself; everything else is in
/// comments.
#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// The query
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(QUERIES.map(|query| query.name)))]
    name: Option<String>,

    /// The cluster to print a console link for
    #[arg(long, value_name = "CLUSTER", requires = "name")]
    cluster: Option<String>,

    /// Its AWS Region; AWS_REGION and AWS_DEFAULT_REGION if not given
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Start of the window: 24h, '90 minutes ago', yesterday, 08:00, 2026-11-01, 2026-11-01T08:00+02:00
    #[arg(long, value_name = "TIME")]
    since: Option<TimeArg>,

    /// End of the window; now, if not given
    #[arg(long, value_name = "TIME")]
    until: Option<TimeArg>,

    #[command(flatten)]
    zone: ZoneArgs,
}

/// What is printed, validated.
pub(super) struct ShownQuery {
    query: Option<LogsQuery>,
    /// The cluster and its Region.
    place: Option<(String, String)>,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    zone: Tz,
    /// Whether a window was stated: then the text keeps to it by itself.
    is_bounded: bool,
}

impl QueryArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<ShownQuery, Failure> {
        let is_bounded = self.since.is_some() || self.until.is_some();
        let zone = self.zone.time_zone;
        let until = self.until.map_or(Ok(now), |until| {
            ZonedTime::new(until, zone, Edge::Until).at(now)
        })?;
        let since = self.since.map_or_else(
            || ZonedTime::before(DEFAULT_WINDOW),
            |since| ZonedTime::new(since, zone, Edge::Since),
        );
        let since = since.at(until)?;
        check_order(since, until)?;
        let place = match self.cluster {
            None => None,
            Some(cluster) => {
                let cluster = one_cluster(&cluster)?.name().to_owned();
                let region = self
                    .region
                    .or_else(|| std::env::var("AWS_REGION").ok())
                    .or_else(|| std::env::var("AWS_DEFAULT_REGION").ok())
                    .ok_or_else(|| {
                        Failure::Usage(
                            "a link needs a Region: --region eu-west-1, or AWS_REGION".to_owned(),
                        )
                    })?;
                Some((cluster, region))
            }
        };
        Ok(ShownQuery {
            query: QUERIES
                .into_iter()
                .find(|query| Some(query.name) == self.name.as_deref()),
            place,
            since,
            until,
            zone,
            is_bounded,
        })
    }
}

impl ShownQuery {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let words = self.query.map_or_else(list, |query| self.text(query));
        standard_output::write(words.as_bytes()).context("cannot write to standard output")?;
        Ok(Outcome::Done)
    }

    fn text(&self, query: LogsQuery) -> String {
        let window = RequestFilter {
            since: Some(self.since),
            until: Some(self.until),
            look_back: None,
        };
        let text = if self.is_bounded {
            query.text_for(window, "")
        } else {
            (query.text)().to_owned()
        };
        let Some((cluster, region)) = &self.place else {
            return text;
        };
        let log_group = log_group_name::of_cluster(cluster);
        query_text::with_link(
            &text,
            &Link {
                url: link(region, &log_group, &text, self.since, self.until),
                log_group,
                since: self.since,
                until: self.until,
                zone: self.zone,
            },
        )
    }
}

/// The queries, each with what it says of itself.
fn list() -> String {
    query_text::list(&QUERIES.map(|query| (query.name, query.purpose)))
}
