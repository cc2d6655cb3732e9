//! The order of `sort`: the documented natural order.

use std::cmp::Ordering;

use super::record::Record;
use super::syntax::SortKey;
use super::value::Value;

/// Sorts by the keys; rows that tie stay in the order in which they are.
pub(crate) fn sort(records: &mut [Record<'_>], keys: &[SortKey]) {
    records.sort_by(|left, right| {
        keys.iter()
            .map(|key| {
                let order = natural(&left.field(&key.field), &right.field(&key.field));
                if key.descending {
                    order.reverse()
                } else {
                    order
                }
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
}

/// Absent values first, then text, then numbers. Text is compared in pieces: digits by their count and then their
/// value, everything else by code points.
pub(crate) fn natural(left: &Value, right: &Value) -> Ordering {
    match (left.number(), right.number()) {
        (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => match (left.inner_text(), right.inner_text()) {
            (Some(left), Some(right)) => pieces(&left, &right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        },
    }
}

fn pieces(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left, right);
    while !left.is_empty() && !right.is_empty() {
        let (left_piece, left_rest) = piece(left);
        let (right_piece, right_rest) = piece(right);
        let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let order = if digits(left_piece) && digits(right_piece) {
            left_piece
                .len()
                .cmp(&right_piece.len())
                .then(left_piece.cmp(right_piece))
        } else {
            left_piece.cmp(right_piece)
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.len().cmp(&right.len())
}

/// The leading run of digits or of other characters, and what follows it.
fn piece(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != digits)
        .unwrap_or(text.len());
    text.split_at(end)
}
