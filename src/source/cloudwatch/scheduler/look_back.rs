//! Who was accepted before the window from the addresses that are rejected inside it: read in
//! steps, as far back as it is needed.

use chrono::TimeDelta;

use super::RegionScheduler;
use crate::evidence::set::Collect;
use crate::source::Gathered;
use crate::source::cloudwatch::chunk::Span;
use crate::source::cloudwatch::queries::stale_token_events;

/// How far the steps go back, in days; from the last of them on each goes twice as far. A scan costs
/// as much as it is long, and most that die were accepted shortly before.
const STEPS: [i64; 3] = [1, 3, 7];

/// The steps, each as how far before the window it begins: the last where the look-back does.
fn steps(look_back: TimeDelta) -> Vec<TimeDelta> {
    let last = STEPS[STEPS.len() - 1];
    let doubled = std::iter::successors(last.checked_mul(2), |days| days.checked_mul(2));
    let all = STEPS.into_iter().chain(doubled);
    let mut steps: Vec<TimeDelta> = all
        .map_while(TimeDelta::try_days)
        .take_while(|step| *step < look_back)
        .collect();
    steps.push(look_back);
    steps
}

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Looks back, step by step, while rejections are unexplained.
    pub(super) async fn look_back(&mut self) {
        let Some(beginning) = self.limits.look_back else {
            return;
        };
        let since = self.limits.since;
        let mut after = None;
        for step in steps(since - beginning) {
            if !self.plan_look_back(step, after) {
                return;
            }
            self.send_first_answer();
            self.run_queries().await;
            let days = step.num_days().max(1);
            self.note_looked_up(&format!("looked back {days} d for the rejected callers"));
            after = Some(step);
        }
    }

    /// Sends what is known so far to whoever waits for it, once.
    fn send_first_answer(&mut self) {
        if let Some(first_answers) = self.first_answers.take()
            && let Some(collected) = self.gathered.collected.snapshot()
        {
            // Nobody waits any more where the run is over.
            let _ = first_answers.send(Gathered {
                collected,
                coverages: self.gathered.coverages.clone(),
            });
        }
    }

    /// Plans to read one step further back, of the groups with rejections that are unexplained.
    /// `false` if there are none.
    fn plan_look_back(&mut self, step: TimeDelta, after: Option<TimeDelta>) -> bool {
        let query = stale_token_events::LOOK_BACK;
        let whole = self.limits.span(query.span);
        let since = self.limits.since;
        let span = Span {
            first_second: whole.first_second.max((since - step).timestamp()),
            last_second: after.map_or(whole.last_second, |after| (since - after).timestamp() - 1),
        };
        let unexplained = self.rejected.iter();
        let unexplained = unexplained.filter(|(group, rejected)| {
            let retained_since = self.groups[**group].retained_since(self.limits.end.now);
            let holds_some = retained_since.is_none_or(|kept| kept.timestamp() <= span.last_second);
            holds_some && rejected.are_unexplained()
        });
        let planned: Vec<(usize, String)> = unexplained
            .filter_map(|(group, rejected)| Some((*group, rejected.filter()?)))
            .collect();
        let mut is_planned = false;
        for (group, filter) in planned {
            if !self
                .limits
                .run
                .scan
                .allows(self.expected_bytes(&[group], span))
            {
                let text = format!(
                    "did not look back {} d for the rejected callers: see --max-scan",
                    step.num_days().max(1)
                );
                self.note(group, text);
                continue;
            }
            self.plan(query, &filter, vec![group], span);
            is_planned = true;
        }
        is_planned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_and_end_where_the_look_back_does() {
        for (look_back, expected) in [
            (TimeDelta::hours(6), &[TimeDelta::hours(6)][..]),
            (TimeDelta::days(1), &[TimeDelta::days(1)]),
            (
                TimeDelta::days(7),
                &[TimeDelta::days(1), TimeDelta::days(3), TimeDelta::days(7)],
            ),
            (
                TimeDelta::days(30),
                &[1, 3, 7, 14, 28, 30].map(TimeDelta::days),
            ),
        ] {
            assert_eq!(steps(look_back), expected, "{look_back}");
        }
    }
}
