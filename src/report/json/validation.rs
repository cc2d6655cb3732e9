//! Times and sums of a saved report: whoever renders it counts with them.

use chrono::{DateTime, Datelike as _, Utc};

use crate::report::Report;

/// The years in which a request can have been logged.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// Refuses times that no log holds, and numbers that no sum holds; says which.
pub(super) fn check(report: &Report) -> Result<(), String> {
    for scan in &report.clusters {
        let name = &scan.cluster.name;
        times(&[scan.window.since, scan.window.until])
            .ok_or_else(|| format!("the window of cluster {name:?} is not a valid time range"))?;
    }
    let of_findings = report.findings.iter().flat_map(|finding| {
        let holders = finding.holders.iter();
        holders.map(|holder| (&finding.service_account, holder))
    });
    let remembered = report.remembered.iter();
    for (account, holder) in
        of_findings.chain(remembered.map(|it| (&it.service_account, &it.holder)))
    {
        // When it is rejected depends on the lifetime that was stated, and may be never.
        times(&[holder.first_seen, holder.last_seen])
            .and_then(|()| times(&[holder.issued, holder.rejected_from.min(LAST)]))
            .ok_or_else(|| format!("a holder of {account} has impossible times"))?;
        for token in &holder.tokens {
            times(&[token.first_used, token.last_used])
                .and_then(|()| times(&[token.issued]))
                .ok_or_else(|| format!("a token of {account} has impossible times"))?;
        }
        let rejected = holder.rejections.as_ref();
        rejected
            .map_or(Some(()), |it| times(&[it.first, it.last]))
            .ok_or_else(|| format!("a holder of {account} has impossible rejections"))?;
    }
    let requests = report
        .findings
        .iter()
        .flat_map(|finding| &finding.holders)
        .flat_map(|holder| {
            let of_tokens = holder.tokens.iter().map(|token| token.requests);
            of_tokens.chain([holder.requests])
        });
    requests
        .into_iter()
        .try_fold(0_u64, u64::checked_add)
        .map(|_| ())
        .ok_or_else(|| "its request counts overflow".to_owned())
}

/// The end of the last year.
const LAST: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(last) => last,
    None => DateTime::<Utc>::UNIX_EPOCH,
};

/// Whether these times are in order, and in years that a log can hold.
fn times(times: &[DateTime<Utc>]) -> Option<()> {
    let in_years = times.iter().all(|time| YEARS.contains(&time.year()));
    (in_years && times.is_sorted()).then_some(())
}
