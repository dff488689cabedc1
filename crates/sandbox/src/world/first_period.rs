//! Subscriptions whose first whole period does not begin with them: backdated ones, and those with an anchor ahead
//! ("Set the subscription billing renewal date" and "Backdating subscriptions" in Stripe's documentation).

use super::calendar;
use super::proration::Rest;
use super::scheduled::Scheduled;
use super::simulated::World;
use super::subscribing::Start;

impl World {
    /// Asks for the time up to the anchor. It waits for the first invoice.
    pub(super) fn begin_before_anchor(&mut self, number: u32, start: Start) {
        let (now, state) = (self.now, &self.subscriptions[number as usize]);
        let stretches = match state.is_flexible {
            true => self.by_period(number, start),
            false if start.from < now => vec![self.in_one_line(number, start)],
            false => vec![self.rest_before(number, start)],
        };
        for stretch in stretches {
            for index in 0..self.subscriptions[number as usize].items.len() {
                self.ask_for_rest(number, index, stretch);
            }
        }
        if start.anchor > now {
            let state = self.subscription(number);
            (state.anchor, state.cycle, state.period) = (start.anchor, -1, (start.from, start.anchor));
            self.schedule(start.anchor, Scheduled::PeriodEnds { subscription: number, at: start.anchor });
        }
        self.saw(match (start.from < now, start.anchor > now) {
            (true, false) => "backdated",
            (true, true) => "backdated, anchor ahead",
            (false, _) => "first period up to an anchor",
        });
    }

    /// The rest of the period that the anchor ends.
    fn rest_before(&self, number: u32, start: Start) -> Rest {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let whole_s = start.anchor - calendar::after(start.anchor, recurrence, -1);
        Rest { period: (start.from, start.anchor), part_s: start.anchor - start.from, whole_s }
    }

    /// Whole periods counted from the start, and the part of the one that the anchor cuts.
    fn in_one_line(&self, number: u32, start: Start) -> Rest {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let after = |periods| calendar::after(start.from, recurrence, periods);
        let mut periods = 0;
        while after(periods + 1) <= start.anchor {
            periods += 1;
        }
        let (last, whole_s) = (after(periods), after(periods + 1) - after(periods));
        Rest { period: (start.from, start.anchor), part_s: periods * whole_s + start.anchor - last, whole_s }
    }

    /// A line for each period, counted back from the anchor.
    fn by_period(&self, number: u32, start: Start) -> Vec<Rest> {
        let recurrence = self.subscriptions[number as usize].recurrence;
        let before = |periods: i64| calendar::after(start.anchor, recurrence, -periods);
        let mut stretches = Vec::new();
        let mut periods = 0;
        while before(periods) > start.from {
            let (whole_from, to) = (before(periods + 1), before(periods));
            let from = whole_from.max(start.from);
            stretches.push(Rest { period: (from, to), part_s: to - from, whole_s: to - whole_from });
            periods += 1;
        }
        stretches.reverse();
        stretches
    }
}
