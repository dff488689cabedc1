//! What is sold: plans, one-off products and coupons.

use model::billing::{BillingInterval, Recurrence};
use serde_json::{Map, Value, json};

use super::super::account::{Account, Kind, decimal};
use crate::MerchantName;
use crate::paddle::{COUNTRIES, Country, currency};

const FIRST_PLAN: u64 = 1001;
const FIRST_PRODUCT: u64 = 2001;
const FIRST_COUPON: u64 = 3001;

/// A plan. Amounts are cents of a US dollar; other currencies have prices of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub id: u64,
    pub name: &'static str,
    pub cycle: Recurrence,
    pub initial_cents: i64,
    pub recurring_cents: i64,
    pub trial_days: i64,
    /// The price is what is charged, with the tax inside.
    pub has_tax_inside: bool,
}

impl Plan {
    /// An amount for each interval, as a fraction a month.
    pub fn a_month(&self, minor: i64) -> (i64, i64) {
        let count = i64::from(self.cycle.interval_count);
        match self.cycle.interval {
            BillingInterval::Day => (minor * 365, 12 * count),
            BillingInterval::Week => (minor * 52, 12 * count),
            BillingInterval::Month => (minor, count),
            BillingInterval::Year => (minor, 12 * count),
        }
    }

    fn row(&self) -> Value {
        let billing_type = match self.cycle.interval {
            BillingInterval::Day => "day",
            BillingInterval::Week => "week",
            BillingInterval::Month => "month",
            BillingInterval::Year => "year",
        };
        json!({
            "id": self.id,
            "name": self.name,
            "billing_type": billing_type,
            "billing_period": self.cycle.interval_count,
            "initial_price": prices(self.initial_cents),
            "recurring_price": prices(self.recurring_cents),
            "trial_days": self.trial_days,
        })
    }
}

fn prices(cents: i64) -> Value {
    let in_country = |country: &Country| {
        let currency = currency(country.currency_code);
        (country.currency_code.to_owned(), decimal(country.local_minor(cents), currency).into())
    };
    Value::Object(COUNTRIES.iter().map(in_country).collect::<Map<_, _>>())
}

/// Something that is sold once.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    pub id: u64,
    pub name: &'static str,
    pub cents: i64,
}

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    PerMille(i64),
    /// Cents of a US dollar.
    Flat(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupon {
    pub code: &'static str,
    pub off: Off,
    /// It is taken off every payment, and not only the first.
    pub is_recurring: bool,
}

/// All of it.
#[derive(Debug)]
pub struct Catalog {
    pub basic: Plan,
    pub pro: Plan,
    pub basic_yearly: Plan,
    /// Its first payment is dearer.
    pub with_setup: Plan,
    /// Its first payment is cheaper.
    pub with_offer: Plan,
    pub trial: Plan,
    /// Its trial costs something.
    pub paid_trial: Plan,
    pub quarterly: Plan,
    pub weekly: Plan,
    /// With the tax inside.
    pub solo: Plan,
    pub book: Product,
    pub always_fifth_off: Coupon,
    pub five_off_once: Coupon,
    pub always_three_off: Coupon,
    pub expired: Coupon,
    is_wide: bool,
}

const fn every(interval: BillingInterval, interval_count: u32) -> Recurrence {
    Recurrence { interval, interval_count, is_metered: false }
}

const fn plan(place: u64, name: &'static str, cycle: Recurrence, cents: i64) -> Plan {
    Plan {
        id: FIRST_PLAN + place,
        name,
        cycle,
        initial_cents: cents,
        recurring_cents: cents,
        trial_days: 0,
        has_tax_inside: false,
    }
}

impl Catalog {
    pub fn new(merchant: MerchantName) -> Self {
        let monthly = every(BillingInterval::Month, 1);
        Self {
            basic: plan(0, "Basic", monthly, 2000),
            pro: plan(1, "Pro", monthly, 4999),
            basic_yearly: plan(2, "Basic, yearly", every(BillingInterval::Year, 1), 20_000),
            with_setup: Plan { initial_cents: 7000, ..plan(3, "Basic with setup", monthly, 2000) },
            with_offer: Plan { initial_cents: 100, ..plan(4, "Basic, first month for 1", monthly, 2000) },
            trial: Plan { initial_cents: 0, trial_days: 14, ..plan(5, "Basic after a trial", monthly, 2000) },
            paid_trial: Plan {
                initial_cents: 200,
                trial_days: 7,
                ..plan(9, "Basic after a paid trial", monthly, 2000)
            },
            quarterly: plan(6, "Basic, quarterly", every(BillingInterval::Month, 3), 5500),
            weekly: plan(7, "Basic, weekly", every(BillingInterval::Week, 1), 600),
            solo: Plan { has_tax_inside: true, ..plan(8, "Solo, tax included", monthly, 1190) },
            book: Product { id: FIRST_PRODUCT, name: "The book", cents: 3900 },
            always_fifth_off: Coupon { code: "FIFTH-OFF", off: Off::PerMille(200), is_recurring: true },
            five_off_once: Coupon { code: "WELCOME-5", off: Off::Flat(500), is_recurring: false },
            always_three_off: Coupon { code: "THREE-OFF", off: Off::Flat(300), is_recurring: true },
            expired: Coupon { code: "SPRING-2019", off: Off::PerMille(500), is_recurring: false },
            is_wide: merchant == MerchantName::Mid,
        }
    }

    /// Everything that the merchant sells, as rows.
    pub fn open(&self, account: &mut Account) {
        let simple = [self.basic, self.basic_yearly];
        let wide = [
            self.pro,
            self.with_setup,
            self.with_offer,
            self.trial,
            self.paid_trial,
            self.quarterly,
            self.weekly,
            self.solo,
        ];
        let plans: Vec<Plan> = if self.is_wide { [&simple[..], &wide[..]].concat() } else { simple.to_vec() };
        for plan in &plans {
            account.put(Kind::Plan, plan.id, plan.row());
        }
        if !self.is_wide {
            return;
        }
        account.put(Kind::Product, self.book.id, product(&self.book));
        let ids: Vec<u64> = plans.iter().map(|plan| plan.id).chain([self.book.id]).collect();
        let coupons = [
            (self.always_fifth_off, json!(null), json!(null)),
            (self.five_off_once, json!(100), json!(null)),
            (self.always_three_off, json!(null), json!(null)),
            (self.expired, json!(null), json!("2019-06-30 00:00:00")),
        ];
        for (place, (coupon, allowed_uses, expires)) in (0..).zip(coupons) {
            let (kind, amount, of) = match coupon.off {
                Off::PerMille(share) => ("percentage", share / 10, Value::Null),
                Off::Flat(cents) => ("flat", cents / 100, json!("USD")),
            };
            let row = json!({
                "coupon": coupon.code,
                "description": format!("{} off", coupon.code),
                "discount_type": kind,
                "discount_amount": amount,
                "discount_currency": of,
                "allowed_uses": allowed_uses,
                "times_used": 0,
                "is_recurring": coupon.is_recurring,
                "expires": expires,
                "product_ids": ids,
            });
            account.put(Kind::Coupon, FIRST_COUPON + place, row);
        }
    }
}

fn product(product: &Product) -> Value {
    json!({
        "id": product.id,
        "name": product.name,
        "description": null,
        "base_price": product.cents / 100,
        "sale_price": null,
        "screenshots": [],
        "icon": "https://static.paddle.com/assets/images/checkout/default_product_icon.png",
        "currency": "USD",
    })
}
