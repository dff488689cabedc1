//! What one customer adds to the sums where every currency stays as it is.

use smallvec::SmallVec;

use super::super::scope::LEFT_OUT;
use super::super::walk::{Lane, Trail};
use super::{Own, Shape, Tally};

/// A subscription of a customer that has several.
struct SubscriptionLane {
    counted: u32,
    subscription: u32,
    value: i64,
    /// Where the value last changed; `None` is before the range.
    bucket: Option<usize>,
    was_above: bool,
}

impl Tally {
    /// Adds a customer that was walked.
    pub(super) fn add(&mut self, shape: &Shape<'_>, trail: &Trail, own: Own<'_>) {
        let has_one_subscription = own.chunk.subscriptions(own.customer).len() == 1;
        // Every series is counted by itself.
        for lane in 0..trail.lanes.len() {
            self.count(shape, trail, lane, own, has_one_subscription);
        }
        if !has_one_subscription {
            self.add_subscriptions(shape, own);
        }
    }

    fn count(
        &mut self,
        shape: &Shape<'_>,
        trail: &Trail,
        lane: usize,
        own: Own<'_>,
        has_one_subscription: bool,
    ) {
        let Lane { counted, opening, .. } = trail.lanes[lane];
        let levels = &mut self.levels[shape.at_level(counted, None)..][..shape.levels()];
        let cells = &mut self.cells[shape.at_bucket(counted, 0)..][..shape.span.buckets.len()];
        let mut change = |level: usize, minor: i64, customers: i64| {
            levels[level].mrr += minor;
            levels[level].active += customers;
            if has_one_subscription {
                levels[level].subscriptions += customers;
            }
        };
        let (mut was_above, mut start) = (opening > 0, opening);
        change(0, opening, i64::from(was_above));
        let mut moves = trail.moves.iter().filter(|one| one.lane as usize == lane).peekable();
        while let Some(first) = moves.peek() {
            let bucket = shape.span.bucket(first.day);
            let (cell, end_on) = (&mut cells[bucket], shape.span.end_of(bucket));
            let mut end = start;
            let mut kinds = 0_u8;
            while let Some(one) = moves.next_if(|one| one.day <= end_on) {
                end = one.after;
                kinds |= 1 << one.kind as u8;
                let moved = one.after - one.before;
                cell.moved[one.kind as usize] += moved;
                if was_above && one.kind.is_loss() {
                    cell.lost += moved;
                }
            }
            cell.count_kinds(kinds);
            let is_above = end > 0;
            change(bucket + 1, end - start, i64::from(is_above) - i64::from(was_above));
            // Those that do not move keep what they had, so only what differs is added.
            if was_above && !is_above {
                cell.churned += 1;
                cell.involuntary += i64::from(shape.is_involuntary(own, counted, bucket));
            }
            cell.retained += if was_above { end - start } else { -start };
            cell.kept += if was_above { end.min(start) - start } else { -start };
            was_above = is_above;
            start = end;
        }
    }

    /// Counts the subscriptions of a customer that has several.
    fn add_subscriptions(&mut self, shape: &Shape<'_>, own: Own<'_>) {
        let span = shape.span;
        let rows = own.chunk.rows(own.customer);
        let mut lanes: SmallVec<[SubscriptionLane; 8]> = SmallVec::new();
        for row in 0..rows.days.len() {
            let day = rows.days[row];
            if day > span.last || rows.at[row] > span.now.0 {
                break;
            }
            let target = shape.scope.target(rows.plan[row], own.country);
            if target.series == LEFT_OUT {
                continue;
            }
            let lane = subscription_lane(&mut lanes, target.counted, rows.subscription[row]);
            let bucket = (day >= span.first).then(|| span.bucket(day));
            if lane.bucket != bucket {
                self.settle(shape, lane);
                lane.bucket = bucket;
            }
            lane.value += rows.delta_minor[row];
        }
        lanes.iter_mut().for_each(|lane| self.settle(shape, lane));
    }

    /// Counts what a subscription has become by the end of a bucket.
    fn settle(&mut self, shape: &Shape<'_>, lane: &mut SubscriptionLane) {
        let is_above = lane.value > 0;
        let place = shape.at_level(lane.counted, lane.bucket);
        self.levels[place].subscriptions += i64::from(is_above) - i64::from(lane.was_above);
        lane.was_above = is_above;
    }
}

fn subscription_lane(
    lanes: &mut SmallVec<[SubscriptionLane; 8]>,
    counted: u32,
    subscription: u32,
) -> &mut SubscriptionLane {
    let is_it = |lane: &SubscriptionLane| lane.counted == counted && lane.subscription == subscription;
    let index = lanes.iter().position(is_it).unwrap_or_else(|| {
        lanes.push(SubscriptionLane { counted, subscription, value: 0, bucket: None, was_above: false });
        lanes.len() - 1
    });
    &mut lanes[index]
}
