//! Tokens that kubelets were issued, aggregated by CloudWatch: one row a service account, node
//! and hour. It costs a scan, and tells the frozen from the late hours earlier.

use super::{Context, Question, Took, holders};
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::issuance::{Issuance, Issuances};
use crate::evidence::set::EvidenceSet;
use crate::source::cloudwatch::query::TOKEN_REQUESTS;
use crate::source::cloudwatch::row::Row;

/// The question.
pub fn question() -> Question<EvidenceSet> {
    Question {
        text: holders::text,
        ..Question::of(TOKEN_REQUESTS, take)
    }
}

fn take(
    row: &Row,
    context: &Context,
    collected: &mut EvidenceSet,
    coverage: &mut Coverage,
) -> Took {
    match of_row(row) {
        // Names that Kubernetes would refuse name nobody, in files too.
        Some((None, _)) => {}
        Some((Some(issuance), issuances)) => collected.add_issued(
            &context.cluster,
            issuance.service_account,
            issuance.node,
            issuances,
        ),
        None => coverage.gap(
            &context.place,
            GapKind::MalformedEvent,
            "row of token requests",
        ),
    }
    Took::Row
}

/// The first issuance in one row, and all of them; `None` if it is not such a row.
fn of_row(row: &Row) -> Option<(Option<Issuance>, Issuances)> {
    let first = row.time("firstIssuance")?;
    let count = row.count("issuances");
    let issuance = Issuance::new(
        row.get("namespacePart")?,
        row.get("namePart")?,
        row.get("nodePart")?,
        first,
    );
    (count > 0).then(|| (issuance, Issuances::within_hour(first, count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_and_another_is_not() {
        let whole = [
            ("issuances", "3.0"),
            ("firstIssuance", "1.7955E15"),
            ("namespacePart", "ns"),
            ("namePart", "app"),
            ("nodePart", "n-1"),
        ];
        let (issuance, issuances) = of_row(&Row::from(whole)).expect("a row");
        let issuance = issuance.expect("names");
        assert_eq!(issuance.node, "n-1");
        assert_eq!(issuance.service_account.to_string(), "ns/app");
        assert_eq!(issuance.received.timestamp(), 1_795_500_000);
        assert_eq!(issuances, Issuances::within_hour(issuance.received, 3));
        for left_out in 0..whole.len() {
            let mut row = whole;
            row[left_out] = ("other", "1");
            assert_eq!(of_row(&Row::from(row)), None, "{}", whole[left_out].0);
        }
        let mut refused = whole;
        refused[4].1 = "N 1";
        assert!(matches!(of_row(&Row::from(refused)), Some((None, _))));
    }
}
