//! Discounts, and what they take off the lines of a bill.

use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::{Country, rounded};

/// How much is taken off.
#[derive(Debug, Clone, Copy)]
pub enum Off {
    PerMille(i64),
    /// In cents of a US dollar, from the whole bill.
    Flat(i64),
    /// The same, from each unit.
    FlatPerSeat(i64),
}

#[derive(Debug, Clone)]
pub struct Discount {
    pub id: String,
    pub off: Off,
    pub recurs: bool,
    /// How many bills it is on; `None`: all.
    pub intervals: Option<i64>,
}

impl Discount {
    pub fn make(
        account: &mut Account,
        at: i64,
        code: Option<&str>,
        off: Off,
        recurs: bool,
        intervals: Option<i64>,
    ) -> Self {
        let id = account.next_id(Kind::Discount.prefix(), at);
        let (kind, amount, currency) = match off {
            Off::PerMille(share) => ("percentage", (share / 10).to_string(), Value::Null),
            Off::Flat(cents) => ("flat", cents.to_string(), json!("USD")),
            Off::FlatPerSeat(cents) => ("flat_per_seat", cents.to_string(), json!("USD")),
        };
        let discount = json!({
            "id": id,
            "status": "active",
            "description": code.unwrap_or("Agreed with the customer"),
            "enabled_for_checkout": code.is_some(),
            "code": code,
            "type": kind,
            "mode": if code.is_some() { "standard" } else { "custom" },
            "amount": amount,
            "currency_code": currency,
            "recur": recurs,
            "maximum_recurring_intervals": intervals,
            "usage_limit": null,
            "restrict_to": null,
            "expires_at": null,
            "times_used": 0,
            "discount_group_id": null,
            "custom_data": null,
            "import_meta": null,
            "created_at": instant(at),
            "updated_at": instant(at),
        });
        account.put(Kind::Discount, discount, at, "created");
        Self { id, off, recurs, intervals }
    }

    /// What it takes off each line, of which quantity and subtotal are given. Nothing off what is given back by a flat one.
    pub fn of_lines(&self, country: &Country, lines: &[(i64, i64)]) -> Vec<i64> {
        match self.off {
            Off::PerMille(share) => lines.iter().map(|(_, net)| rounded(net * share, 1000)).collect(),
            Off::FlatPerSeat(cents) => lines
                .iter()
                .map(|(quantity, net)| (country.local_minor(cents) * quantity).clamp(0, (*net).max(0)))
                .collect(),
            Off::Flat(cents) => {
                let whole: i64 = lines.iter().map(|(_, net)| (*net).max(0)).sum();
                let off = country.local_minor(cents).min(whole);
                let (mut before, mut spread) = (0, 0);
                lines
                    .iter()
                    .map(|(_, net)| {
                        before += (*net).max(0);
                        let until_here = rounded(off * before, whole.max(1));
                        let share = until_here - spread;
                        spread = until_here;
                        share
                    })
                    .collect()
            }
        }
    }
}
