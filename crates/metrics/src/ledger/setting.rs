//! What the rules say of a subscription: from an instant on, a price of it is worth so much, and why.

use model::{Currency, PriceId, UnixSeconds};

use super::Cause;
use super::entry::Entry;

/// A price of the subscription in a currency.
pub(super) type Track<'a> = (&'a PriceId, Currency);

/// What a rule says: from `at` on, `value_minor`.
#[derive(Debug, Clone)]
pub(super) struct Setting<'a> {
    pub at: UnixSeconds,
    pub track: Track<'a>,
    pub strength: Strength,
    pub value_minor: i64,
    pub cause: Cause,
}

/// At one instant the stronger rule wins: a change made within a period was made after the period was billed, and what
/// gives way to it gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    Zero,
    Period,
    Change,
    GivesWay,
}

pub(super) fn track_of<'a>(entry: &Entry<'a>) -> Track<'a> {
    (entry.price_id(), entry.line.currency)
}

/// From then on nothing.
pub(super) fn zero<'a>(at: UnixSeconds, track: Track<'a>, cause: Cause) -> Setting<'a> {
    Setting { at, track, strength: Strength::Zero, value_minor: 0, cause }
}
