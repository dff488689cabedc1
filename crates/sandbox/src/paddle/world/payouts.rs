//! What the provider pays out: once a month, as events alone.

use serde_json::json;

use super::super::account::Account;
use super::super::ids;
use super::money::Measure;
use crate::world::add_months;

const DAY_S: i64 = 86_400;
/// Events of payouts are numbered from here: after those of all customers.
const NUMBERED_FROM: u64 = 1 << 36;
const PAID_AFTER_DAYS: i64 = 14;

/// Each month's earnings are paid out on the 1st of the next and arrive on the 15th.
pub fn pay_out(account: &mut Account, due_at: &mut i64, opened_at: i64) {
    let day = model::Day(i32::try_from(opened_at.div_euclid(DAY_S)).unwrap_or(0)).date();
    let first = i64::from(model::Day::from(day.first_of_month()).0) * DAY_S;
    for month in 0_u64.. {
        account.begin(NUMBERED_FROM + month);
        let months = i64::try_from(month).unwrap_or(0);
        let (from, until) = (add_months(first, months), add_months(first, months + 1));
        if until > account.now.0 {
            *due_at = (*due_at).min(until);
            return;
        }
        let earned = account.expected_money.iter().filter(|money| money.measure == Measure::NetCash);
        let in_month = earned.filter(|money| (from..until).contains(&money.at.0));
        let amount: i64 = in_month.map(|money| money.amount_minor).sum();
        let id = ids::id("pay", until * 1000, account.seed, month);
        let payout = |status: &str| json!({ "id": id, "status": status, "amount": amount.to_string(), "currency_code": "USD", "remittance_reference": null });
        let (unpaid, paid) = (payout("unpaid"), payout("paid"));
        account.happen("payout", &unpaid, until, "created");
        let paid_at = until + PAID_AFTER_DAYS * DAY_S;
        if paid_at <= account.now.0 {
            account.happen("payout", &paid, paid_at, "paid");
        } else {
            *due_at = (*due_at).min(paid_at);
        }
    }
}
