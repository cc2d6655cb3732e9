//! What is judged of a whole cluster.

use super::scenario::*;
use crate::report::verdict::Verdict;

#[test]
fn rejections_at_a_known_address_are_those_of_the_pod_there() {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, days(91), [days(3), days(2)]);
    cluster.reject(&app, [hours(20), hours(2)]);
    let report = cluster.judge();
    assert_eq!(only(&report).verdict, Verdict::Rejected);
    assert_eq!(holder(&report, "app-0").rejected_from, ago(days(1)));
    assert!(unexplained(&report).is_empty());
}
