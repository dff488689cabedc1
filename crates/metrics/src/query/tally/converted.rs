//! What one customer adds to the sums in a reporting currency.
//!
//! What has no rate on a day is in no figure of that day: neither in a sum nor in a count.

use super::super::exchange::{Factor, TooLarge};
use super::super::walk::{Range, Trail};
use super::lines::Line;
use super::{KINDS, Lines, Own, Shape, Tally};

/// Adds customers one after the other.
#[derive(Debug)]
pub(super) struct Converter {
    lines: Lines,
    /// By currency and level.
    factors: Vec<Option<Factor>>,
    /// By currency.
    is_steady: Vec<bool>,
    /// By line and level: in its own currency, and converted.
    native: Vec<i64>,
    worth: Vec<i64>,
    /// By bucket: whether what is counted was above 0 just before it and also has a rate at its end.
    was_above: Vec<bool>,
}

/// What is counted together of a customer, at two levels that follow each other.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    was_above: bool,
    is_above: bool,
    /// The same of what has a rate at both levels.
    was_above_in_both: bool,
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
        let range = Range { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        self.lines.read(own.chunk.rows(own.customer), own.country, &shape.scope, range);
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
            let came = i64::from(step.is_above) - i64::from(step.was_above);
            if bucket == 0 {
                tally.mrr[level] += step.start_minor;
                tally.active[level] += i64::from(step.was_above);
            }
            tally.mrr[level + bucket + 1] += step.end_minor - step.start_minor;
            tally.active[level + bucket + 1] += came;
            if alone.is_some() {
                if bucket == 0 {
                    tally.subscriptions[level] += i64::from(step.was_above);
                }
                tally.subscriptions[level + bucket + 1] += came;
            }
            let place = shape.at_bucket(counted, bucket);
            step.add_to(tally, place);
            if step.has_churned() {
                tally.churned[place] += 1;
                tally.involuntary[place] += i64::from(shape.is_involuntary(own, counted, bucket));
            }
            self.was_above.push(step.was_above_in_both);
        }
        if alone.is_none() {
            self.add_subscriptions(tally, shape, counted);
        }
        self.add_movements(tally, shape, trail, counted)
    }

    fn step_of_line(&self, shape: &Shape<'_>, line: usize, bucket: usize) -> Step {
        let factors = self.factors_of(shape, &self.lines.lines[line]);
        let (had_rate, has_rate) = (factors[bucket].is_some(), factors[bucket + 1].is_some());
        let from = line * shape.levels() + bucket;
        let (was_above, is_above) =
            (had_rate && self.native[from] > 0, has_rate && self.native[from + 1] > 0);
        let (start_minor, end_minor) = (self.worth[from], self.worth[from + 1]);
        Step {
            was_above,
            is_above,
            was_above_in_both: was_above && has_rate,
            is_above_in_both: is_above && had_rate,
            start_minor,
            end_minor,
            start_in_both_minor: if has_rate { start_minor } else { 0 },
            end_in_both_minor: if had_rate { end_minor } else { 0 },
        }
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
                tally.subscriptions[place] += i64::from(value > 0) - i64::from(was_above);
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
            let Some(factor) = shape.exchange.factor(currency, one.day) else { continue };
            let amount = self.lines.changed(&mut rest, lane.series, one.day, factor)?;
            let bucket = shape.span.bucket(one.day);
            let place = shape.at_bucket(counted, bucket);
            if seen.0 != bucket {
                seen = (bucket, 0);
            }
            let kind = one.kind as usize;
            tally.movers[place * KINDS + kind] += i64::from(seen.1 >> kind & 1 == 0);
            seen.1 |= 1 << kind;
            tally.moved[place * KINDS + kind] += amount;
            if one.kind.is_loss() && self.was_above[bucket] {
                tally.lost[place] += amount;
            }
        }
        Ok(())
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
    /// Adds what became of customers that were above 0 just before a bucket. Levels are made of these in the end, so
    /// only what differs from the level before is added.
    fn add_to(self, tally: &mut Tally, place: usize) {
        let start = self.start_minor;
        let (retained, kept) = if self.was_above_in_both {
            (self.end_in_both_minor, self.end_in_both_minor.min(self.start_in_both_minor))
        } else {
            (0, 0)
        };
        tally.retained[place] += retained - start;
        tally.kept[place] += kept - start;
        tally.base_mrr[place] += self.start_in_both_minor - start;
        tally.base_customers[place] += i64::from(self.was_above_in_both) - i64::from(self.was_above);
    }

    fn has_churned(self) -> bool {
        self.was_above_in_both && !self.is_above_in_both
    }
}
