//! A transaction: its lines, its totals, and how it is paid.

use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::{Buyer, rounded};
use super::catalog::Price;

/// A rate has five decimals.
pub const RATE_ONE: i64 = 100_000;
const FEE_PER_MILLE: i64 = 50;
const FEE_CENTS: i64 = 50;

/// The share of a price that is billed for the rest of a period.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// In hundred-thousandths.
    pub rate: i64,
    pub starts_at: i64,
    pub ends_at: i64,
}

/// What is billed of one price. Taken back where the quantity is negative.
#[derive(Debug, Clone)]
pub struct Line {
    pub price: Price,
    pub quantity: i64,
    pub share: Option<Share>,
}

/// What is billed at once.
#[derive(Debug, Clone)]
pub struct Bill<'a> {
    pub origin: &'static str,
    pub at: i64,
    pub period: Option<(i64, i64)>,
    pub lines: Vec<Line>,
    pub subscription_id: Option<&'a str>,
}

fn period(bounds: (i64, i64)) -> Value {
    json!({ "starts_at": instant(bounds.0), "ends_at": instant(bounds.1) })
}

fn proration(share: &Share) -> Value {
    let rate = match share.rate {
        RATE_ONE => "1".to_owned(),
        rate => format!("0.{rate:05}").trim_end_matches('0').to_owned(),
    };
    json!({ "rate": rate, "billing_period": period((share.starts_at, share.ends_at)) })
}

/// Writes a bill as a transaction that is not paid yet, and uses what credit the customer has.
pub fn write(account: &mut Account, buyer: &Buyer, bill: &Bill<'_>, status: &str) -> Value {
    let country = buyer.country;
    let (mut subtotal, mut tax) = (0, 0);
    let (mut lines, mut items) = (Vec::new(), Vec::new());
    for line in &bill.lines {
        let rate = line.share.as_ref().map_or(RATE_ONE, |share| share.rate);
        let unit = rounded(country.local_minor(line.price.cents) * rate, RATE_ONE);
        let net = rounded(country.local_minor(line.price.cents) * line.quantity * rate, RATE_ONE);
        let line_tax = rounded(net * country.tax_per_mille, 1000);
        let unit_tax = rounded(unit * country.tax_per_mille, 1000);
        let totals = |net: i64, tax: i64| {
            json!({
                "subtotal": net.to_string(),
                "discount": "0",
                "tax": tax.to_string(),
                "total": (net + tax).to_string(),
            })
        };
        let share = line.share.as_ref().map(proration);
        lines.push(json!({
            "id": account.next_id("txnitm", bill.at),
            "item_id": null,
            "price_id": line.price.id,
            "quantity": line.quantity,
            "proration": share,
            "tax_rate": rate_of_tax(country.tax_per_mille),
            "unit_totals": totals(unit, unit_tax),
            "totals": totals(net, line_tax),
            "product": line.price.product,
        }));
        items
            .push(json!({ "price": line.price.entity, "quantity": line.quantity.abs(), "proration": share }));
        subtotal += net;
        tax += line_tax;
    }
    let total = subtotal + tax;
    let credit = use_credit(account, buyer, total);
    let grand_total = total.max(0) - credit;
    json!({
        "id": account.next_id(Kind::Transaction.prefix(), bill.at),
        "status": status,
        "customer_id": buyer.customer_id,
        "address_id": buyer.address_id,
        "business_id": null,
        "subscription_id": bill.subscription_id,
        "custom_data": null,
        "origin": bill.origin,
        "collection_mode": "automatic",
        "discount_id": null,
        "invoice_id": null,
        "invoice_number": null,
        "currency_code": country.currency_code,
        "billing_details": null,
        "billing_period": bill.period.map(period),
        "items": items,
        "details": {
            "totals": {
                "subtotal": subtotal.to_string(),
                "discount": "0",
                "tax": tax.to_string(),
                "total": total.to_string(),
                "credit": credit.to_string(),
                "credit_to_balance": (-total).max(0).to_string(),
                "balance": grand_total.to_string(),
                "grand_total": grand_total.to_string(),
                "fee": null,
                "earnings": null,
                "currency_code": country.currency_code,
            },
            "line_items": lines,
            "payout_totals": null,
        },
        "payments": [],
        "created_at": instant(bill.at),
        "updated_at": instant(bill.at),
        "billed_at": if status == "billed" { json!(instant(bill.at)) } else { Value::Null },
        "revised_at": null,
    })
}

fn rate_of_tax(per_mille: i64) -> String {
    if per_mille == 0 { "0".to_owned() } else { format!("0.{per_mille:03}").trim_end_matches('0').to_owned() }
}

/// How much of a bill is paid by credit; what a negative one leaves over becomes credit.
fn use_credit(account: &mut Account, buyer: &Buyer, total: i64) -> i64 {
    let none = || (buyer.country.currency_code.to_owned(), 0);
    let (_, left) = account.credit_minor.entry(buyer.customer_id.clone()).or_insert_with(none);
    let used = (*left).min(total.max(0));
    *left += (-total).max(0) - used;
    used
}

fn minor(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// An attempt to pay what is left to pay; it fails with that code.
pub fn attempt(account: &mut Account, transaction: &mut Value, at: i64, error: Option<&str>) {
    let amount = transaction["details"]["totals"]["grand_total"].clone();
    if minor(&amount) == 0 {
        return;
    }
    let attempt = json!({
        "payment_attempt_id": account.next_uuid(),
        "amount": amount,
        "status": if error.is_some() { "error" } else { "captured" },
        "error_code": error,
        "method_details": { "type": "card", "card": null },
        "created_at": instant(at),
        "captured_at": if error.is_some() { Value::Null } else { json!(instant(at)) },
    });
    if let Some(payments) = transaction["payments"].as_array_mut() {
        payments.insert(0, attempt);
    }
}

/// What only a completed transaction has: fee, earnings and what is paid out.
pub fn complete(transaction: &mut Value, buyer: &Buyer, invoice_number: &str) {
    let totals = &mut transaction["details"]["totals"];
    let (total, tax, grand_total) =
        (minor(&totals["total"]), minor(&totals["tax"]), minor(&totals["grand_total"]));
    let fixed = if grand_total > 0 { buyer.country.local_minor(FEE_CENTS) } else { 0 };
    let fee = rounded(grand_total * FEE_PER_MILLE, 1000) + fixed;
    totals["fee"] = json!(fee.to_string());
    totals["earnings"] = json!((total - tax - fee).to_string());
    totals["balance"] = json!("0");
    let cents = |minor: i64| buyer.country.cents(minor).to_string();
    let payout = json!({
        "subtotal": cents(total - tax),
        "discount": "0",
        "tax": cents(tax),
        "total": cents(total),
        "fee": cents(fee),
        "earnings": (buyer.country.cents(total) - buyer.country.cents(tax) - buyer.country.cents(fee)).to_string(),
        "currency_code": "USD",
        "exchange_rate": buyer.country.exchange_rate,
        "fee_rate": "0.05",
    });
    transaction["details"]["payout_totals"] = payout;
    transaction["invoice_number"] = json!(invoice_number);
    transaction["status"] = json!("completed");
}
