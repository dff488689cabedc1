//! Lists alone: one amount per payment, and what the subscription is now.

use model::billing::{BillingInterval, Recurrence};

use super::*;
use crate::paddle_classic::params::instant;
use crate::world::after;

/// How much too early a payment of the next period may be.
const EARLY_DAYS: i64 = 3;
/// Days without a payment after which nothing was paid for.
const LATE_DAYS: i64 = 14;

struct Payment {
    at: i64,
    minor: i64,
}

fn recurrence(interval: BillingInterval, interval_count: u32) -> Recurrence {
    Recurrence { interval, interval_count, is_metered: false }
}

fn cycle_of(plan: &Value) -> Recurrence {
    let interval = match plan["billing_type"].as_str().unwrap() {
        "week" => BillingInterval::Week,
        "month" => BillingInterval::Month,
        "year" => BillingInterval::Year,
        other => unreachable!("{other}"),
    };
    recurrence(interval, plan["billing_period"].as_u64().unwrap() as u32)
}

fn by_spacing(days: i64) -> Option<Recurrence> {
    match days {
        27..=32 => Some(recurrence(BillingInterval::Month, 1)),
        360..=370 => Some(recurrence(BillingInterval::Year, 1)),
        _ => None,
    }
}

fn worth(minor: i64, cycle: Recurrence) -> i64 {
    let name = match cycle.interval {
        BillingInterval::Week => "week",
        BillingInterval::Month => "month",
        _ => "year",
    };
    a_month(minor, name, i64::from(cycle.interval_count))
}

fn read(world: &World, user: &Value, payments: &[Payment]) -> BTreeMap<i64, i64> {
    let plan = plan_of(world, user["plan_id"].as_u64().unwrap());
    let now = cycle_of(plan);
    let currency = currency_of(user["last_payment"]["currency"].as_str().unwrap());
    let price = |which: &str| {
        let text = plan[which][user["last_payment"]["currency"].as_str().unwrap()].as_str().unwrap();
        minor(text, currency)
    };
    let starts_otherwise = price("initial_price") != 0 && price("initial_price") != price("recurring_price");
    let next = user["next_payment"]["date"].as_str().and_then(instant);
    let is_over = user["state"] == "deleted" || user["state"] == "paused";
    let mut values = BTreeMap::new();
    // From when periods are counted, how many there were, and which they are.
    let (mut anchor, mut periods, mut cycle, mut due) = (0, 0, now, 0);
    for (place, payment) in payments.iter().enumerate() {
        let following = payments.get(place + 1).map(|payment| payment.at).or(next);
        let days_after = following.map(|at| (at - payment.at) / DAY_S);
        let length = (after(payment.at, cycle, 1) - payment.at) / DAY_S;
        let late = LATE_DAYS.min(length / 2) * DAY_S;
        if place > 0 && payment.at < due - EARLY_DAYS.min(length / 7) * DAY_S {
            // Off the cadence: it may begin a new one, and says nothing of the value.
            let fits = |days| by_spacing(days) == Some(now) && now != cycle;
            if days_after.is_some_and(fits) || following.is_none() && now != cycle && is_over {
                (anchor, periods, cycle) = (payment.at, 1, now);
                due = after(anchor, cycle, 1);
            }
            continue;
        }
        if place > 0 && payment.at <= due + late {
            periods += 1;
        } else {
            if place > 0 {
                values.insert(due, 0);
            }
            (anchor, periods) = (payment.at, 1);
        }
        if let Some(spaced) =
            days_after.and_then(by_spacing).filter(|_| now.interval != BillingInterval::Week)
        {
            cycle = if spaced == now { now } else { spaced };
        }
        due = after(anchor, cycle, periods);
        if place > 0 || !starts_otherwise {
            values.insert(payment.at, worth(payment.minor, cycle));
        } else if plan["trial_days"].as_i64() > Some(0) {
            // What was paid was the trial.
            due = payment.at + plan["trial_days"].as_i64().unwrap() * DAY_S;
        }
    }
    if is_over && !payments.is_empty() {
        values.split_off(&due);
        values.insert(due, 0);
    }
    values
}

#[test]
fn every_customer_is_worth_what_the_lists_can_tell_to_somebody_who_has_nothing_else() {
    for (seed, merchant) in
        (1..=SEEDS).flat_map(|seed| [(seed, MerchantName::Mid), (seed, MerchantName::Small)])
    {
        let world = world(merchant, seed);
        let account = world.account();
        let mut payments: BTreeMap<u64, Vec<Payment>> = BTreeMap::new();
        for row in account.all(Kind::Payment) {
            if row["is_paid"] == 1 && row["is_one_off_charge"] == 0 {
                let currency = currency_of(row["currency"].as_str().unwrap());
                let at = instant(row["payout_date"].as_str().unwrap()).unwrap();
                let payment = Payment { at, minor: minor(&row["amount"].to_string(), currency) };
                payments.entry(row["subscription_id"].as_u64().unwrap()).or_default().push(payment);
            }
        }
        let mut found = Vec::new();
        for user in account.all(Kind::User) {
            let mut own = payments.remove(&user["subscription_id"].as_u64().unwrap()).unwrap_or_default();
            own.sort_by_key(|payment| payment.at);
            let currency = currency_of(user["last_payment"]["currency"].as_str().unwrap());
            found.push((user["user_id"].to_string(), currency, read(&world, user, &own)));
        }
        let (meant, found) = (meant(&account.expected_coarse), by_customer(found));
        assert!(meant.len() > 20, "{merchant:?} has customers");
        let differing = differences(&meant, &found);
        assert!(differing.is_empty(), "seed {seed}, {merchant:?}:\n{}", differing.join("\n"));
    }
}
