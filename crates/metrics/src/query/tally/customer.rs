//! What one customer adds to the sums.

use smallvec::SmallVec;

use super::super::MovementKind;
use super::super::scope::LEFT_OUT;
use super::super::walk::{Lane, Trail};
use super::{LOST, Shape, Tally};
use crate::columns::Chunk;

const KINDS: usize = MovementKind::ALL.len();

/// Who is counted, and within what.
#[derive(Clone, Copy)]
struct Counting {
    counted: u32,
    /// Then subscriptions come and go as the customer does.
    has_one_subscription: bool,
}

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
    pub(super) fn add(
        &mut self,
        shape: &Shape<'_>,
        trail: &mut Trail,
        chunk: &Chunk,
        customer: usize,
        country: u32,
    ) {
        for lane in &trail.lanes {
            self.opening[lane.series as usize] += lane.opening;
        }
        for one in &trail.moves {
            let cell = shape.cell(trail.lane_of(one).series, shape.slot(one.day));
            self.moved[cell + one.kind as usize] += one.after - one.before;
        }
        let has_one_subscription = chunk.subscriptions(customer).len() == 1;
        for index in 0..trail.lanes.len() {
            let counted = trail.lanes[index].counted;
            // Several currencies may be counted as one.
            if trail.lanes[..index].iter().all(|lane| lane.counted != counted) {
                self.count(shape, trail, Counting { counted, has_one_subscription });
            }
        }
        if !has_one_subscription {
            self.add_subscriptions(shape, chunk, customer, country);
        }
    }

    fn count(&mut self, shape: &Shape<'_>, trail: &mut Trail, counting: Counting) {
        let counted = counting.counted;
        let mut was_above = is_above(&trail.lanes, counted);
        self.change(shape, counting, None, i64::from(was_above));
        // Rates move several currencies against each other, so that every bucket has to be looked at.
        let is_mixed = trail.lanes.iter().filter(|lane| lane.counted == counted).count() > 1;
        let mut next_move = 0;
        let mut last = None;
        while let Some(bucket) = next_bucket(shape, trail, counted, is_mixed, last, next_move) {
            last = Some(bucket);
            trail.lanes.iter_mut().for_each(|lane| lane.start = lane.current);
            let mut kinds = 0_u8;
            while let Some(one) =
                trail.moves.get(next_move).filter(|one| shape.span.bucket(one.day) <= bucket)
            {
                next_move += 1;
                let lane = &mut trail.lanes[one.lane as usize];
                if lane.counted != counted {
                    continue;
                }
                lane.current = one.after;
                kinds |= 1 << one.kind as u8;
                if was_above && one.kind.is_loss() {
                    let cell = shape.cell(lane.series, shape.slot(one.day));
                    self.moved[cell + LOST] += one.after - one.before;
                }
            }
            let movers = shape.at_bucket(counted, bucket) * KINDS;
            for (kind, movers) in self.movers[movers..movers + KINDS].iter_mut().enumerate() {
                *movers += i64::from(kinds >> kind & 1);
            }
            let now_above = is_above(&trail.lanes, counted);
            self.change(shape, counting, Some(bucket), i64::from(now_above) - i64::from(was_above));
            if was_above {
                self.churned[shape.at_bucket(counted, bucket)] += i64::from(!now_above);
                self.retain(shape, &trail.lanes, counted, bucket);
            }
            was_above = now_above;
        }
    }

    fn change(&mut self, shape: &Shape<'_>, counting: Counting, bucket: Option<usize>, by: i64) {
        let place = shape.at_change(counting.counted, bucket);
        self.active[place] += by;
        if counting.has_one_subscription {
            self.subscriptions[place] += by;
        }
    }

    /// A customer that was above 0 before the bucket: what it was worth then, and at the end.
    fn retain(&mut self, shape: &Shape<'_>, lanes: &[Lane], counted: u32, bucket: usize) {
        let own = || lanes.iter().filter(|lane| lane.counted == counted);
        let (mut worth_start, mut worth_end) = (0, 0);
        for lane in own() {
            let (before, end) = shape.scales(lane.series, bucket);
            worth_start += i128::from(lane.start) * before;
            worth_end += i128::from(lane.current) * end;
        }
        for lane in own() {
            let retained = &mut self.retained[lane.series as usize * shape.span.buckets.len() + bucket];
            retained.start_minor += lane.start;
            retained.end_minor += lane.current;
            if worth_start <= worth_end {
                retained.kept_start_minor += lane.start;
            } else {
                retained.kept_end_minor += lane.current;
            }
        }
    }

    /// Counts the subscriptions of a customer that has several.
    fn add_subscriptions(&mut self, shape: &Shape<'_>, chunk: &Chunk, customer: usize, country: u32) {
        let span = shape.span;
        let rows = chunk.rows(customer);
        let mut lanes: SmallVec<[SubscriptionLane; 8]> = SmallVec::new();
        for row in 0..rows.days.len() {
            let day = rows.days[row];
            if day > span.last || rows.at[row] > span.now.0 {
                break;
            }
            let target = shape.scope.target(rows.plan[row], country);
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
        let place = shape.at_change(lane.counted, lane.bucket);
        self.subscriptions[place] += i64::from(is_above) - i64::from(lane.was_above);
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

/// The next bucket after `last` in which a customer may change.
fn next_bucket(
    shape: &Shape<'_>,
    trail: &Trail,
    counted: u32,
    is_mixed: bool,
    last: Option<usize>,
    next_move: usize,
) -> Option<usize> {
    if is_mixed {
        let next = last.map_or(0, |last| last + 1);
        return (next < shape.span.buckets.len()).then_some(next);
    }
    let own = trail.moves[next_move..].iter().find(|one| trail.lane_of(one).counted == counted);
    own.map(|one| shape.span.bucket(one.day))
}

fn is_above(lanes: &[Lane], counted: u32) -> bool {
    lanes.iter().any(|lane| lane.counted == counted && lane.current > 0)
}
