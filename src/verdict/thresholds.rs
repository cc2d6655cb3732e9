//! The numbers that verdicts rest on, each with its reason. Those that depend on how long a token
//! is accepted are functions of that lifetime.

use chrono::TimeDelta;

/// A token is accepted for 60 s past its end, and the authentication cache adds 10 s
/// (65.7 s measured; leeway of `go-jose`'s claims validation).
pub const ACCEPTED_PAST_END: TimeDelta = TimeDelta::seconds(75);

/// A token accepted at this much more than 24 h was never capped at 24 h: the clocks of API
/// servers differ, and a dead token is accepted for [`ACCEPTED_PAST_END`].
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(15);

/// A holder that was accepted past the end of its token and then stays silent for this long was
/// rejected later than assumed. Watches, the rarest requests of a live client, are renewed
/// within the hour (`--min-request-timeout` 1800 s, doubled at random).
pub const SILENCE: TimeDelta = TimeDelta::hours(1);

/// An interruption of this length is an outage that needs a fix.
pub const CRITICAL_INTERRUPTION: TimeDelta = TimeDelta::minutes(10);

/// A shorter one, of this length or more, is worth a look: requests failed for a while. Below it,
/// the client read a new token when it was first rejected.
pub const WARNING_INTERRUPTION: TimeDelta = TimeDelta::minutes(1);

/// A new token is first marked 3607 s after its issue. For this long after an expiry nothing
/// distinguishes a client that recovered from one that did not: an hour, the 10 s of cache, and
/// some minutes to send a request.
pub const UNMARKED: TimeDelta = TimeDelta::minutes(75);

/// A client that came back reads a token that is at most 49 minutes old, since the kubelet writes a
/// new one after 48, and volumes are synced within 90 s: rejections later than this after a token's
/// issue are not from before it was read.
pub const READ_WITHIN: TimeDelta = TimeDelta::hours(1);

/// The thresholds for tokens of one lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    lifetime: TimeDelta,
}

impl Thresholds {
    /// For tokens that are accepted for this long.
    pub fn of(lifetime: TimeDelta) -> Self {
        Self { lifetime }
    }

    fn share(self, parts: i32, most: TimeDelta) -> TimeDelta {
        most.min(self.lifetime / parts)
    }

    /// From this age of use on, a token counts as frozen: the kubelet writes a new one after 48
    /// minutes, or after 24 hours at the latest (`maxTTL` in Kubernetes'
    /// `pkg/kubelet/token/token_manager.go`). Where tokens live for a day, half of it, or there
    /// would be no time to act.
    pub fn frozen_age(self) -> TimeDelta {
        self.share(2, TimeDelta::hours(24))
    }

    /// A token that is still used alongside a newer one of the same client belongs to a program
    /// that does not re-read it from this age on: as late as a client that re-reads once a day, or
    /// half a life.
    pub fn frozen_beside_newer_age(self) -> TimeDelta {
        self.share(2, TimeDelta::hours(48))
    }

    /// A holder that changes its token and never uses one past this age refreshes, though late: a
    /// client that re-reads once a day uses one for up to two, unless it ends before.
    pub fn late_age(self) -> TimeDelta {
        TimeDelta::hours(48).min(self.lifetime - TimeDelta::hours(1))
    }

    /// A holder neither accepted nor rejected for this long, to the end of the window, is gone.
    pub fn gone_after(self) -> TimeDelta {
        self.share(8, TimeDelta::hours(24))
    }

    /// A holder that was last accepted within this time before its token's expiry died of it.
    pub fn died_within(self) -> TimeDelta {
        self.share(24, TimeDelta::hours(24))
    }

    /// An attributed rejection is current if it lies within this time before the end of the window.
    pub fn rejection_is_current(self) -> TimeDelta {
        self.share(8, TimeDelta::hours(24))
    }

    /// How long before a holder's expiry a reminder is sent, the longest first: a week, three
    /// days, a day; of a token that lives for a day, 6, 3 and 1 hours. And when it dies.
    pub fn reminders(self) -> [TimeDelta; 4] {
        [
            self.share(4, TimeDelta::days(7)),
            self.share(8, TimeDelta::days(3)),
            self.share(24, TimeDelta::days(1)),
            TimeDelta::zero(),
        ]
    }

    /// A holder that is rejected before its time counts as rejected only if it used its token at
    /// least at this age. Below, it may have read a new one: it is accepted then without leaving a
    /// mark, and the rejections belong to another caller. No client that refreshes is known to take
    /// longer than half a day.
    pub fn early_rejection_age(self) -> TimeDelta {
        self.share(2, TimeDelta::hours(12))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_ninety_days_nothing_moves() {
        let thresholds = Thresholds::of(TimeDelta::days(90));
        let day = TimeDelta::hours(24);
        assert_eq!(thresholds.frozen_age(), day);
        assert_eq!(thresholds.frozen_beside_newer_age(), day * 2);
        assert_eq!(thresholds.late_age(), day * 2);
        assert_eq!(thresholds.gone_after(), day);
        assert_eq!(thresholds.died_within(), day);
        assert_eq!(thresholds.rejection_is_current(), day);
        assert_eq!(thresholds.early_rejection_age(), day / 2);
    }

    #[test]
    fn at_a_day_there_is_time_to_act() {
        let thresholds = Thresholds::of(TimeDelta::hours(24));
        let hour = TimeDelta::hours(1);
        assert_eq!(thresholds.frozen_age(), hour * 12);
        assert_eq!(thresholds.frozen_beside_newer_age(), hour * 12);
        assert_eq!(thresholds.late_age(), hour * 23);
        assert_eq!(thresholds.gone_after(), hour * 3);
        assert_eq!(thresholds.died_within(), hour);
        assert_eq!(thresholds.rejection_is_current(), hour * 3);
        assert_eq!(thresholds.early_rejection_age(), hour * 12);
    }

    #[test]
    fn reminders_come_while_there_is_time_to_act() {
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
        for (lifetime, reminders) in [
            (day * 90, [day * 7, day * 3, day, TimeDelta::zero()]),
            (day, [hour * 6, hour * 3, hour, TimeDelta::zero()]),
        ] {
            assert_eq!(Thresholds::of(lifetime).reminders(), reminders);
        }
    }
}
