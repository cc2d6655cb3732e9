//! Reminders before a death.

use chrono::TimeDelta;

use crate::report::token_lifetime::TokenLifetime;

/// How long before a death a calendar reminds of it where a token lives for more than a day.
const ALARMS_OF_DAYS: [Alarm; 3] = [
    Alarm::new("14", TimeDelta::days(14), "-P14D", "in 14 days"),
    Alarm::new("7", TimeDelta::days(7), "-P7D", "in 7 days"),
    Alarm::new("1", TimeDelta::days(1), "-P1D", "in 1 day"),
];
/// The same where it lives for a day at most.
const ALARMS_OF_HOURS: [Alarm; 3] = [
    Alarm::new("6h", TimeDelta::hours(6), "-PT6H", "in 6 hours"),
    Alarm::new("2h", TimeDelta::hours(2), "-PT2H", "in 2 hours"),
    Alarm::new("30m", TimeDelta::minutes(30), "-PT30M", "in 30 minutes"),
];

/// A reminder.
pub(super) struct Alarm {
    /// What distinguishes it from the event's other alarms.
    pub(super) name: &'static str,
    pub(super) before: TimeDelta,
    pub(super) trigger: &'static str,
    pub(super) words: &'static str,
}

impl Alarm {
    const fn new(
        name: &'static str,
        before: TimeDelta,
        trigger: &'static str,
        words: &'static str,
    ) -> Self {
        Self {
            name,
            before,
            trigger,
            words,
        }
    }

    /// The reminders that fit into a token's life.
    pub(super) fn of(lifetime: TokenLifetime) -> impl Iterator<Item = Self> {
        let alarms = match lifetime.is_capped() {
            true => ALARMS_OF_HOURS,
            false => ALARMS_OF_DAYS,
        };
        alarms
            .into_iter()
            .filter(move |alarm| alarm.before < lifetime.duration())
    }
}
