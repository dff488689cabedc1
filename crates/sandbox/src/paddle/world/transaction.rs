//! A transaction as it is written: its lines and its totals.

pub mod paying;

use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::{Buyer, rounded};
use super::catalog::Price;
use super::discounts::Discount;

const MINUTE_S: i64 = 60;
/// A rate has five decimals.
const RATE_ONE: i64 = 100_000;

/// The share of a price that is billed for a part of a period. Amounts are made with the exact share, to the minute.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    minutes: i64,
    of_minutes: i64,
    pub starts_at: i64,
    pub ends_at: i64,
}

impl Share {
    pub fn whole(starts_at: i64, ends_at: i64) -> Self {
        Self { minutes: 1, of_minutes: 1, starts_at, ends_at }
    }

    /// What is left of a period.
    pub fn rest(at: i64, period: (i64, i64)) -> Self {
        let minutes = |seconds: i64| seconds / MINUTE_S;
        let (left, all) = (minutes(period.1 - at), minutes(period.1 - period.0).max(1));
        Self { minutes: left, of_minutes: all, starts_at: at, ends_at: period.1 }
    }

    pub fn nothing(at: i64) -> Self {
        Self { minutes: 0, of_minutes: 1, starts_at: at, ends_at: at }
    }

    pub fn of(&self, amount: i64) -> i64 {
        rounded(amount * self.minutes, self.of_minutes)
    }

    pub fn to_value(self) -> Value {
        let rate = match rounded(self.minutes * RATE_ONE, self.of_minutes) {
            RATE_ONE => "1".to_owned(),
            0 => "0".to_owned(),
            rate => format!("0.{rate:05}").trim_end_matches('0').to_owned(),
        };
        json!({ "rate": rate, "billing_period": period((self.starts_at, self.ends_at)) })
    }
}

/// What is billed of one price. Taken back where the quantity is negative.
#[derive(Debug, Clone)]
pub struct Line {
    pub price: Price,
    pub quantity: i64,
    /// One unit without tax.
    pub unit_minor: i64,
    pub share: Option<Share>,
    /// The line that is taken back.
    pub item_id: Option<String>,
}

impl Line {
    pub fn of(price: &Price, buyer: &Buyer, quantity: i64, share: Option<Share>) -> Self {
        let unit_minor = price.local_minor(buyer);
        Self { price: price.clone(), quantity, unit_minor, share, item_id: None }
    }
}

/// What a line comes to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Priced {
    pub unit_minor: i64,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
}

impl Priced {
    pub fn net_minor(&self) -> i64 {
        self.subtotal_minor - self.discount_minor
    }
}

pub fn price_lines(buyer: &Buyer, lines: &[Line], discount: Option<&Discount>) -> Vec<Priced> {
    let share = |line: &Line, amount: i64| line.share.map_or(amount, |share| share.of(amount));
    let subtotals: Vec<(i64, i64)> =
        lines.iter().map(|line| (line.quantity, share(line, line.unit_minor * line.quantity))).collect();
    let nothing_off = || vec![0; lines.len()];
    let off = discount.map_or_else(nothing_off, |discount| discount.of_lines(buyer.country, &subtotals));
    let priced =
        lines.iter().zip(&subtotals).zip(off).map(|((line, (_, subtotal_minor)), discount_minor)| Priced {
            unit_minor: share(line, line.unit_minor),
            subtotal_minor: *subtotal_minor,
            discount_minor,
            tax_minor: rounded((subtotal_minor - discount_minor) * buyer.tax_per_mille(), 1000),
        });
    priced.collect()
}

pub fn text(minor: i64) -> Value {
    Value::String(minor.to_string())
}

pub fn period(bounds: (i64, i64)) -> Value {
    json!({ "starts_at": instant(bounds.0), "ends_at": instant(bounds.1) })
}

fn totals(subtotal: i64, discount: i64, tax: i64) -> Value {
    json!({
        "subtotal": text(subtotal),
        "discount": text(discount),
        "tax": text(tax),
        "total": text(subtotal - discount + tax),
    })
}

fn line_value(line: &Line, priced: &Priced, id: Option<String>, buyer: &Buyer) -> Value {
    let unit_tax = rounded(priced.unit_minor * buyer.tax_per_mille(), 1000);
    let mut value = json!({
        "price_id": line.price.id,
        "quantity": line.quantity,
        "proration": line.share.map(Share::to_value),
        "tax_rate": tax_rate(buyer.tax_per_mille()),
        "unit_totals": totals(priced.unit_minor, 0, unit_tax),
        "totals": totals(priced.subtotal_minor, priced.discount_minor, priced.tax_minor),
        "product": line.price.product,
    });
    if let Some(id) = id {
        value["id"] = json!(id);
        value["item_id"] = json!(line.item_id);
    }
    value
}

fn tax_rate(per_mille: i64) -> String {
    if per_mille == 0 { "0".to_owned() } else { format!("0.{per_mille:03}").trim_end_matches('0').to_owned() }
}

fn sums(priced: &[Priced]) -> (i64, i64, i64) {
    priced.iter().fold((0, 0, 0), |sum, line| {
        (sum.0 + line.subtotal_minor, sum.1 + line.discount_minor, sum.2 + line.tax_minor)
    })
}

fn tax_rates_used(buyer: &Buyer, sums: (i64, i64, i64)) -> Value {
    json!([{ "tax_rate": tax_rate(buyer.tax_per_mille()), "totals": totals(sums.0, sums.1, sums.2) }])
}

fn whole_totals(buyer: &Buyer, sums: (i64, i64, i64), credit: i64) -> Value {
    let total = sums.0 - sums.1 + sums.2;
    let to_pay = total.max(0) - credit;
    // Tax is paid last: what credit pays is tax too, in proportion.
    let tax_to_pay = if total > 0 { rounded(sums.2 * to_pay, total) } else { 0 };
    let mut totals = totals(sums.0, sums.1, sums.2);
    totals["credit"] = text(credit);
    totals["credit_to_balance"] = text((-total).max(0));
    totals["balance"] = text(to_pay);
    totals["grand_total"] = text(to_pay);
    totals["grand_total_tax"] = text(tax_to_pay);
    totals["fee"] = Value::Null;
    totals["earnings"] = Value::Null;
    totals["currency_code"] = json!(buyer.country.currency_code);
    totals
}

/// Lines and totals of something that is not billed yet.
pub fn preview(buyer: &Buyer, lines: &[Line], discount: Option<&Discount>) -> Value {
    let priced = price_lines(buyer, lines, discount);
    let sums = sums(&priced);
    let lines: Vec<Value> =
        lines.iter().zip(&priced).map(|(line, priced)| line_value(line, priced, None, buyer)).collect();
    json!({
        "tax_rates_used": tax_rates_used(buyer, sums),
        "totals": whole_totals(buyer, sums, 0),
        "line_items": lines,
    })
}

/// What is billed at once.
#[derive(Debug, Clone)]
pub struct Bill {
    pub origin: &'static str,
    pub status: &'static str,
    pub at: i64,
    pub period: Option<(i64, i64)>,
    pub lines: Vec<Line>,
    pub subscription_id: Option<String>,
    pub discount: Option<Discount>,
    pub is_manual: bool,
}

/// Writes a bill as a transaction that is not paid yet, and uses what credit the customer has.
pub fn write(account: &mut Account, buyer: &Buyer, bill: &Bill) -> Value {
    let priced = price_lines(buyer, &bill.lines, bill.discount.as_ref());
    let sums = sums(&priced);
    let (mut lines, mut items) = (Vec::new(), Vec::new());
    for (line, priced) in bill.lines.iter().zip(&priced) {
        let id = account.next_id("txnitm", bill.at);
        lines.push(line_value(line, priced, Some(id), buyer));
        items.push(json!({
            "price": line.price.entity,
            "price_id": line.price.id,
            "quantity": line.quantity.abs(),
            "proration": line.share.map(Share::to_value),
        }));
    }
    let credit = use_credit(account, buyer, sums.0 - sums.1 + sums.2);
    let terms = json!({
        "enable_checkout": false,
        "payment_terms": { "interval": "day", "frequency": 14 },
        "purchase_order_number": "",
        "additional_information": null,
    });
    json!({
        "id": account.next_id(Kind::Transaction.prefix(), bill.at),
        "status": bill.status,
        "customer_id": buyer.customer_id,
        "address_id": buyer.address_id,
        "business_id": buyer.business_id,
        "subscription_id": bill.subscription_id,
        "custom_data": null,
        "origin": bill.origin,
        "collection_mode": if bill.is_manual { "manual" } else { "automatic" },
        "discount_id": bill.discount.as_ref().map(|discount| discount.id.as_str()),
        "invoice_id": null,
        "invoice_number": null,
        "currency_code": buyer.country.currency_code,
        "billing_details": if bill.is_manual { terms } else { Value::Null },
        "billing_period": bill.period.map(period),
        "items": items,
        "details": {
            "tax_rates_used": tax_rates_used(buyer, sums),
            "totals": whole_totals(buyer, sums, credit),
            "adjusted_totals": null,
            "payout_totals": null,
            "adjusted_payout_totals": null,
            "line_items": lines,
        },
        "payments": [],
        "checkout": { "url": null },
        "created_at": instant(bill.at),
        "updated_at": instant(bill.at),
        "billed_at": if bill.status == "billed" { json!(instant(bill.at)) } else { Value::Null },
        "revised_at": null,
    })
}

/// How much of a bill is paid by credit; what a negative one leaves over becomes credit.
fn use_credit(account: &mut Account, buyer: &Buyer, total: i64) -> i64 {
    let key = (buyer.customer_id.clone(), buyer.country.currency_code.to_owned());
    let credit = account.credit.entry(key).or_default();
    let used = credit.available_minor.min(total.max(0));
    credit.available_minor += (-total).max(0) - used;
    credit.used_minor += used;
    used
}

/// An amount that was written.
pub fn minor(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
}
