//! What `doctor` found: as lines for one cluster, and as a table of many with what is missing
//! in each, and then how to get it.

use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::audit::untrusted_text::escaped;
use crate::evidence::cluster::Cluster;
use crate::evidence::count::pluralize;

/// How a piece was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// As it should be.
    Passed,
    /// Worth knowing.
    Warning,
    /// Needed, and not there.
    Failed,
}

impl CheckStatus {
    /// As both forms write it.
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Warning => "note",
            Self::Failed => "missing",
        }
    }
}

/// One piece.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// What was looked at.
    pub name: &'a str,
    /// How it was found.
    pub state: CheckStatus,
    /// In words; further lines say what to do.
    pub words: &'a str,
}

/// A cluster, or all of a Region, and what was found of it.
#[derive(Debug)]
pub struct Row<'a> {
    /// The cluster; called `*` where it stands for all of a Region.
    pub cluster: &'a Cluster,
    /// The profile that was asked for.
    pub profile: Option<&'a str>,
    /// What was looked at.
    pub checks: Vec<Check<'a>>,
}

impl Row<'_> {
    /// The worst of what was found.
    fn state(&self) -> CheckStatus {
        let states = self.checks.iter().map(|check| check.state);
        states.fold(CheckStatus::Passed, CheckStatus::max)
    }

    /// The state, the cluster, where it is, and what is not as it should be.
    fn cells(&self) -> [String; 4] {
        let cluster = self.cluster;
        let region = cluster.region.as_deref().unwrap_or("-");
        let mut place = region.to_owned();
        if let Some(account) = &cluster.account {
            let _ = write!(place, ", {account}");
        }
        if let Some(profile) = &self.profile {
            let _ = write!(place, ", profile {profile}");
        }
        let missing = self.checks.iter().filter(|it| it.state == self.state());
        let missing: Vec<&str> = match self.state() {
            CheckStatus::Passed => Vec::new(),
            _ => missing.map(|check| check.name).collect(),
        };
        [
            self.state().word().to_owned(),
            cluster.name.to_string(),
            escaped(&place).into_owned(),
            missing.join(", "),
        ]
    }
}

/// The checks of one cluster, one below the other.
pub fn lines(checks: &[Check<'_>]) -> String {
    let widest = checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    let mut words = String::new();
    for check in checks {
        let state = check.state.word();
        let mut lines = check.words.lines();
        let first = escaped(lines.next().unwrap_or_default()).into_owned();
        let _ = writeln!(words, "{state:7}  {:widest$}  {first}", check.name);
        for line in lines {
            let _ = writeln!(words, "{:7}  {:widest$}  {}", "", "", escaped(line));
        }
    }
    words
}

/// The table: a row for each cluster, the worst first, and below it what to do.
pub fn table(mut rows: Vec<Row<'_>>) -> String {
    rows.sort_by_key(|row| (Reverse(row.state()), row.cluster));
    let cells: Vec<[String; 4]> = rows.iter().map(Row::cells).collect();
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
    for (row, [_, cluster, at, _]) in rows.iter().zip(&cells) {
        for check in row
            .checks
            .iter()
            .filter(|it| it.state != CheckStatus::Passed)
        {
            let _ = writeln!(
                words,
                "\n{}  {}: {cluster}, {at}",
                check.state.word(),
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
        pluralize(clusters, "cluster", "clusters"),
        pluralize(rows.len(), "row", "rows"),
        count(CheckStatus::Passed),
        count(CheckStatus::Warning),
        count(CheckStatus::Failed)
    );
    words
}
