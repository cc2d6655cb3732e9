//! The arguments that say which window evidence is read of.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;

use super::exit::Failure;
use super::time_arg::{Edge, TimeArg, ZonedTime, duration};
use crate::source::cloudwatch::query_limits::WindowEnd;
use crate::source::default_window::DEFAULT_WINDOW;

/// How far before the window to look for whoever is rejected inside it.
const DEFAULT_LOOK_BACK: TimeDelta = TimeDelta::days(7);

#[derive(Debug, Args)]
pub(super) struct WindowArgs {
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
}

/// A window as it was stated. Of an audit log in files its start may count back from an end that
/// only the files tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatedWindow {
    pub(super) since: Option<ZonedTime>,
    pub(super) until: Option<DateTime<Utc>>,
    look_back: Option<TimeDelta>,
    /// How old the newest audit event may be at the end of a window that was asked for.
    pub(super) max_silence: TimeDelta,
}

/// The window that clusters in CloudWatch are asked about.
#[derive(Debug)]
pub(super) struct ClusterWindow {
    /// Its first moment; absent if each cluster's version decides.
    pub(super) since: Option<DateTime<Utc>>,
    /// How long the look back is; absent if there is none.
    pub(super) look_back: Option<TimeDelta>,
    pub(super) end: WindowEnd,
}

impl WindowArgs {
    /// The window in this time zone, if it does not end before it starts.
    pub(super) fn stated(self, now: DateTime<Utc>, zone: Tz) -> Result<StatedWindow, Failure> {
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
        Ok(StatedWindow {
            since,
            until,
            look_back: self.look_back,
            max_silence: self.max_silence,
        })
    }
}

impl StatedWindow {
    /// Whether the start counts back from the end.
    pub(super) fn counts_back(&self) -> bool {
        self.since.is_some_and(ZonedTime::is_relative)
    }

    /// How long to look back, where that costs nothing.
    pub(super) fn free_look_back(&self) -> TimeDelta {
        self.look_back.unwrap_or(DEFAULT_LOOK_BACK)
    }

    /// The window that clusters are asked about. CloudWatch charges for a look back: unless it is
    /// stated, only who needs it `looks_back`.
    pub(super) fn of_clusters(
        self,
        now: DateTime<Utc>,
        looks_back: bool,
    ) -> Result<ClusterWindow, Failure> {
        let until = self.until.unwrap_or(now);
        if until > now {
            return Err(Failure::Usage("--until is in the future".to_owned()));
        }
        let since = match self.since {
            Some(since) => Some(since.at(until)?),
            // Whichever default applies, the window must not begin before time does.
            None => ZonedTime::before(DEFAULT_WINDOW).at(until).map(|_| None)?,
        };
        if let Some(since) = since {
            check_order(since, until)?;
        }
        Ok(ClusterWindow {
            since,
            look_back: self
                .look_back
                .or_else(|| looks_back.then_some(DEFAULT_LOOK_BACK)),
            end: WindowEnd {
                until,
                now,
                max_silence: self.max_silence,
            },
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
