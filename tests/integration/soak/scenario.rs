//! What goes wrong on one day.

use std::time::Duration;

use fastrand::Rng;
use loopback_cloudwatch::{End, Fault, Operation, When};

/// One day, as its seed has it.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) command: &'static str,
    /// After how many polls a query is complete.
    pub(super) polls: u32,
    pub(super) page_size: usize,
    pub(super) ends: Option<(When, End)>,
    pub(super) faults: Vec<(Operation, When, Fault)>,
    pub(super) timeout: Duration,
    pub(super) signal: Option<(Signal, Duration)>,
    /// Whether the output file is there already.
    pub(super) has_older: bool,
    pub(super) is_disk_full: bool,
}

/// A signal that the program gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Interrupt,
    /// A second one comes so soon that nothing can be done before it.
    InterruptTwice,
    Terminate,
    Kill,
}

impl Scenario {
    pub(super) fn of(seed: u64) -> Self {
        // Seeds that follow one another must not look alike.
        let rng = &mut Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let faults = match rng.u8(..10) {
            0 => 0,
            1..=5 => 1,
            6..=8 => 2,
            _ => 3,
        };
        Self {
            command: if rng.u8(..4) == 0 {
                "investigate"
            } else {
                "sweep"
            },
            polls: rng.u32(..4),
            page_size: if rng.u8(..3) == 0 { 7 } else { 10_000 },
            ends: (rng.u8(..6) == 0).then(|| (when(rng), end(rng))),
            faults: (0..faults).map(|_| fault(rng)).collect(),
            timeout: Duration::from_millis(rng.u64(1_000..4_000)),
            signal: (rng.u8(..5) < 2)
                .then(|| (signal(rng), Duration::from_millis(rng.u64(..1_200)))),
            has_older: rng.bool(),
            is_disk_full: rng.u8(..10) == 0,
        }
    }

    /// Whether the answer to the start of a query may be lost, so that nobody knows what runs.
    pub(super) fn loses_starts(&self) -> bool {
        self.faults.iter().any(|(operation, _, fault)| {
            let loses = matches!(
                fault,
                Fault::AnswerLost
                    | Fault::JunkBody
                    | Fault::EmptyAnswer
                    | Fault::TruncatedBody
                    | Fault::Slow(_)
            );
            *operation == Operation::StartQuery && loses
        })
    }
}

fn signal(rng: &mut Rng) -> Signal {
    match rng.u8(..10) {
        0..=3 => Signal::Interrupt,
        4 => Signal::InterruptTwice,
        5..=7 => Signal::Terminate,
        _ => Signal::Kill,
    }
}

fn when(rng: &mut Rng) -> When {
    match rng.u8(..6) {
        0..=2 => When::Nth(rng.u32(1..6)),
        3 => When::First(rng.u32(1..4)),
        4 => When::From(rng.u32(1..5)),
        _ => When::Always,
    }
}

fn end(rng: &mut Rng) -> End {
    let ends = [
        End::Failed,
        End::Cancelled,
        End::Timeout,
        End::Unknown,
        End::Never,
    ];
    ends[rng.usize(..ends.len())]
}

fn fault(rng: &mut Rng) -> (Operation, When, Fault) {
    let operation = match rng.u8(..12) {
        0..=3 => Operation::GetQueryResults,
        4..=6 => Operation::StartQuery,
        7 | 8 => Operation::StopQuery,
        9 | 10 => Operation::DescribeLogGroups,
        _ => Operation::DescribeCluster,
    };
    let pages = match operation {
        Operation::GetQueryResults => 5,
        Operation::DescribeLogGroups => 2,
        _ => 0,
    };
    let fault = match rng.u8(..14 + pages) {
        0 => Fault::Throttle,
        1 => Fault::LimitExceeded,
        2 => Fault::InternalFailure,
        3 => Fault::Unavailable,
        4 => Fault::Reset,
        5 => Fault::AnswerLost,
        6 => Fault::Hang,
        7 => Fault::Slow(Duration::from_millis(rng.u64(10..2_500))),
        8 => Fault::JunkBody,
        9 => Fault::EmptyAnswer,
        10 => Fault::TruncatedBody,
        11 => Fault::ExpiredCredentials,
        12 => Fault::UnknownCredentials,
        13 => Fault::AccessDenied,
        14 => Fault::FurtherPage,
        15 => Fault::SamePage,
        16 => Fault::RepeatedPage,
        17 => Fault::ExpiredPageToken,
        _ => Fault::StaleStatus,
    };
    (operation, when(rng), fault)
}
