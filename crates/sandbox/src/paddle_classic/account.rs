//! What an account holds: rows as the lists give them, the alerts that were sent, and what the seller meant.

use std::collections::BTreeMap;

use model::{Currency, CustomerId, UnixSeconds};
use serde::Serialize;
use serde_json::{Number, Value};

use crate::chance::mix;
use crate::world::ExpectedStep;

/// How long the history of alerts goes back.
pub const ALERTS_KEPT_S: i64 = 90 * 86_400;
/// So many numbers each customer has for what belongs to it.
const NUMBERS_EACH: u64 = 10_000;

/// A list of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Plan,
    Product,
    Coupon,
    /// A subscription with its buyer.
    User,
    Payment,
    Modifier,
    Order,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Plan, Self::Product, Self::Coupon, Self::User, Self::Payment, Self::Modifier, Self::Order];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Product => "product",
            Self::Coupon => "coupon",
            Self::User => "user",
            Self::Payment => "payment",
            Self::Modifier => "modifier",
            Self::Order => "order",
        }
    }
}

/// What was posted to the seller, or would have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub id: u64,
    pub at: i64,
    /// All but the signature.
    pub fields: BTreeMap<String, String>,
}

impl Alert {
    pub fn name(&self) -> &str {
        self.fields.get("alert_name").map_or("", String::as_str)
    }
}

/// What an amount is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Payments without tax.
    GrossRevenue,
    /// Payments, tax included.
    PaymentsCollected,
    /// Refunds without tax; one of the tax alone is not a refund here.
    Refunds,
    /// Tax included.
    DisputesOpened,
    /// Tax included.
    DisputesLost,
    /// What a failed attempt asked for.
    FailedAttempts,
    /// In the currency of the balance; what is returned with a refund is below zero.
    Fees,
    /// Earnings in the currency of the balance, less what refunds and lost disputes took.
    NetCash,
}

impl Measure {
    /// As the measures of other providers are called; `None`: of the alerts alone.
    pub fn anywhere(self) -> Option<crate::Measure> {
        Some(match self {
            Self::GrossRevenue => crate::Measure::GrossRevenue,
            Self::PaymentsCollected => crate::Measure::PaymentsCollected,
            Self::Refunds => crate::Measure::Refunds,
            Self::DisputesLost => crate::Measure::Disputes,
            Self::Fees => crate::Measure::Fees,
            Self::NetCash => crate::Measure::NetCash,
            Self::DisputesOpened | Self::FailedAttempts => return None,
        })
    }
}

/// An amount that moved, and the alert that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedMoney {
    pub customer: CustomerId,
    pub currency: Currency,
    pub at: UnixSeconds,
    pub measure: Measure,
    pub amount_minor: i64,
    pub alert_id: u64,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    pub seed: u64,
    pub now: UnixSeconds,
    rows: BTreeMap<Kind, BTreeMap<u64, Value>>,
    pub alerts: BTreeMap<u64, Alert>,
    /// The history of alerts goes back to the beginning.
    pub keeps_alerts: bool,
    /// The code of a coupon by the payment it was used for.
    pub coupon_uses: BTreeMap<u64, &'static str>,
    /// As the seller knows it.
    pub expected: Vec<ExpectedStep>,
    /// As far as the lists can tell.
    pub expected_coarse: Vec<ExpectedStep>,
    pub expected_money: Vec<ExpectedMoney>,
    made: u64,
}

impl Account {
    pub fn new(seed: u64, now: UnixSeconds) -> Self {
        Self {
            seed,
            now,
            rows: BTreeMap::new(),
            alerts: BTreeMap::new(),
            keeps_alerts: false,
            coupon_uses: BTreeMap::new(),
            expected: Vec::new(),
            expected_coarse: Vec::new(),
            expected_money: Vec::new(),
            made: 0,
        }
    }

    /// Numbers what follows as that customer's: what one life makes must not depend on how far others are lived.
    pub fn begin(&mut self, customer: u64) {
        self.made = first_number(customer);
    }

    /// A number that nothing else has.
    pub fn next_number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// Hexadecimal digits that belong to a number.
    pub fn hex(&self, number: u64, salt: u64) -> String {
        format!("{:016x}", mix(self.seed, number, salt))
    }

    pub fn put(&mut self, kind: Kind, number: u64, row: Value) {
        self.rows.entry(kind).or_default().insert(number, row);
    }

    pub fn get(&self, kind: Kind, number: u64) -> Option<&Value> {
        self.rows.get(&kind)?.get(&number)
    }

    pub fn get_mut(&mut self, kind: Kind, number: u64) -> Option<&mut Value> {
        self.rows.get_mut(&kind)?.get_mut(&number)
    }

    pub fn remove(&mut self, kind: Kind, number: u64) {
        if let Some(rows) = self.rows.get_mut(&kind) {
            rows.remove(&number);
        }
    }

    /// By number.
    pub fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Value> {
        self.rows.get(&kind).into_iter().flatten().map(|(_, row)| row)
    }

    pub fn all_mut(&mut self, kind: Kind) -> impl Iterator<Item = &mut Value> {
        self.rows.get_mut(&kind).into_iter().flatten().map(|(_, row)| row)
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.rows.get(&kind).map_or(0, BTreeMap::len)
    }

    /// Alerts that the history still has, newest first.
    pub fn recent_alerts(&self) -> Vec<&Alert> {
        let since = if self.keeps_alerts { i64::MIN } else { self.now.0 - ALERTS_KEPT_S };
        let mut recent: Vec<&Alert> = self.alerts.values().filter(|alert| alert.at >= since).collect();
        recent.sort_by_key(|alert| std::cmp::Reverse((alert.at, alert.id)));
        recent
    }

    /// Takes over what a life has made, in place of all that it had made before.
    pub fn take_over(&mut self, customer: u64, life: Self) {
        let numbers = first_number(customer)..first_number(customer + 1);
        let owner = |id: &CustomerId| id.as_str().parse().is_ok_and(|id: u64| numbers.contains(&id));
        for rows in self.rows.values_mut() {
            rows.retain(|number, _| !numbers.contains(number));
        }
        for (kind, rows) in life.rows {
            self.rows.entry(kind).or_default().extend(rows);
        }
        self.alerts.retain(|number, _| !numbers.contains(number));
        self.alerts.extend(life.alerts);
        self.coupon_uses.retain(|number, _| !numbers.contains(number));
        self.coupon_uses.extend(life.coupon_uses);
        self.expected.retain(|step| !owner(&step.customer));
        self.expected.extend(life.expected);
        self.expected_coarse.retain(|step| !owner(&step.customer));
        self.expected_coarse.extend(life.expected_coarse);
        self.expected_money.retain(|money| !owner(&money.customer));
        self.expected_money.extend(life.expected_money);
    }
}

/// The number of a customer's that is its own.
pub fn first_number(customer: u64) -> u64 {
    (customer + 1) * NUMBERS_EACH
}

/// `2026-01-31 12:00:00`.
pub fn instant(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-01-31`.
pub fn day(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%Y-%m-%d").to_string()
}

/// `9.99`, with as many decimals as the currency has.
pub fn decimal(minor: i64, currency: Currency) -> String {
    let exponent = currency.exponent();
    if exponent == 0 {
        return minor.to_string();
    }
    let unit = 10_i64.pow(exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.abs() / unit, minor.abs() % unit);
    format!("{sign}{whole}.{rest:0width$}", width = exponent as usize)
}

/// 5 or 9.99: an amount as a JSON number.
pub fn number(minor: i64, currency: Currency) -> Value {
    let unit = 10_i64.pow(currency.exponent());
    if minor % unit == 0 {
        return (minor / unit).into();
    }
    // The shortest text of the nearest number is the decimal that it was read from.
    let nearest = decimal(minor, currency).parse().ok().and_then(Number::from_f64);
    nearest.map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_major_units_with_the_decimals_of_their_currency() {
        let jpy: Currency = "jpy".parse().unwrap();
        assert_eq!(decimal(500, Currency::USD), "5.00");
        assert_eq!(decimal(-5, Currency::USD), "-0.05");
        assert_eq!(decimal(500, jpy), "500");
        assert_eq!(number(500, Currency::USD).to_string(), "5");
        assert_eq!(number(990, Currency::USD).to_string(), "9.9");
        assert_eq!(number(1_999_999_999, Currency::USD).to_string(), "19999999.99");
        assert_eq!(number(500, jpy).to_string(), "500");
    }
}
