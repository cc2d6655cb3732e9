//! What changed since an earlier report.

use super::{class, shown};
use crate::render::RenderOptions;
use crate::render::change;
use crate::report::Report;

/// What changed since an earlier report.
pub(super) struct Changes {
    pub(super) heading: String,
    pub(super) accounts: Vec<Change>,
    pub(super) unchanged: Option<String>,
}

pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) class: &'static str,
    pub(super) account: String,
    pub(super) cluster: Option<String>,
    pub(super) words: String,
}

pub(super) fn changes(report: &Report, options: &RenderOptions) -> Option<Changes> {
    let changes = report.changes.as_ref()?;
    let now = report.as_of().unwrap_or_default();
    Some(Changes {
        heading: change::heading(changes, options.time_zone),
        accounts: change::listed(changes)
            .map(|account| Change {
                kind: account.kind.word(),
                class: class(account.now.and_then(|state| state.severity)),
                account: shown(account.service_account.to_string()),
                cluster: report.name_among_several(&account.cluster).map(shown),
                words: shown(change::words(account, now, options.time_zone)),
            })
            .collect(),
        unchanged: change::unchanged(changes),
    })
}
