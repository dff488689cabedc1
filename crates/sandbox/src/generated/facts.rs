//! What is so about each customer, from the seed and the customer's number alone.

use crate::chance::mix;

/// Name, monthly price in cents, and whether it is sold by the seat. A year costs ten months.
pub const PLANS: [(&str, i64, bool); 4] =
    [("Starter", 1_900, false), ("Team", 4_900, false), ("Seats", 1_200, true), ("Scale", 24_900, false)];

const SECONDS_BILLED: u64 = 28 * 86_400;

/// The seed and the sizes.
pub struct Facts {
    pub seed: u64,
    pub customers: u32,
    /// Months in which customers sign up.
    pub months: usize,
}

impl Facts {
    fn chance(&self, customer: u32, about: u64) -> u64 {
        mix(self.seed, u64::from(customer), about)
    }

    /// The first customer of those who signed up in a month or later.
    pub fn first_of_month(&self, month: usize) -> u32 {
        let share = u64::from(self.customers) * month.min(self.months) as u64 / self.months as u64;
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// Customers are numbered as they signed up.
    pub fn signup_month(&self, customer: u32) -> usize {
        let guess = u64::from(customer) * self.months as u64 / u64::from(self.customers.max(1));
        let mut month = usize::try_from(guess).unwrap_or(0);
        while self.first_of_month(month + 1) <= customer && month + 1 < self.months {
            month += 1;
        }
        month
    }

    /// Seconds into each month at which the customer is billed, on days 1 to 28. Grows with the number among those
    /// who signed up in the same month, so that numbers are in the order of signing up.
    pub fn billing_offset(&self, customer: u32) -> i64 {
        let month = self.signup_month(customer);
        let first = self.first_of_month(month);
        let size = u64::from(self.first_of_month(month + 1) - first).max(1);
        let slot = SECONDS_BILLED / size;
        let jitter = if slot > 1 { self.chance(customer, 1) % slot } else { 0 };
        let offset = u64::from(customer - first) * SECONDS_BILLED / size + jitter;
        i64::try_from(offset.min(SECONDS_BILLED - 1)).unwrap_or(0)
    }

    /// A number that a customer's name and country are taken from.
    pub fn look(&self, customer: u32) -> u64 {
        self.chance(customer, 9)
    }

    /// 1 or, for one in eight, 12.
    pub fn interval_months(&self, customer: u32) -> usize {
        if self.chance(customer, 2).is_multiple_of(8) { 12 } else { 1 }
    }

    pub fn quantity(&self, customer: u32) -> i64 {
        let (_, _, is_by_seat) = PLANS[self.first_plan(customer)];
        if is_by_seat { 1 + i64::try_from(self.chance(customer, 3) % 20).unwrap_or(0) } else { 1 }
    }

    fn first_plan(&self, customer: u32) -> usize {
        [0, 0, 0, 1, 1, 2, 2, 3][(self.chance(customer, 4) % 8) as usize]
    }

    /// The billing at which about three in eight leave.
    pub fn churn_month(&self, customer: u32) -> Option<usize> {
        if self.chance(customer, 5) % 8 >= 3 {
            return None;
        }
        let interval = self.interval_months(customer);
        let terms =
            if interval == 1 { 1 + self.chance(customer, 6) % 24 } else { 1 + self.chance(customer, 6) % 2 };
        Some(self.signup_month(customer) + usize::try_from(terms).unwrap_or(1) * interval)
    }

    /// The billing from which one in eight of the cheapest monthly plan are on the next one.
    pub fn upgrade_month(&self, customer: u32) -> Option<usize> {
        let may = self.interval_months(customer) == 1 && self.first_plan(customer) == 0;
        if !may || !self.chance(customer, 7).is_multiple_of(8) {
            return None;
        }
        let month =
            self.signup_month(customer) + 2 + usize::try_from(self.chance(customer, 8) % 9).unwrap_or(0);
        self.churn_month(customer).is_none_or(|churn| month < churn).then_some(month)
    }

    /// The plan of the invoice of that month.
    pub fn plan_in(&self, customer: u32, month: usize) -> usize {
        let plan = self.first_plan(customer);
        let is_upgraded = self.upgrade_month(customer).is_some_and(|upgrade| month >= upgrade);
        if is_upgraded { plan + 1 } else { plan }
    }

    /// The price of one unit for one interval, in cents.
    pub fn unit_amount(&self, customer: u32, month: usize) -> i64 {
        let (_, monthly, _) = PLANS[self.plan_in(customer, month)];
        if self.interval_months(customer) == 12 { monthly * 10 } else { monthly }
    }

    /// What an invoice of that month bills, in cents.
    pub fn amount(&self, customer: u32, month: usize) -> i64 {
        self.unit_amount(customer, month) * self.quantity(customer)
    }

    /// What the customer is worth a month from that month's billing on, in cents, half a cent rounded up.
    pub fn monthly_value(&self, customer: u32, month: usize) -> i64 {
        let months = i64::try_from(self.interval_months(customer)).unwrap_or(1);
        (2 * self.amount(customer, month) + months) / (2 * months)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: i64 = 31 * 86_400;

    #[test]
    fn numbers_are_in_the_order_of_signing_up() {
        for customers in [1, 7, 36, 5_000] {
            let facts = Facts { seed: 3, customers, months: 36 };
            let signups: Vec<i64> = (0..customers)
                .map(|n| facts.signup_month(n) as i64 * MONTH + facts.billing_offset(n))
                .collect();
            assert!(signups.is_sorted(), "{customers}");
            assert!((0..customers).all(|n| facts.billing_offset(n) < 28 * 86_400));
        }
    }

    #[test]
    fn everybody_signs_up_in_some_month() {
        let facts = Facts { seed: 3, customers: 100, months: 36 };
        assert_eq!((facts.signup_month(0), facts.signup_month(99)), (0, 35));
        for customer in 0..100 {
            let month = facts.signup_month(customer);
            assert!((facts.first_of_month(month)..facts.first_of_month(month + 1)).contains(&customer));
        }
    }

    #[test]
    fn a_year_is_worth_a_twelfth_a_month() {
        let facts = Facts { seed: 3, customers: 500, months: 36 };
        let yearly = (0..500).find(|n| facts.interval_months(*n) == 12 && facts.plan_in(*n, 0) == 0).unwrap();
        assert_eq!((facts.amount(yearly, 0), facts.monthly_value(yearly, 0)), (19_000, 1_583));
    }
}
