//! The arguments that say which audit logs to read from files, from S3 and from standard input.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::aws_args::AwsArgs;
use super::evidence_plan::InputsPlan;
use super::exit::Failure;
use super::window_args::StatedWindow;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::files::inputs::Excluded;
use crate::source::s3::location::{Location, NotALocation, SCHEME};

#[derive(Debug, Args)]
pub(super) struct InputsArgs {
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
}

impl InputsArgs {
    /// Whether anything is to be read.
    pub(super) fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    /// `aws_target`: where S3 is, and who reads it.
    pub(super) fn plan(
        self,
        mut window: StatedWindow,
        access: AwsArgs,
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
        // To find the last event first, every object would have to be read twice.
        if window.counts_back() && !locations.is_empty() {
            window.until.get_or_insert(now);
        }
        if from_standard_input && window.counts_back() && window.until.is_none() {
            return Err(Failure::Usage(
                "a relative --since needs the end of the log, which standard input does not reveal in advance: use an absolute --since, or add --until".to_owned(),
            ));
        }
        let excluded = Excluded::matching(self.exclude)
            .map_err(|error| Failure::Usage(format!("--exclude: {error}")))?;
        Ok(InputsPlan {
            access: match locations.is_empty() {
                true => AwsTarget::default(),
                false => access.one()?,
            },
            paths,
            locations,
            excluded,
            cluster_name: self.cluster_name,
            window,
        })
    }
}
