//! The JSON formats of a report, one module per version. A published version never changes; the
//! internal form of a report may. Every version can be read, and the newest is written.
//!
//! - [`v1`], [`v2`]: the versions; an older one is read by way of the next
//! - [`conversion`]: from the types of a version to the program's, and back
//! - [`validation`]: what is refused when a report is read

mod conversion;
#[cfg(test)]
mod schema;
mod v1;
mod v2;
mod validation;

use serde::{Deserialize, Serialize};

use super::Report;
use super::finding::{Finding, Remedy};
use crate::audit::name;
use crate::audit::service_account::ServiceAccount;

/// Why a text cannot be read as a report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is JSON, but no report.
    #[error("it is not a JSON report of eks-stale-tokens: it has no schema_version")]
    NotAReport,
    /// A later version of this program wrote it.
    #[error(
        "a newer eks-stale-tokens wrote it (schema version {version}, this one reads up to {}): update eks-stale-tokens",
        NEWEST.version
    )]
    Newer {
        /// The version that it states.
        version: u32,
    },
    /// It is truncated or was changed.
    #[error("it is not a valid report: {reason}")]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
}

/// A version of the form.
#[derive(Clone, Copy)]
struct Version {
    version: u32,
    read: fn(&str) -> serde_json::Result<Report>,
}

/// The version that is written.
const NEWEST: Version = VERSIONS[VERSIONS.len() - 1];

/// Every version, in order.
const VERSIONS: [Version; 2] = [
    Version {
        version: v1::VERSION,
        read: |text| {
            let report = serde_json::from_str::<v1::Report>(text)?;
            report.upgraded().map(Report::from)
        },
    },
    Version {
        version: v2::VERSION,
        read: |text| serde_json::from_str::<v2::Report>(text).map(Report::from),
    },
];

/// The report in the newest version of its form.
pub fn newest(report: &Report) -> impl Serialize {
    v2::written(report)
}

/// The first field of every version.
#[derive(Deserialize)]
struct Versioned {
    schema_version: Option<u32>,
}

/// Reads a saved report of any version.
pub fn read(text: &str) -> Result<Report, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let damaged = |error: serde_json::Error| ReadError::Damaged {
        reason: error.to_string(),
    };
    // Syntax first, so that a text cut short is not taken for something else.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(damaged)?;
    let version = serde_json::from_str::<Versioned>(text)
        .ok()
        .and_then(|versioned| versioned.schema_version)
        .ok_or(ReadError::NotAReport)?;
    if version > NEWEST.version {
        return Err(ReadError::Newer { version });
    }
    let read = VERSIONS
        .iter()
        .find(|known| known.version == version)
        .ok_or(ReadError::NotAReport)?
        .read;
    let report = read(text).map_err(damaged)?;
    report.findings.iter().try_for_each(check)?;
    let changed = report.changes.iter().flat_map(|changes| &changes.accounts);
    let remembered = report.remembered.iter().map(|it| &it.service_account);
    changed
        .map(|change| &change.service_account)
        .chain(remembered)
        .try_for_each(check_names)?;
    validation::check(&report).map_err(|reason| ReadError::Damaged { reason })?;
    Ok(report)
}

fn check_names(account: &ServiceAccount) -> Result<(), ReadError> {
    if name::is_label(&account.namespace) && name::is_subdomain(&account.name) {
        return Ok(());
    }
    Err(ReadError::Damaged {
        reason: format!(
            "{:?} is not a valid service account name",
            format!("{}/{}", account.namespace, account.name)
        ),
    })
}

/// Refuses what the rest of the program relies on never to meet: a finding without holders, and
/// names and commands that would be harmful if pasted.
fn check(finding: &Finding) -> Result<(), ReadError> {
    let account = &finding.service_account;
    let damaged = |reason: String| Err(ReadError::Damaged { reason });
    if !name::is_label(&account.namespace) || !name::is_subdomain(&account.name) {
        return damaged(format!(
            "finding {} is not a valid service account name",
            finding.rank
        ));
    }
    if finding.holders.is_empty() {
        return damaged(format!("the finding on {account} has no holders"));
    }
    let harmless = |remedy: &Remedy| match remedy {
        Remedy::Advice { .. } => true,
        Remedy::Restart { command, .. } => command.chars().all(|character| {
            character.is_ascii_lowercase()
                || character.is_ascii_digit()
                || matches!(character, ' ' | '/' | '-' | '.')
        }),
    };
    if !finding.remedies.iter().all(harmless) {
        return damaged(format!(
            "the finding on {account} has a command that this program never writes"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole;
