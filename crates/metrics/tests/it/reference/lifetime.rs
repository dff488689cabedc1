//! The mean of the monthly customer churn rates of the last three full months.

use jiff::ToSpan;
use model::Day;
use rust_decimal::Decimal;

use super::{Key, Period, Reference, share};

impl Reference<'_> {
    /// `None` where that is 0, or a month had no customers to lose.
    pub(super) fn mean_churn(&self, key: &Key, period: Period) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        for month in self.full_months(period.end_on) {
            sum += self.churn_rate(key, month)?;
        }
        (!sum.is_zero()).then(|| sum / Decimal::from(3))
    }

    fn churn_rate(&self, key: &Key, month: Period) -> Option<Decimal> {
        let known = (key.clone(), month.start_on);
        if let Some(rate) = self.churn_rates.borrow().get(&known) {
            return *rate;
        }
        let expected = self.expected(key, month);
        let rate = share(expected.churned, expected.base_customers);
        self.churn_rates.borrow_mut().insert(known, rate);
        rate
    }

    /// The last three months that were over at the end of a day.
    fn full_months(&self, end_on: Day) -> [Period; 3] {
        // Today is not over.
        let last = if end_on >= self.today { self.today.previous() } else { end_on };
        let after = last.next().date().first_of_month();
        [3, 2, 1].map(|back| {
            let start = after.saturating_sub(back.months());
            let end_on = Day::from(start.saturating_add(1.month())).previous();
            Period { start_on: Day::from(start), end_on, is_partial: false }
        })
    }
}
