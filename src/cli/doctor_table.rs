//! Many clusters with what is missing in each, and then how to get it.

use std::fmt::Write as _;

use crate::audit::untrusted_text::escaped;
use crate::evidence::count::counted;
use crate::source::cloudwatch::examination::State;
use crate::source::cloudwatch::examination::fleet::ExaminedCluster;

/// The table: a row for each cluster, the worst first, and below it what to do.
pub(super) fn words(rows: &[ExaminedCluster]) -> String {
    let mut rows: Vec<&ExaminedCluster> = rows.iter().collect();
    rows.sort_by(|one, other| {
        let key = |row: &ExaminedCluster| (std::cmp::Reverse(row.state()), row.cluster.clone());
        key(one).cmp(&key(other))
    });
    let cells: Vec<[String; 4]> = rows.iter().map(|row| self::cells(row)).collect();
    let widest = |column: usize| {
        let widths = cells.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let (name, place) = (widest(1), widest(2));
    let mut words = String::new();
    for [state, cluster, at, missing] in &cells {
        let line = format!("{state:7}  {cluster:name$}  {at:place$}  {missing}");
        let _ = writeln!(words, "{}", line.trim_end());
    }
    for row in &rows {
        for check in row.checks.iter().filter(|it| it.state != State::Good) {
            let [_, cluster, at, _] = self::cells(row);
            let _ = writeln!(
                words,
                "\n{}  {}: {cluster}, {at}",
                word(check.state),
                check.name
            );
            for line in check.words.lines() {
                let _ = writeln!(words, "  {}", escaped(line));
            }
        }
    }
    let clusters = rows.iter().filter(|row| row.cluster.name != "*").count();
    let count = |state| rows.iter().filter(|row| row.state() == state).count();
    let _ = writeln!(
        words,
        "\n{}; of {} {} ok, {} with a note, {} with something missing",
        counted(clusters, "cluster", "clusters"),
        counted(rows.len(), "row", "rows"),
        count(State::Good),
        count(State::Doubtful),
        count(State::Missing)
    );
    words
}

/// The state, the cluster, where it is, and what is not as it should be.
fn cells(row: &ExaminedCluster) -> [String; 4] {
    let cluster = &row.cluster;
    let region = cluster.region.as_deref().unwrap_or("-");
    let mut place = region.to_owned();
    if let Some(account) = &cluster.account {
        let _ = write!(place, ", {account}");
    }
    if let Some(profile) = &row.profile {
        let _ = write!(place, ", profile {profile}");
    }
    let missing = row.checks.iter().filter(|it| it.state == row.state());
    let missing: Vec<&str> = match row.state() {
        State::Good => Vec::new(),
        _ => missing.map(|check| check.name).collect(),
    };
    [
        word(row.state()).to_owned(),
        escaped(&cluster.name).into_owned(),
        escaped(&place).into_owned(),
        missing.join(", "),
    ]
}

/// A state, as both forms of the answer write it.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Good => "ok",
        State::Doubtful => "note",
        State::Missing => "missing",
    }
}
