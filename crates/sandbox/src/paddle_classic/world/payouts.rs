//! What Paddle pays to the seller. These alerts belong to no customer and no subscription.

use super::super::account::{Account, Alert, Measure, decimal, instant};
use super::DAY_S;
use super::intended::midnight;
use crate::world::add_months;

const PAID_AFTER_DAYS: i64 = 14;

/// Each month's earnings are paid out on the 1st of the next and arrive on the 15th. `number` is one that no customer has.
pub fn pay_out(account: &mut Account, due_at: &mut i64, opened_at: i64, number: u64) {
    let mut written = Account::new(account.seed, account.now);
    written.begin(number);
    let day = model::Day(i32::try_from(opened_at.div_euclid(DAY_S)).unwrap_or(0)).date();
    let first = midnight(i64::from(model::Day::from(day.first_of_month()).0) * DAY_S);
    for month in 0_i64.. {
        let (from, until) = (add_months(first, month), add_months(first, month + 1));
        if until > account.now.0 {
            *due_at = (*due_at).min(until);
            break;
        }
        let earned = account.expected_money.iter().filter(|money| money.measure == Measure::NetCash);
        let in_month = earned.filter(|money| (from..until).contains(&money.at.0));
        let cents: i64 = in_month.map(|money| money.amount_minor).sum();
        let payout = written.next_number();
        transfer(&mut written, until, "transfer_created", "unpaid", payout, cents);
        let paid_at = until + PAID_AFTER_DAYS * DAY_S;
        if paid_at <= account.now.0 {
            transfer(&mut written, paid_at, "transfer_paid", "paid", payout, cents);
        } else {
            *due_at = (*due_at).min(paid_at);
        }
    }
    account.take_over(number, written);
}

fn transfer(account: &mut Account, at: i64, name: &str, status: &str, payout: u64, cents: i64) {
    let id = account.next_number();
    let fields = [
        ("alert_id", id.to_string()),
        ("alert_name", name.to_owned()),
        ("amount", decimal(cents, model::Currency::USD)),
        ("currency", "USD".to_owned()),
        ("event_time", instant(at)),
        ("payout_id", payout.to_string()),
        ("status", status.to_owned()),
    ];
    let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    account.alerts.insert(id, Alert { id, at, fields });
}
