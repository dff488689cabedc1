//! What a customer adds in a reporting currency whose rows are all of one subscription and one plan, as nearly
//! everybody's are: there is nothing to add up before it is converted.

use super::super::exchange::{Factor, TooLarge};
use super::super::walk::{Move, Trail};
use super::converted::{Converter, Step};
use super::{Level, Own, Shape, Tally};

impl Converter {
    /// Adds a customer that was walked, and has one line.
    pub(super) fn add_line(
        &self,
        tally: &mut Tally,
        shape: &Shape<'_>,
        trail: &Trail,
        own: Own<'_>,
    ) -> Result<(), TooLarge> {
        let Some(lane) = trail.lanes.first() else { return Ok(()) };
        let currency = shape.scope.series[lane.series as usize].currency;
        let factors = &self.factors[currency as usize * shape.levels()..][..shape.levels()];
        let levels = &mut tally.levels[shape.at_level(lane.counted, None)..][..shape.levels()];
        let cells = &mut tally.cells[shape.at_bucket(lane.counted, 0)..][..shape.span.buckets.len()];
        let is_same = shape.exchange.is_same(currency);
        let mut moves = trail.moves.as_slice();
        let mut start = At::new(lane.opening, factors[0].as_ref())?;
        levels[0].mrr += start.minor;
        levels[0].active += i64::from(start.is_above);
        levels[0].subscriptions += i64::from(start.is_above);
        let mut bucket = 0;
        loop {
            // What is worth nothing, or always the same, is next of interest when it moves.
            if start.native == 0 || is_same {
                let Some(next) = moves.first() else { break };
                let next = shape.span.bucket(next.day);
                if next > bucket {
                    start = At::new(start.native, factors[next].as_ref())?;
                    bucket = next;
                }
            }
            let Some(cell) = cells.get_mut(bucket) else { break };
            let end_on = shape.span.end_of(bucket);
            let moved = moves.iter().take_while(|one| one.day <= end_on).count();
            let (own_moves, later) = moves.split_at(moved);
            moves = later;
            let native = own_moves.last().map_or(start.native, |last| last.after);
            let end = At::new(native, factors[bucket + 1].as_ref())?;
            let step = Step::of(start, end);
            step.add_to(&mut levels[bucket + 1], cell, true);
            if step.has_churned() {
                cell.churned += 1;
                cell.involuntary += i64::from(shape.is_involuntary(own, lane.counted, bucket));
            }
            let mut kinds = 0_u8;
            for Move { day, kind, before, after, .. } in own_moves {
                let Some(factor) = shape.exchange.factor_on(currency, *day) else {
                    cell.left_out += 1;
                    continue;
                };
                let amount = factor.convert(after - before)?;
                kinds |= 1 << *kind as u8;
                cell.moved[*kind as usize] += amount;
                if kind.is_loss() && step.was_above_in_both {
                    cell.lost += amount;
                }
            }
            cell.count_kinds(kinds);
            start = end;
            bucket += 1;
        }
        if !self.is_steady[currency as usize] {
            let left_out = &mut tally.unconverted[currency as usize * shape.levels()..][..shape.levels()];
            leave_out(shape, trail, factors, left_out.iter_mut().zip(levels));
        }
        Ok(())
    }
}

/// Notes what is in no figure for want of a rate.
fn leave_out<'a>(
    shape: &Shape<'_>,
    trail: &Trail,
    factors: &[Option<Factor>],
    levels: impl Iterator<Item = (&'a mut (i64, i64), &'a mut Level)>,
) {
    let mut was_left_out = false;
    let mut native = trail.lanes.first().map_or(0, |lane| lane.opening);
    let mut moves = trail.moves.as_slice();
    for (level, (factor, (sums, of_level))) in factors.iter().zip(levels).enumerate() {
        if let Some(bucket) = level.checked_sub(1) {
            let end_on = shape.span.end_of(bucket);
            let moved = moves.iter().take_while(|one| one.day <= end_on).count();
            native = moves[..moved].last().map_or(native, |last| last.after);
            moves = &moves[moved..];
        }
        if factor.is_none() {
            sums.0 += native;
            sums.1 += i64::from(native > 0);
        }
        let is_left_out = factor.is_none() && native > 0;
        of_level.left_out += i64::from(is_left_out) - i64::from(was_left_out);
        was_left_out = is_left_out;
    }
}

/// What a line is worth at a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) native: i64,
    /// Converted; 0 without a rate.
    pub(super) minor: i64,
    pub(super) has_rate: bool,
    pub(super) is_above: bool,
}

impl At {
    #[inline]
    pub(super) fn new(native: i64, factor: Option<&Factor>) -> Result<Self, TooLarge> {
        let minor = match factor {
            Some(factor) if native != 0 => factor.convert(native)?,
            _ => 0,
        };
        let has_rate = factor.is_some();
        Ok(Self { native, minor, has_rate, is_above: has_rate && native > 0 })
    }
}
