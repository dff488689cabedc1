//! Alerts alone, as somebody reads them who has had all of them.

use super::super::super::account::{Alert, ExpectedMoney, Measure};
use super::*;

/// One subscription as its alerts tell it.
#[derive(Default)]
struct Told {
    values: BTreeMap<i64, i64>,
    /// Net and gross of the last regular payment: how much of a price is not tax.
    share: Option<(i64, i64)>,
    /// What modifiers add to each payment.
    extra: i64,
    /// What was beside the price on more than one payment.
    repeated: Vec<i64>,
    off: Option<(Value, bool)>,
}

struct Reader<'a> {
    world: &'a World,
    alert: &'a Alert,
}

impl Reader<'_> {
    fn text(&self, field: &str) -> &str {
        &self.alert.fields[field]
    }

    fn currency(&self) -> Currency {
        currency_of(self.text("currency"))
    }

    fn minor(&self, field: &str) -> i64 {
        minor(self.text(field), self.currency())
    }

    fn plan(&self) -> &Value {
        plan_of(self.world, self.text("subscription_plan_id").parse().unwrap())
    }

    fn a_month(&self, minor: i64) -> i64 {
        let plan = self.plan();
        a_month(minor, plan["billing_type"].as_str().unwrap(), plan["billing_period"].as_i64().unwrap())
    }

    /// Whether the plan's first payment is another than the later ones. A free trial has none.
    fn is_first_and_different(&self) -> bool {
        let plan = self.plan();
        let price = |which: &str| plan[which][self.text("currency")].as_str().unwrap().to_owned();
        let is_free = minor(&price("initial_price"), self.currency()) == 0;
        self.text("initial_payment") == "1" && price("initial_price") != price("recurring_price") && !is_free
    }

    fn coupon(&self) -> Option<(Value, bool)> {
        let code = self.alert.fields.get("coupon").filter(|code| !code.is_empty())?;
        let coupon =
            self.world.account().all(Kind::Coupon).find(|coupon| coupon["coupon"] == **code).unwrap();
        Some((coupon.clone(), coupon["is_recurring"] == true))
    }

    fn less_coupon(&self, price: i64, off: Option<&(Value, bool)>) -> i64 {
        let Some((coupon, _)) = off else { return price };
        let amount = coupon["discount_amount"].as_i64().unwrap();
        if coupon["discount_type"] == "percentage" {
            return price - (price * amount * 10 + 500) / 1000;
        }
        // The discount is in US dollars; what it is elsewhere is what was taken off.
        assert_eq!(coupon["discount_currency"], "USD");
        let per_dollar = [("USD", 100), ("EUR", 100), ("GBP", 80), ("JPY", 150), ("KRW", 1300)];
        let (_, unit) = per_dollar.iter().find(|(code, _)| *code == self.text("currency")).unwrap();
        price - amount * unit
    }

    fn modifiers(&self) -> i64 {
        let id: u64 = self.text("subscription_id").parse().unwrap();
        let own = self.world.account().all(Kind::Modifier);
        let own = own.filter(|one| one["subscription_id"] == id && one["is_recurring"] == true);
        own.map(|one| minor(one["amount"].as_str().unwrap(), self.currency())).sum()
    }

    /// What is beside the price on a payment.
    fn surplus(&self) -> Option<i64> {
        if self.alert.name() != "subscription_payment_succeeded" {
            return None;
        }
        let price = self.minor("unit_price") * self.text("quantity").parse::<i64>().unwrap();
        let net = self.minor("sale_gross") - self.minor("payment_tax");
        Some(net - self.less_coupon(price, self.coupon().as_ref()))
    }

    fn read(&self, told: &mut Told) {
        let at = self.alert.at;
        match self.alert.name() {
            "subscription_payment_succeeded" if !self.is_first_and_different() => self.paid(told),
            "subscription_updated" => {
                let instant = |field: &str| crate::paddle_classic::params::instant(self.text(field)).unwrap();
                if self.text("status") == "paused" {
                    told.values.insert(instant("paused_from"), 0);
                }
                let is_same = ["price", "quantity"]
                    .iter()
                    .all(|what| self.text(&format!("new_{what}")) == self.text(&format!("old_{what}")))
                    && self.text("subscription_plan_id") == self.text("old_subscription_plan_id");
                if is_same || self.text("status") == "trialing" {
                    return;
                }
                let off = told.off.as_ref().filter(|(_, is_recurring)| *is_recurring);
                let mut price = self.less_coupon(self.minor("new_price"), off);
                price += told.extra;
                let (net, gross) = told.share.unwrap_or((1, 1));
                told.values.insert(at, self.a_month((2 * price * net + gross) / (2 * gross)));
            }
            "subscription_cancelled" => {
                let date = self.text("cancellation_effective_date");
                let end = crate::paddle_classic::params::instant(date).unwrap();
                told.values.split_off(&end);
                told.values.insert(end, 0);
            }
            _ => {}
        }
    }

    /// A payment of the price says what the subscription is worth, and any other says nothing.
    fn paid(&self, told: &mut Told) {
        let (gross, tax) = (self.minor("sale_gross"), self.minor("payment_tax"));
        let price = self.minor("unit_price") * self.text("quantity").parse::<i64>().unwrap();
        let off = self.coupon();
        let price = self.less_coupon(price, off.as_ref());
        let extras = [0, self.modifiers()].into_iter().chain(told.repeated.clone());
        for extra in extras {
            let (candidate, net) = (price + extra, gross - tax);
            if candidate != net && candidate != gross {
                continue;
            }
            told.extra = extra;
            told.share = Some(if candidate == net { (1, 1) } else { (net, gross) });
            told.values.insert(self.alert.at, self.a_month(net));
            told.off = off;
            return;
        }
    }
}

#[test]
fn every_customer_is_worth_what_the_merchant_meant_to_somebody_who_reads_all_alerts() {
    for (seed, merchant) in
        (1..=SEEDS).flat_map(|seed| [(seed, MerchantName::Mid), (seed, MerchantName::Small)])
    {
        let world = world(merchant, seed);
        let mut alerts: Vec<&Alert> = world.account().alerts.values().collect();
        alerts.sort_by_key(|alert| (alert.at, alert.id));
        let mut told: BTreeMap<(String, String), (Currency, Told)> = BTreeMap::new();
        alerts.retain(|alert| alert.fields.contains_key("subscription_id"));
        let mut surpluses: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for alert in &alerts {
            let reader = Reader { world: &world, alert };
            let own = surpluses.entry(reader.text("subscription_id").to_owned()).or_default();
            own.extend(reader.surplus());
        }
        let is_repeated = |own: &[i64], one: &i64| own.iter().filter(|other| *other == one).count() > 1;
        for alert in alerts {
            let reader = Reader { world: &world, alert };
            let key = (reader.text("user_id").to_owned(), reader.text("subscription_id").to_owned());
            let own = &surpluses[&key.1];
            let repeated = || own.iter().copied().filter(|one| is_repeated(own, one)).collect();
            let (_, told) = told
                .entry(key)
                .or_insert_with(|| (reader.currency(), Told { repeated: repeated(), ..Told::default() }));
            reader.read(told);
        }
        let found = told.into_iter().map(|((user, _), (currency, told))| (user, currency, told.values));
        let (meant, found) = (meant(&world.account().expected), by_customer(found.collect()));
        assert!(meant.len() > 20, "{merchant:?} has customers");
        let differing = differences(&meant, &found);
        assert!(differing.is_empty(), "seed {seed}, {merchant:?}:\n{}", differing.join("\n"));
    }
}

#[test]
fn money_is_what_the_alert_of_it_says() {
    let world = world(MerchantName::Mid, 1);
    let mut read = Vec::new();
    for alert in world.account().alerts.values() {
        let reader = Reader { world: &world, alert };
        let usd = |field: &str| minor(reader.text(field), Currency::USD);
        let found = match alert.name() {
            "subscription_payment_succeeded" | "payment_succeeded" => {
                let (gross, tax) = (reader.minor("sale_gross"), reader.minor("payment_tax"));
                assert_eq!(reader.minor("earnings"), gross - tax - reader.minor("fee"));
                vec![
                    (Measure::GrossRevenue, gross - tax),
                    (Measure::PaymentsCollected, gross),
                    (Measure::Fees, usd("balance_fee")),
                    (Measure::NetCash, usd("balance_earnings")),
                ]
            }
            "subscription_payment_refunded" | "payment_refunded" => {
                let (gross, tax) = (reader.minor("gross_refund"), reader.minor("tax_refund"));
                assert_eq!(reader.minor("earnings_decrease"), gross - tax - reader.minor("fee_refund"));
                vec![
                    (Measure::Refunds, gross - tax),
                    (Measure::Fees, -usd("balance_fee_refund")),
                    (Measure::NetCash, -usd("balance_earnings_decrease")),
                ]
            }
            "subscription_payment_failed" => vec![(Measure::FailedAttempts, reader.minor("amount"))],
            "payment_dispute_created" => vec![(Measure::DisputesOpened, reader.minor("amount"))],
            "payment_dispute_closed" if reader.text("status") == "lost" => vec![
                (Measure::DisputesLost, reader.minor("amount")),
                (Measure::NetCash, -usd("balance_amount")),
            ],
            _ => Vec::new(),
        };
        read.extend(found.into_iter().map(|(measure, minor)| (alert.id, measure, minor)));
    }
    read.retain(|(_, _, minor)| *minor != 0);
    read.sort_unstable();
    let meant = world.account().expected_money.iter();
    let mut meant: Vec<_> = meant
        .map(|ExpectedMoney { alert_id, measure, amount_minor, .. }| (*alert_id, *measure, *amount_minor))
        .collect();
    meant.sort_unstable();
    assert!(read.len() > 500);
    assert_eq!(read, meant);
}
