//! Verdicts and severities, with all their properties. No other file compares verdicts or lists
//! some of them; it calls a method from here.

use std::fmt;

use chrono::TimeDelta;

use super::exact_duration::hours;

/// What a holder's evidence means; the worst first.
///
/// The order of the variants is the order of the verdicts, and [`Verdict::Gone`] stays the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The API server rejects it already.
    Rejected,
    /// Its token expired, and nothing was accepted since.
    Expired,
    /// It never reads its token again and will be rejected.
    Frozen,
    /// It is rejected at the end of every token, and back after a restart or with the next one.
    Recurring,
    /// Too soon to tell.
    Undecided,
    /// It reads its token again, though late: harmless.
    RefreshingLate,
    /// It was not seen for the last day of the window: a pod that was replaced, a job that ended.
    Gone,
}

/// What lies ahead of a holder: all that most readers of a verdict need to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outlook {
    /// Its token is not accepted any more.
    Dead,
    /// It works, and is rejected at the end of its token.
    Dying,
    /// It works, and may be rejected at the end of its token or not.
    Open,
    /// It reads a new token in time.
    Refreshing,
    /// It is not there any more.
    Gone,
}

/// The evidence that a verdict's sentence quotes, and the limits that it was held against.
#[derive(Debug, Clone, Copy)]
pub struct Grounds {
    /// The largest age at which the holder used a token.
    pub used_at: TimeDelta,
    /// From its last accepted request to the end of the window.
    pub silent: TimeDelta,
    /// The age of use from which on a token counts as frozen.
    pub frozen_from: TimeDelta,
    /// The largest age of use of a holder that refreshes late.
    pub late_until: TimeDelta,
    /// The silence after which a holder is gone.
    pub gone_after: TimeDelta,
    /// How often it was rejected at the end of a token and came back.
    pub interruptions: usize,
    /// The longest time that this took.
    pub longest_interruption: TimeDelta,
}

/// One row of the table of verdicts.
struct Meaning {
    word: &'static str,
    outlook: Outlook,
    /// Whether a restart of the workload buys time.
    restart_helps: bool,
    /// Whether its rejections are what makes the verdict.
    rests_on_rejections: bool,
    /// Why a holder has this verdict.
    sentence: fn(&Grounds) -> String,
}

impl Verdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; Self::Gone as usize + 1] = [
        Self::Rejected,
        Self::Expired,
        Self::Frozen,
        Self::Recurring,
        Self::Undecided,
        Self::RefreshingLate,
        Self::Gone,
    ];

    /// The table: what each verdict means.
    const fn meaning(self) -> Meaning {
        match self {
            Self::Rejected => Meaning {
                word: "rejected",
                outlook: Outlook::Dead,
                restart_helps: true,
                rests_on_rejections: true,
                sentence: |_| {
                    "its newest rejections come after its last accepted request".to_owned()
                },
            },
            Self::Expired => Meaning {
                word: "expired",
                outlook: Outlook::Dead,
                restart_helps: true,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "its token expired, nothing was accepted for the last {}, and no later rejection could be attributed to it",
                        hours(grounds.silent)
                    )
                },
            },
            Self::Frozen => Meaning {
                word: "frozen",
                outlook: Outlook::Dying,
                restart_helps: true,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "a token was used at an age of {}; the kubelet replaces the file within {}, so a client that re-reads it does not use one this old",
                        hours(grounds.used_at),
                        hours(grounds.frozen_from)
                    )
                },
            },
            Self::Recurring => Meaning {
                word: "recurring",
                outlook: Outlook::Dying,
                restart_helps: false,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "one of its tokens expired in use and another followed, {}; the longest interruption was {}",
                        match grounds.interruptions {
                            1 => "once".to_owned(),
                            times => format!("{times} times"),
                        },
                        hours(grounds.longest_interruption)
                    )
                },
            },
            Self::Undecided => Meaning {
                word: "undecided",
                outlook: Outlook::Open,
                restart_helps: false,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "no token was used past an age of {}; frozen from {} on, until then it may only be late",
                        hours(grounds.used_at),
                        hours(grounds.frozen_from)
                    )
                },
            },
            Self::RefreshingLate => Meaning {
                word: "refreshing late",
                outlook: Outlook::Refreshing,
                restart_helps: false,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "it changed its token, and used none past an age of {} (at most {})",
                        hours(grounds.used_at),
                        hours(grounds.late_until)
                    )
                },
            },
            Self::Gone => Meaning {
                word: "gone",
                outlook: Outlook::Gone,
                restart_helps: false,
                rests_on_rejections: false,
                sentence: |grounds| {
                    format!(
                        "nothing was seen of it for the last {} (more than {})",
                        hours(grounds.silent),
                        hours(grounds.gone_after)
                    )
                },
            },
        }
    }

    /// The verdict's word.
    pub fn word(self) -> &'static str {
        self.meaning().word
    }

    /// What lies ahead of a holder with this verdict.
    pub fn outlook(self) -> Outlook {
        self.meaning().outlook
    }

    /// Its place among verdicts, from 0 for the worst: what to sort by.
    pub fn order(self) -> usize {
        self as usize
    }

    /// Whether it comes before another one in the order of verdicts.
    pub fn is_worse_than(self, other: Self) -> bool {
        self.order() < other.order()
    }

    /// Whether the holder's token is not accepted any more.
    pub fn is_dead(self) -> bool {
        self.outlook() == Outlook::Dead
    }

    /// Whether the holder works, and is rejected at the end of its token: only these have a
    /// date to count down to.
    pub fn is_dying(self) -> bool {
        self.outlook() == Outlook::Dying
    }

    /// Whether it is notable: the holder is dead or dying, not undecided and not harmless.
    pub fn is_decided(self) -> bool {
        self.is_dead() || self.is_dying()
    }

    /// Whether no action is needed: such findings are listed separately and have no severity.
    pub fn is_harmless(self) -> bool {
        matches!(self.outlook(), Outlook::Refreshing | Outlook::Gone)
    }

    /// Whether the holder reads a new token in time.
    pub fn is_refreshing(self) -> bool {
        self.outlook() == Outlook::Refreshing
    }

    /// Whether the holder is rejected at the end of its tokens and recovers by itself.
    pub fn is_recurring(self) -> bool {
        self == Self::Recurring
    }

    /// Whether the holder no longer exists, so that only its last request can be shown.
    pub fn is_gone(self) -> bool {
        self.outlook() == Outlook::Gone
    }

    /// Whether a restart of the workload buys time.
    pub fn restart_helps(self) -> bool {
        self.meaning().restart_helps
    }

    /// Whether the holder's rejections are what makes the verdict.
    pub fn rests_on_rejections(self) -> bool {
        self.meaning().rests_on_rejections
    }

    /// Why a holder has this verdict, with the verdict's word. No text of the log.
    pub fn sentence(self, grounds: &Grounds) -> String {
        let meaning = self.meaning();
        format!("{}: {}", meaning.word, (meaning.sentence)(grounds))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::severity::Severity;

    fn words(having: fn(Verdict) -> bool) -> Vec<&'static str> {
        let verdicts = Verdict::ALL.into_iter().filter(|verdict| having(*verdict));
        verdicts.map(Verdict::word).collect()
    }

    /// The words are an interface, and the order is the one that docs/verdicts.md gives.
    #[test]
    fn a_verdict_means_what_the_documentation_says() {
        assert_eq!(
            words(|_| true),
            [
                "rejected",
                "expired",
                "frozen",
                "recurring",
                "undecided",
                "refreshing late",
                "gone"
            ]
        );
        assert_eq!(words(Verdict::is_dead), ["rejected", "expired"]);
        assert_eq!(
            words(Verdict::is_decided),
            ["rejected", "expired", "frozen", "recurring"]
        );
        assert_eq!(
            words(Verdict::restart_helps),
            ["rejected", "expired", "frozen"]
        );
        assert_eq!(words(Verdict::is_harmless), ["refreshing late", "gone"]);
    }

    #[test]
    fn time_left_gives_the_severity_that_its_words_promise() {
        let second = TimeDelta::seconds(1);
        for (left, severity, words) in [
            (TimeDelta::days(-1), Severity::Critical, "within 7 days"),
            (TimeDelta::days(7), Severity::Critical, "within 7 days"),
            (
                TimeDelta::days(7) + second,
                Severity::Warning,
                "within 30 days",
            ),
            (TimeDelta::days(30), Severity::Warning, "within 30 days"),
            (TimeDelta::days(30) + second, Severity::Notice, "later"),
            (TimeDelta::MAX, Severity::Notice, "later"),
        ] {
            assert_eq!(Severity::of_time_left(left), severity, "{left}");
            assert_eq!(severity.time_left(), words);
        }
    }

    /// The words that `--explain` shows.
    #[test]
    fn a_verdict_states_what_it_rests_on() {
        let grounds = Grounds {
            used_at: TimeDelta::hours(30),
            silent: TimeDelta::hours(49),
            frozen_from: TimeDelta::hours(24),
            late_until: TimeDelta::minutes(80),
            gone_after: TimeDelta::hours(48),
            interruptions: 1,
            longest_interruption: TimeDelta::minutes(5),
        };
        for (verdict, sentence) in [
            (
                Verdict::Rejected,
                "rejected: its newest rejections come after its last accepted request",
            ),
            (Verdict::Expired, "nothing was accepted for the last 49 h,"),
            (
                Verdict::Frozen,
                "a token was used at an age of 30 h; the kubelet replaces the file within 24 h,",
            ),
            (
                Verdict::Recurring,
                "another followed, once; the longest interruption was 5 m 0 s",
            ),
            (
                Verdict::Undecided,
                "no token was used past an age of 30 h; frozen from 24 h on,",
            ),
            (
                Verdict::RefreshingLate,
                "used none past an age of 30 h (at most 1 h 20 m)",
            ),
            (
                Verdict::Gone,
                "gone: nothing was seen of it for the last 49 h (more than 48 h)",
            ),
        ] {
            let written = verdict.sentence(&grounds);
            assert!(written.starts_with(verdict.word()), "{written}");
            assert!(written.contains(sentence), "{written}");
        }
        let often = Grounds {
            interruptions: 4,
            ..grounds
        };
        assert!(
            Verdict::Recurring
                .sentence(&often)
                .contains("followed, 4 times;")
        );
    }

    #[test]
    fn the_worse_verdict_comes_first() {
        let in_order = Verdict::ALL.into_iter().map(Verdict::order);
        assert!(in_order.eq(0..Verdict::ALL.len()));
        assert!(Verdict::ALL.is_sorted_by(|one, other| one.is_worse_than(*other)));
        assert!(!Verdict::Frozen.is_worse_than(Verdict::Frozen));
        assert_eq!(words(Verdict::is_dying), ["frozen", "recurring"]);
        assert_eq!(words(Verdict::is_refreshing), ["refreshing late"]);
        assert_eq!(words(Verdict::is_recurring), ["recurring"]);
        assert_eq!(words(Verdict::is_gone), ["gone"]);
        assert_eq!(words(Verdict::rests_on_rejections), ["rejected"]);
        assert_eq!(format!("{:>9}", Verdict::Gone), "     gone");
        assert_eq!(
            Severity::ALL.map(|it| format!("{it:>8}")),
            ["critical", " warning", "  notice"]
        );
    }
}
