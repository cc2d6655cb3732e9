//! The numbers that verdicts rest on, each with its reason.

use chrono::TimeDelta;

/// From this age of use on, a token counts as frozen: the kubelet writes a new one after 48
/// minutes, or after 24 hours at the latest (`maxTTL` in Kubernetes' `pkg/kubelet/token/token_manager.go`).
pub const FROZEN_AGE: TimeDelta = TimeDelta::hours(24);

/// A holder that changes its token and never uses one past this age refreshes, though late:
/// twice [`FROZEN_AGE`], for a client that re-reads once a day.
pub const LATE_AGE: TimeDelta = TimeDelta::hours(48);

/// A holder neither accepted nor rejected for so long, to the end of the window, is gone.
pub const GONE_AFTER: TimeDelta = TimeDelta::hours(24);

/// A holder whose last accepted use lies so close before its rejection died of it.
pub const LAST_USE_BEFORE_DEATH: TimeDelta = TimeDelta::hours(24);

/// A joined rejection is current if it lies within this time before the end of the window.
pub const REJECTION_IS_CURRENT: TimeDelta = TimeDelta::hours(24);

/// A holder that is rejected before its time counts as rejected only if it used its token at
/// least at this age. Below, it may have read a new one: it is accepted then without leaving a
/// mark, and the rejections are somebody else's. A day would miss what a cluster that cuts
/// lifetimes at 24 h rejects; no client that refreshes is known to take longer than half a day.
pub const EARLY_REJECTION_AGE: TimeDelta = TimeDelta::hours(12);

/// A token is accepted for 60 s past its end, and the authentication cache adds 10 s
/// (65.7 s measured; leeway of `go-jose`'s claims validation).
pub const ACCEPTED_PAST_END: TimeDelta = TimeDelta::seconds(75);

/// A holder that was accepted past the end of its token and then stays silent for so long was
/// rejected later than assumed. Watches, the rarest requests of a live client, are renewed
/// within the hour (`--min-request-timeout` 1800 s, doubled at random).
pub const SILENCE: TimeDelta = TimeDelta::hours(1);
