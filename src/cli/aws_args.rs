//! The arguments that say where AWS is asked, and as whom.

use clap::Args;

use super::exit::Failure;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::region::{is_well_formed, meant};
use crate::source::cloudwatch::cluster_selection::ClusterSelection;

#[derive(Debug, Args)]
pub(super) struct AwsArgs {
    /// AWS profile; repeatable
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    profile: Vec<String>,

    /// AWS Region; repeatable
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    region: Vec<String>,

    /// Endpoint URL for CloudWatch Logs, or for S3 with --input s3://
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    endpoint_url: Option<String>,
}

impl AwsArgs {
    /// The one profile and Region in which objects are read.
    pub(super) fn one(self) -> Result<AwsTarget, Failure> {
        let only = |name: &str| Failure::Usage(format!("--input s3:// takes one {name}"));
        if self.profile.len() > 1 {
            return Err(only("--profile"));
        }
        if self.region.len() > 1 {
            return Err(only("--region"));
        }
        let mut accesses = self.accesses(&ClusterSelection::all(Vec::new()))?;
        Ok(accesses.pop().unwrap_or_default())
    }

    /// Every profile in every Region: those that are stated, else those that clusters are named
    /// with, and the default one if some are not.
    pub(super) fn accesses(self, wanted: &ClusterSelection) -> Result<Vec<AwsTarget>, Failure> {
        if let Some(name) = self.region.iter().find(|name| !is_well_formed(name)) {
            let meant =
                meant(name).map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            return Err(Failure::Usage(format!(
                "{name:?} is not the name of an AWS Region, such as eu-west-1{meant}"
            )));
        }
        let or_none = |values: Vec<String>| {
            let mut each: Vec<Option<String>> = Vec::new();
            for value in values.into_iter().map(Some) {
                if !each.contains(&value) {
                    each.push(value);
                }
            }
            if each.is_empty() { vec![None] } else { each }
        };
        let mut regions = or_none(self.region);
        if regions == [None] {
            let named = wanted.regions().into_iter().map(Some);
            regions = match wanted.names_every_region() {
                true => named.collect(),
                false => std::iter::once(None).chain(named).collect(),
            };
        }
        let endpoint_url = self.endpoint_url;
        let accesses = or_none(self.profile)
            .into_iter()
            .flat_map(|profile| {
                regions.iter().map({
                    let endpoint_url = endpoint_url.clone();
                    move |region| AwsTarget {
                        profile: profile.clone(),
                        region: region.clone(),
                        endpoint_url: endpoint_url.clone(),
                    }
                })
            })
            .collect();
        Ok(accesses)
    }
}
