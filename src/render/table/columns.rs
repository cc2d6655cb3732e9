//! Which columns of the findings have room on the page.
//!
//! A date always has its year, and a name is split only after a hyphen or a dot. Less important
//! columns make room.

use unicode_width::UnicodeWidthStr as _;

use crate::evidence::count::thousands;
use crate::render::RenderOptions;
use crate::render::due::{self, Column};
use crate::render::time_format::{distance, rough_distance};
use crate::report::Report;
use crate::report::finding::Finding;

/// The heading of the clients.
pub(super) const CLIENT_HEADING: &str = "CLIENT";
/// The narrowest table.
const NARROWEST: usize = 60;
/// From this width on there is room for the client.
const WIDTH_FOR_CLIENT: usize = 130;
/// The most characters of a client: the whole of it is in the other formats.
const CLIENT: usize = 60;
/// Blanks between two columns.
const GAP: usize = 2;
/// Characters of a token's life.
const LIFE: usize = 10;
/// The heading of the names.
const HEADING: &str = "SERVICE ACCOUNT";
/// The same where there is less room.
const SHORT_HEADING: &str = "ACCOUNT";
/// Characters that names have at least.
const NAME: usize = 12;
/// Characters of a name that are left in one piece before the distance is left out.
const WHOLE_NAME: usize = 20;

/// A finding in words.
pub(super) struct Line<'a> {
    pub(super) finding: &'a Finding,
    /// Its date, with a mark where it is assumed.
    pub(super) date: String,
    /// How far that is away.
    pub(super) exact: String,
    pub(super) rough: String,
    /// How much of its life the token has behind it.
    pub(super) life: String,
    pub(super) pods: String,
    pub(super) requests: String,
}

impl<'a> Line<'a> {
    pub(super) fn of(report: &Report, finding: &'a Finding, options: &RenderOptions) -> Self {
        let lead = finding.lead();
        let now = report.now(finding);
        let lived = (now - lead.issued).num_seconds();
        Self {
            finding,
            date: due::date(lead, options.time_zone),
            exact: distance(lead.rejected_from, now),
            rough: rough_distance(lead.rejected_from, now),
            life: life(lived, lead.lifetime.seconds),
            pods: match (finding.holders_with_verdict(), finding.holders.len()) {
                (same, all) if same == all => all.to_string(),
                (same, all) => format!("{same}/{all}"),
            },
            requests: thousands(finding.requests()),
        }
    }

    /// Its client, truncated to the available width.
    pub(super) fn client(&self, room: usize) -> String {
        let Some(first) = self.finding.clients.first() else {
            return String::new();
        };
        let more = match self.finding.clients.len() {
            1 => String::new(),
            several => format!(" and {} more", several - 1),
        };
        let label = first.label.to_string();
        let room = room.saturating_sub(more.len());
        if label.width() <= room {
            return format!("{label}{more}");
        }
        let mut cut = String::new();
        for character in label.chars() {
            cut.push(character);
            if cut.width() >= room {
                cut.pop();
                break;
            }
        }
        format!("{cut}…{more}")
    }
}

/// How the distance to a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distance {
    None,
    Rough,
    Exact,
}

/// What fits on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Characters of a rank, with a space before it.
    pub(super) rank: usize,
    /// Characters of a name.
    name: usize,
    pub(super) dates: Column,
    /// Characters of a date.
    pub(super) date: usize,
    pub(super) distance: Distance,
    pub(super) life: bool,
    pub(super) requests: bool,
    /// Characters of a client.
    pub(super) client: Option<usize>,
}

impl Columns {
    /// The columns for these findings on a page of this width.
    pub(super) fn fitting<'l, 'a: 'l>(
        lines: impl Iterator<Item = &'l Line<'a>> + Clone,
        width: usize,
    ) -> Self {
        let width = width.max(NARROWEST);
        let widest = |of: fn(&Line<'_>) -> usize| lines.clone().map(of).max().unwrap_or(0);
        let dates = Column::of(lines.clone().map(|line| line.finding));
        let rank = widest(|line| line.finding.rank.to_string().len()) + 1;
        let date = widest(|line| line.date.len());
        let names = widest(|line| line.finding.service_account.name.len()).max(HEADING.len());
        let verdicts = widest(|line| line.finding.verdict.word().len());
        let pods = widest(|line| line.pods.len()).max("PODS".len());
        let requests = GAP + widest(|line| line.requests.len()).max("REQUESTS".len());
        let exact = GAP + widest(|line| line.exact.width());
        let rough = GAP + widest(|line| line.rough.width());
        let dated = (dates.room() + date).max(dates.heading().len());
        // Without the name.
        let least = GAP + rank + 1 + GAP + verdicts + GAP + dated + GAP + pods;
        let mut columns = Self {
            rank,
            name: names,
            dates,
            date,
            distance: Distance::Exact,
            life: true,
            requests: true,
            client: None,
        };
        let all = least + names + exact + GAP + LIFE + requests;
        if all <= width {
            let room = width - all;
            let shown = width >= WIDTH_FOR_CLIENT && room > GAP + CLIENT_HEADING.len();
            columns.client = shown.then(|| (room - GAP).min(CLIENT));
            return columns;
        }
        columns.life = false;
        if least + names + exact + requests <= width {
            return columns;
        }
        columns.requests = false;
        if least + names + exact <= width {
            return columns;
        }
        columns.distance = Distance::Rough;
        columns.name = names.min(width.saturating_sub(least + rough));
        if columns.name < names.min(WHOLE_NAME) {
            columns.distance = Distance::None;
            columns.name = names.min(width.saturating_sub(least)).max(NAME);
        }
        columns
    }

    /// The heading of the names.
    pub(super) fn heading(&self) -> &'static str {
        match self.name < HEADING.len() {
            true => SHORT_HEADING,
            false => HEADING,
        }
    }

    /// A name in lines that have room, each but the last with a hyphen or a dot at its end if it
    /// has one.
    pub(super) fn name_lines(&self, name: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for part in name.split_inclusive(['-', '.']) {
            if !line.is_empty() && line.len() + part.len() > self.name {
                lines.push(std::mem::take(&mut line));
            }
            for character in part.chars() {
                if line.len() >= self.name {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
        lines
    }

    /// What the marks mean that are no words; `None` if there are none.
    pub(super) fn key<'l, 'a: 'l>(
        &self,
        mut lines: impl Iterator<Item = &'l Line<'a>>,
    ) -> Option<String> {
        let mut parts: Vec<String> = self.dates.key().map(str::to_owned).into_iter().collect();
        if self.life {
            parts.push("LIFE: elapsed part of the token's lifetime".to_owned());
        }
        let split = lines.find_map(|line| line.pods.split_once('/'));
        if let Some((same, all)) = split {
            parts.push(format!(
                "PODS {same}/{all}: {same} of {all} have this verdict"
            ));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// How much of its life a token has behind it, as a bar.
fn life(lived: i64, lifetime: i64) -> String {
    let filled = (lived.max(0) as u128 * LIFE as u128 / lifetime.max(1) as u128) as usize;
    let filled = filled.min(LIFE);
    format!("{}{}", "█".repeat(filled), "·".repeat(LIFE - filled))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns(name: usize) -> Columns {
        Columns {
            rank: 2,
            name,
            dates: Column::At,
            date: 16,
            distance: Distance::None,
            life: false,
            requests: false,
            client: None,
        }
    }

    #[test]
    fn a_life_is_a_bar() {
        for (lived, bar) in [
            (-1, "··········"),
            (0, "··········"),
            (50, "█████·····"),
            (99, "█████████·"),
            (100, "██████████"),
            (200, "██████████"),
        ] {
            assert_eq!(life(lived, 100), bar);
        }
    }

    #[test]
    fn a_name_is_parted_behind_a_hyphen() {
        let lines = columns(20).name_lines("kubernetes-external-secrets");
        assert_eq!(lines, ["kubernetes-external-", "secrets"]);
    }

    proptest! {
        /// Nothing of a name is lost, and no line of it is too long.
        #[test]
        fn a_name_is_whole(name in "[a-z0-9.-]{1,80}", room in 10_usize..40) {
            let lines = columns(room).name_lines(&name);
            prop_assert!(lines.iter().all(|line| line.len() <= room));
            prop_assert_eq!(lines.concat(), name);
        }
    }
}
