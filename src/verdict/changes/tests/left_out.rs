use super::*;

#[test]
fn unchanged_findings_can_be_left_out() {
    let findings = vec![
        finding("a", Frozen, Some(Notice), 0),
        finding("b", Frozen, Some(Notice), 9),
    ];
    let known = report(0, vec![findings[0].clone()]);
    let shown = only_changes(&compared(report(1, findings), &known));
    assert_eq!(kinds(changes_of(&shown)), [("b", New)]);
    assert_eq!(shown.findings.len(), 1);
    assert_eq!(changes_of(&shown).left_out, 1);
}

#[test]
fn what_is_left_out_is_still_counted() {
    let frozen = || finding("a", Verdict::Frozen, Some(Severity::Notice), 0);
    let gone = || finding("b", Verdict::Gone, None, 0);
    let now = compared(
        report(2, vec![frozen(), gone()]),
        &report(1, vec![frozen(), gone()]),
    );
    let shown = only_changes(&now);
    let changes = changes_of(&shown);
    assert_eq!(
        (changes.left_out_urgent, changes.left_out_first),
        (1, Some(at(LIFETIME)))
    );
}
