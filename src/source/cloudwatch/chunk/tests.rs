use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A service that holds events by group and second, cuts answers at a limit, times out above a
/// number of events, and fails at random.
#[derive(Debug)]
struct Simulated {
    events: BTreeMap<(usize, i64), Vec<u32>>,
    limit: u64,
    times_out_above: Option<u64>,
}

impl Simulated {
    fn inside(&self, chunk: &QueryChunk) -> Vec<u32> {
        self.events
            .iter()
            .filter(|((group, second), _)| {
                chunk.groups.contains(group)
                    && (chunk.span.first_second..=chunk.span.last_second).contains(second)
            })
            .flat_map(|(_, events)| events.iter().copied())
            .collect()
    }

    fn answer(&self, chunk: &QueryChunk) -> Result<Vec<u32>, Truncated> {
        let events = self.inside(chunk);
        let matched = events.len() as u64;
        if self.times_out_above.is_some_and(|most| matched > most) {
            Err(Truncated::TimedOut)
        } else if matched > self.limit {
            Err(Truncated::RowLimit {
                matched,
                limit: self.limit,
            })
        } else {
            Ok(events)
        }
    }
}

/// Everything that was read, what was said to be incomplete, and how often the service was asked.
fn read(service: &Simulated, groups: usize, span: Span) -> (Vec<u32>, Vec<QueryChunk>, usize) {
    let mut queue = ChunkQueue::new(vec![QueryChunk {
        query: 0,
        groups: (0..groups).collect(),
        span,
    }]);
    let (mut rows, mut incomplete, mut asked) = (Vec::new(), Vec::new(), 0);
    while let Some(chunk) = queue.next_chunk() {
        asked += 1;
        match service.answer(&chunk) {
            Ok(found) => rows.extend(found),
            Err(truncated) => {
                if !queue.split(&chunk, truncated) {
                    incomplete.push(chunk);
                }
            }
        }
    }
    rows.sort_unstable();
    (rows, incomplete, asked)
}

fn service(
    events: &[(usize, i64)],
    limit: u64,
    times_out_above: Option<u64>,
) -> (Simulated, Vec<u32>) {
    let mut by_second: BTreeMap<(usize, i64), Vec<u32>> = BTreeMap::new();
    for (number, place) in (0..).zip(events) {
        by_second.entry(*place).or_default().push(number);
    }
    let service = Simulated {
        events: by_second,
        limit,
        times_out_above,
    };
    (service, (0..events.len() as u32).collect())
}

proptest! {
    #[test]
    fn parts_touch_and_never_share_a_second(
        first in -1_000_000_i64..4_000_000_000,
        length in 0_i64..10_000_000,
        parts in 0_usize..100,
    ) {
        let span = Span { first_second: first, last_second: first + length };
        let cut = span.split(parts);
        prop_assert_eq!(cut[0].first_second, span.first_second);
        prop_assert_eq!(cut[cut.len() - 1].last_second, span.last_second);
        for pair in cut.windows(2) {
            prop_assert_eq!(pair[0].last_second + 1, pair[1].first_second);
        }
        let (shortest, longest) = cut.iter().map(|part| part.seconds()).fold(
            (i64::MAX, 0), |(least, most), seconds| (least.min(seconds), most.max(seconds)));
        prop_assert!(shortest >= 1 && longest - shortest <= 1);
    }

    /// Whatever the distribution of events: if no second of a group holds more than can be
    /// answered, every event is read exactly once.
    #[test]
    fn every_event_is_read_exactly_once(
        places in prop::collection::vec((0_usize..5, 0_i64..2_000), 0..300),
        crowded in prop::option::of((0_usize..5, 0_i64..2_000, 0_usize..40)),
        limit in 45_u64..200,
        times_out_above in prop::option::of(45_u64..200),
    ) {
        let mut places = places;
        if let Some((group, second, times)) = crowded {
            places.retain(|place| *place != (group, second));
            places.extend(std::iter::repeat_n((group, second), times));
        }
        let mut most: BTreeMap<(usize, i64), u64> = BTreeMap::new();
        for place in &places {
            *most.entry(*place).or_default() += 1;
        }
        prop_assume!(most.values().all(|count| *count <= 45));
        let (service, all) = service(&places, limit, times_out_above);
        let span = Span { first_second: 0, last_second: 1_999 };
        let (rows, incomplete, asked) = read(&service, 5, span);
        prop_assert_eq!(rows, all);
        prop_assert!(incomplete.is_empty());
        prop_assert!(asked < 4_000, "{} queries", asked);
    }

    /// What cannot be had is said, and nothing else is missing.
    #[test]
    fn what_is_missing_lies_in_the_slices_that_are_said_to_be_incomplete(
        places in prop::collection::vec((0_usize..3, 0_i64..30), 0..400),
        limit in 1_u64..20,
    ) {
        let (service, all) = service(&places, limit, None);
        let span = Span { first_second: 0, last_second: 29 };
        let (rows, incomplete, _) = read(&service, 3, span);
        prop_assert!(incomplete.iter().all(|chunk| chunk.span.seconds() == 1 && chunk.groups.len() == 1));
        let mut known: Vec<u32> = rows;
        known.extend(incomplete.iter().flat_map(|chunk| service.inside(chunk)));
        known.sort_unstable();
        prop_assert_eq!(known, all);
    }
}

#[test]
fn a_service_that_cannot_answer_for_one_second_is_not_asked_for_each() {
    let places: Vec<(usize, i64)> = (0..86_400).map(|second| (0, second)).collect();
    let (service, _) = service(&places, 100_000, Some(0));
    let span = Span {
        first_second: 0,
        last_second: 86_399,
    };
    let (rows, incomplete, asked) = read(&service, 1, span);
    assert!(rows.is_empty() && !incomplete.is_empty());
    assert!(asked < 50, "{asked}");
}

#[test]
fn a_full_slice_is_cut_into_as_many_parts_as_its_rows_need() {
    let chunk = QueryChunk {
        query: 0,
        groups: vec![0],
        span: Span {
            first_second: 0,
            last_second: 86_399,
        },
    };
    let parts = |matched| {
        let mut queue = ChunkQueue::default();
        let truncated = Truncated::RowLimit {
            matched,
            limit: 100_000,
        };
        assert!(queue.split(&chunk, truncated));
        queue.waiting.len()
    };
    assert_eq!(parts(0), 2);
    assert_eq!(parts(100_001), 2);
    assert_eq!(parts(1_000_000), 13);
    assert_eq!(parts(u64::MAX), 32);
}
