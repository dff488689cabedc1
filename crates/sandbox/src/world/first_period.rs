//! Subscriptions whose first whole period does not begin with them: backdated ones, and those with an anchor ahead
//! ("Set the subscription billing renewal date" and "Backdating subscriptions" in Stripe's documentation).

use super::calendar;
use super::proration::ProratedTime;
use super::scheduled::Scheduled;
use super::simulated::World;
use super::subscribing::FirstPeriod;

impl World {
    /// Asks for the time up to the anchor. It waits for the first invoice.
    pub(super) fn begin_before_anchor(&mut self, number: u32, first: FirstPeriod) {
        let (now, state) = (self.now, &self.subscriptions[number as usize]);
        let stretches = match state.is_flexible {
            true => self.by_period(number, first),
            false if first.from < now => vec![self.in_one_line(number, first)],
            false => vec![self.rest_before(number, first)],
        };
        for stretch in stretches {
            for index in 0..self.subscriptions[number as usize].items.len() {
                self.ask_for_rest(number, index, stretch);
            }
        }
        if first.anchor > now {
            let state = self.subscription(number);
            (state.anchor, state.cycle, state.period) = (first.anchor, -1, (first.from, first.anchor));
            self.schedule(first.anchor, Scheduled::PeriodEnds { subscription: number, at: first.anchor });
        }
        self.saw(match (first.from < now, first.anchor > now) {
            (true, false) => "backdated",
            (true, true) => "backdated, anchor ahead",
            (false, _) => "first period up to an anchor",
        });
    }

    /// The rest of the period that the anchor ends.
    fn rest_before(&self, number: u32, first: FirstPeriod) -> ProratedTime {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let whole_s = first.anchor - calendar::after(first.anchor, recurrence, -1);
        ProratedTime { period: (first.from, first.anchor), part_s: first.anchor - first.from, whole_s }
    }

    /// Whole periods counted from the start, and the part of the one that the anchor cuts.
    fn in_one_line(&self, number: u32, first: FirstPeriod) -> ProratedTime {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let after = |periods| calendar::after(first.from, recurrence, periods);
        let mut periods = 0;
        while after(periods + 1) <= first.anchor {
            periods += 1;
        }
        let (last, whole_s) = (after(periods), after(periods + 1) - after(periods));
        ProratedTime {
            period: (first.from, first.anchor),
            part_s: periods * whole_s + first.anchor - last,
            whole_s,
        }
    }

    /// A line for each period, counted back from the anchor.
    fn by_period(&self, number: u32, first: FirstPeriod) -> Vec<ProratedTime> {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let before = |periods: i64| calendar::after(first.anchor, recurrence, -periods);
        let mut stretches = Vec::new();
        let mut periods = 0;
        while before(periods) > first.from {
            let (whole_from, to) = (before(periods + 1), before(periods));
            let from = whole_from.max(first.from);
            stretches.push(ProratedTime { period: (from, to), part_s: to - from, whole_s: to - whole_from });
            periods += 1;
        }
        stretches.reverse();
        stretches
    }
}
