//! What is shown apart from MRR, and what is set to end.

use metrics::ledger::Apart;
use metrics::query::Dimension;
use model::Currency;

use super::{Key, Line, Lines, Period, Reference, value};

impl Reference<'_> {
    /// At the end of a period.
    pub(super) fn apart(&self, what: Apart, key: &Key, period: Period) -> i64 {
        let index = Apart::ALL.iter().position(|own| *own == what).unwrap();
        if self.query.by != Some(Dimension::Age) {
            return self.level(&self.apart[index], key, period, |_| true);
        }
        let whole = (String::new(), key.1);
        self.level(&self.apart[index], &whole, period, |line| {
            self.age(line.customer, &line.subscription, period.end_on) == key.0
        })
    }

    /// MRR of now that is set to end in a period, at today's rates.
    pub(super) fn scheduled(&self, key: &Key, period: Period) -> i64 {
        self.set_to_end(key, |line| {
            let cancels = &self.world.customers[line.customer].cancels;
            let own = cancels.iter().filter(|(id, _)| *id == line.subscription);
            own.filter(|(_, at)| *at >= self.query.now).any(|(_, at)| period.contains(at.day(self.zone)))
        })
    }

    /// What is left of MRR of now without all that is set to end. Of the running period alone.
    pub(super) fn committed(&self, key: &Key, period: Period) -> Option<i64> {
        let is_set_to_end = |line: &Line| {
            let cancels = &self.world.customers[line.customer].cancels;
            cancels.iter().any(|(id, at)| *id == line.subscription && *at >= self.query.now)
        };
        let all = self.set_to_end(key, |_| true);
        period.contains(self.today).then(|| all - self.set_to_end(key, is_set_to_end))
    }

    fn set_to_end(&self, key: &Key, counts: impl Fn(&Line) -> bool) -> i64 {
        let now = Period { start_on: self.today, end_on: self.today, is_partial: true };
        self.level(&self.lines, key, now, counts)
    }

    fn level(&self, lines: &Lines, key: &Key, period: Period, counts: impl Fn(&Line) -> bool) -> i64 {
        let on = period.end_on;
        let own = lines.iter().filter(|(line, _)| line.is_of(key, self.query.currency) && counts(line));
        let converted = |currency: Currency, minor: i64| self.worth(minor, currency, on);
        own.filter_map(|(line, days)| converted(line.currency, value(days, on))).sum()
    }
}
