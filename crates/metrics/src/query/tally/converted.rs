//! What one customer adds to the sums in a reporting currency.
//!
//! What has no rate on a day is in no figure of that day: neither in a sum nor in a count.

use smallvec::SmallVec;

use super::super::exchange::{Factor, TooLarge};
use super::super::walk::{Trail, WalkRange};
use super::lines::Line;
use super::one_line::At;
use super::{Cell, Level, Lines, Own, Shape, Tally};

/// Adds customers one after the other.
#[derive(Debug)]
pub(super) struct Converter {
    lines: Lines,
    /// By currency and level.
    pub(super) factors: Vec<Option<Factor>>,
    /// By currency.
    pub(super) is_steady: Vec<bool>,
    /// By line and level: in its own currency, and converted.
    native: Vec<i64>,
    worth: Vec<i64>,
    /// By bucket: whether what is counted was above 0 just before it and also has a rate at its end.
    was_above: Vec<bool>,
}

/// What is counted together of a customer, at two levels that follow each other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step {
    was_above: bool,
    is_above: bool,
    /// The same of what has a rate at both levels.
    pub(super) was_above_in_both: bool,
    is_above_in_both: bool,
    start_minor: i64,
    end_minor: i64,
    start_in_both_minor: i64,
    end_in_both_minor: i64,
}

impl Converter {
    pub(super) fn new(shape: &Shape<'_>) -> Self {
        let currencies = (0_u32..).take(shape.scope.currencies.len());
        let day_of = |level: usize| match level.checked_sub(1) {
            None => shape.span.first.previous(),
            Some(bucket) => shape.span.end_of(bucket),
        };
        let factors = currencies.clone().flat_map(|currency| {
            (0..shape.levels()).map(move |level| shape.exchange.factor(currency, day_of(level)))
        });
        Self {
            factors: factors.collect(),
            is_steady: currencies.map(|currency| shape.exchange.is_steady(currency)).collect(),
            lines: Lines::default(),
            native: Vec::new(),
            worth: Vec::new(),
            was_above: Vec::new(),
        }
    }

    /// Adds a customer that was walked.
    pub(super) fn add(
        &mut self,
        tally: &mut Tally,
        shape: &Shape<'_>,
        trail: &Trail,
        own: Own<'_>,
    ) -> Result<(), TooLarge> {
        let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        if own.chunk.outline(own.customer).is_one_line() {
            return self.add_line(tally, shape, trail, own);
        }
        self.lines.read_customer(own.chunk, own.customer, own.country, &shape.scope, range);
        self.value(shape)?;
        for index in 0..self.lines.lines.len() {
            let counted = self.lines.lines[index].counted;
            if self.lines.lines[..index].iter().all(|line| line.counted != counted) {
                self.count(tally, shape, trail, own, counted)?;
            }
        }
        self.leave_out(tally, shape);
        Ok(())
    }

    /// What every line is worth at every level.
    fn value(&mut self, shape: &Shape<'_>) -> Result<(), TooLarge> {
        let levels = shape.levels();
        let Lines { lines, changes } = &self.lines;
        self.native.clear();
        for line in lines {
            self.native.resize(self.native.len() + levels, line.opening);
        }
        for change in changes {
            let from = change.line as usize * levels;
            self.native[from + shape.span.bucket(change.day) + 1..from + levels].fill(change.after);
        }
        let mut worth = std::mem::take(&mut self.worth);
        worth.clear();
        for (line, native) in lines.iter().zip(self.native.chunks(levels)) {
            for (native, factor) in native.iter().zip(self.factors_of(shape, line)) {
                worth.push(match factor {
                    Some(factor) if *native != 0 => factor.convert(*native)?,
                    _ => 0,
                });
            }
        }
        self.worth = worth;
        Ok(())
    }

    fn factors_of(&self, shape: &Shape<'_>, line: &Line) -> &[Option<Factor>] {
        let currency = shape.scope.series[line.series as usize].currency as usize;
        &self.factors[currency * shape.levels()..][..shape.levels()]
    }

    fn count(
        &mut self,
        tally: &mut Tally,
        shape: &Shape<'_>,
        trail: &Trail,
        own: Own<'_>,
        counted: u32,
    ) -> Result<(), TooLarge> {
        let mut lines = self.lines.lines.iter().enumerate().filter(|(_, line)| line.counted == counted);
        let alone = lines.next().filter(|_| lines.next().is_none()).map(|(index, _)| index);
        let level = shape.at_level(counted, None);
        self.was_above.clear();
        for bucket in 0..shape.span.buckets.len() {
            let step = match alone {
                Some(index) => self.step_of_line(shape, index, bucket),
                None => self.step(shape, counted, bucket),
            };
            let place = shape.at_bucket(counted, bucket);
            if bucket == 0 {
                step.begin(&mut tally.levels[level], alone.is_some());
            }
            step.add_to(&mut tally.levels[level + bucket + 1], &mut tally.cells[place], alone.is_some());
            if step.has_churned() {
                tally.cells[place].churned += 1;
                tally.cells[place].involuntary += i64::from(shape.is_involuntary(own, counted, bucket));
            }
            self.was_above.push(step.was_above_in_both);
        }
        if alone.is_none() {
            self.add_subscriptions(tally, shape, counted);
        }
        self.mark_levels(tally, shape, counted);
        self.add_movements(tally, shape, trail, counted)
    }

    fn step_of_line(&self, shape: &Shape<'_>, line: usize, bucket: usize) -> Step {
        let factors = self.factors_of(shape, &self.lines.lines[line]);
        let at = |level: usize| {
            let place = line * shape.levels() + level;
            let (native, has_rate) = (self.native[place], factors[level].is_some());
            At { native, minor: self.worth[place], has_rate, is_above: has_rate && native > 0 }
        };
        Step::of(at(bucket), at(bucket + 1))
    }

    /// The same of several lines. Whether a customer is above 0 is asked of each currency's sum.
    fn step(&self, shape: &Shape<'_>, counted: u32, bucket: usize) -> Step {
        let mut step = Step::default();
        let lines = &self.lines.lines;
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.counted == counted) {
            let own = self.step_of_line(shape, index, bucket);
            step.start_minor += own.start_minor;
            step.end_minor += own.end_minor;
            step.start_in_both_minor += own.start_in_both_minor;
            step.end_in_both_minor += own.end_in_both_minor;
            if lines[..index].iter().any(|other| other.series == line.series) {
                continue;
            }
            let factors = self.factors_of(shape, line);
            let (had_rate, has_rate) = (factors[bucket].is_some(), factors[bucket + 1].is_some());
            let is_positive = |level: usize| {
                let of_series = lines.iter().enumerate().filter(|(_, other)| other.series == line.series);
                of_series.map(|(other, _)| self.native[other * shape.levels() + level]).sum::<i64>() > 0
            };
            let (was_above, is_above) =
                (had_rate && is_positive(bucket), has_rate && is_positive(bucket + 1));
            step.was_above |= was_above;
            step.is_above |= is_above;
            step.was_above_in_both |= was_above && has_rate;
            step.is_above_in_both |= is_above && had_rate;
        }
        step
    }

    fn add_subscriptions(&self, tally: &mut Tally, shape: &Shape<'_>, counted: u32) {
        let lines = &self.lines.lines;
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.counted == counted) {
            if lines[..index].iter().any(|other| other.is_of_subscription(line)) {
                continue;
            }
            let mut was_above = false;
            for level in 0..shape.levels() {
                let of_subscription = lines.iter().enumerate().filter(|(_, other)| {
                    other.is_of_subscription(line) && self.factors_of(shape, other)[level].is_some()
                });
                let value: i64 =
                    of_subscription.map(|(other, _)| self.native[other * shape.levels() + level]).sum();
                let place = shape.at_level(counted, None) + level;
                tally.levels[place].subscriptions += i64::from(value > 0) - i64::from(was_above);
                was_above = value > 0;
            }
        }
    }

    /// A movement is what it is in its own currency; its amount is the sum of what its lines changed by.
    fn add_movements(
        &self,
        tally: &mut Tally,
        shape: &Shape<'_>,
        trail: &Trail,
        counted: u32,
    ) -> Result<(), TooLarge> {
        let mut seen = (usize::MAX, 0_u8);
        let mut rest = self.lines.changes.as_slice();
        for one in &trail.moves {
            let lane = trail.lane_of(one);
            if lane.counted != counted {
                continue;
            }
            let currency = shape.scope.series[lane.series as usize].currency;
            let bucket = shape.span.bucket(one.day);
            let cell = &mut tally.cells[shape.at_bucket(counted, bucket)];
            let Some(factor) = shape.exchange.factor_on(currency, one.day) else {
                cell.left_out += 1;
                continue;
            };
            let amount = self.lines.changed(&mut rest, lane.series, one.day, factor)?;
            if seen.0 != bucket {
                seen = (bucket, 0);
            }
            let kind = one.kind as usize;
            cell.movers[kind] += i64::from(seen.1 >> kind & 1 == 0);
            seen.1 |= 1 << kind;
            cell.moved[kind] += amount;
            if one.kind.is_loss() && self.was_above[bucket] {
                cell.lost += amount;
            }
        }
        Ok(())
    }

    /// Counts the customer at every level at which some of what is counted has no rate.
    fn mark_levels(&self, tally: &mut Tally, shape: &Shape<'_>, counted: u32) {
        let lines = self.lines.lines.iter().enumerate().filter(|(_, line)| {
            let currency = shape.scope.series[line.series as usize].currency;
            line.counted == counted && !self.is_steady[currency as usize]
        });
        let lines: SmallVec<[(usize, &Line); 4]> = lines.collect();
        if lines.is_empty() {
            return;
        }
        let mut was_left_out = false;
        for level in 0..shape.levels() {
            let is_left_out = lines.iter().any(|(index, line)| {
                self.native[index * shape.levels() + level] != 0
                    && self.factors_of(shape, line)[level].is_none()
            });
            let place = shape.at_level(counted, None) + level;
            tally.levels[place].left_out += i64::from(is_left_out) - i64::from(was_left_out);
            was_left_out = is_left_out;
        }
    }

    /// Notes what is in no figure for want of a rate.
    fn leave_out(&self, tally: &mut Tally, shape: &Shape<'_>) {
        let lines = &self.lines.lines;
        let currency_of = |line: &Line| shape.scope.series[line.series as usize].currency;
        for (index, line) in lines.iter().enumerate() {
            let currency = currency_of(line);
            let is_known = lines[..index].iter().any(|other| currency_of(other) == currency);
            if self.is_steady[currency as usize] || is_known {
                continue;
            }
            for level in (0..shape.levels()).filter(|level| self.factors_of(shape, line)[*level].is_none()) {
                let of_currency =
                    lines.iter().enumerate().filter(|(_, other)| currency_of(other) == currency);
                let native: i64 =
                    of_currency.map(|(other, _)| self.native[other * shape.levels() + level]).sum();
                let left_out = &mut tally.unconverted[currency as usize * shape.levels() + level];
                left_out.0 += native;
                left_out.1 += i64::from(native > 0);
            }
        }
    }
}

impl Step {
    /// Of one line.
    #[inline]
    pub(super) fn of(start: At, end: At) -> Self {
        Self {
            was_above: start.is_above,
            is_above: end.is_above,
            was_above_in_both: start.is_above && end.has_rate,
            is_above_in_both: end.is_above && start.has_rate,
            start_minor: start.minor,
            end_minor: end.minor,
            start_in_both_minor: if end.has_rate { start.minor } else { 0 },
            end_in_both_minor: if start.has_rate { end.minor } else { 0 },
        }
    }

    /// Adds what there was before the first bucket.
    fn begin(self, level: &mut Level, is_one_subscription: bool) {
        level.mrr += self.start_minor;
        level.active += i64::from(self.was_above);
        level.subscriptions += i64::from(self.was_above && is_one_subscription);
    }

    /// Adds what became of it in a bucket. Levels are made of these in the end, so only what differs from the level
    /// before is added.
    #[inline]
    pub(super) fn add_to(self, level: &mut Level, cell: &mut Cell, is_one_subscription: bool) {
        let start = self.start_minor;
        let came = i64::from(self.is_above) - i64::from(self.was_above);
        level.mrr += self.end_minor - start;
        level.active += came;
        if is_one_subscription {
            level.subscriptions += came;
        }
        let (retained, kept) = if self.was_above_in_both {
            (self.end_in_both_minor, self.end_in_both_minor.min(self.start_in_both_minor))
        } else {
            (0, 0)
        };
        cell.retained += retained - start;
        cell.kept += kept - start;
        cell.base_mrr += self.start_in_both_minor - start;
        cell.end_mrr += self.end_in_both_minor - self.end_minor;
        cell.base_customers += i64::from(self.was_above_in_both) - i64::from(self.was_above);
    }

    pub(super) fn has_churned(self) -> bool {
        self.was_above_in_both && !self.is_above_in_both
    }
}
