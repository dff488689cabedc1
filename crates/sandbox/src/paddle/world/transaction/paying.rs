//! How a transaction is paid, and what is known of it only then: fee, earnings, and what is paid out.

use model::{CustomerId, UnixSeconds};
use serde_json::{Value, json};

use super::super::super::account::{Account, instant};
use super::super::buyer::{Buyer, currency, rounded};
use super::super::money::{ExpectedMoney, Measure};
use super::{minor, text};

const FEE_PER_MILLE: i64 = 50;
const FEE_CENTS: i64 = 50;

/// An attempt to pay what is left to pay; it fails with that code. None where nothing is left to pay.
pub fn attempt(account: &mut Account, transaction: &mut Value, at: i64, error: Option<&str>, method: &str) {
    let amount = transaction["details"]["totals"]["balance"].clone();
    if minor(&amount) == 0 {
        return;
    }
    let attempt = json!({
        "payment_attempt_id": account.next_uuid(),
        "stored_payment_method_id": account.next_uuid(),
        "payment_method_id": account.next_id("paymtd", at),
        "amount": amount,
        "status": if error.is_some() { "error" } else { "captured" },
        "error_code": error,
        "method_details": { "type": method, "card": null },
        "created_at": instant(at),
        "captured_at": if error.is_some() { Value::Null } else { json!(instant(at)) },
    });
    if let Some(payments) = transaction["payments"].as_array_mut() {
        payments.insert(0, attempt);
    }
}

/// It is paid, and that is money: what it bills, on the day it was captured or, where nothing was left to pay, billed.
pub fn paid(account: &mut Account, transaction: &mut Value, buyer: &Buyer, at: i64, billed_at: i64) {
    transaction["status"] = json!("paid");
    transaction["updated_at"] = json!(instant(at));
    if transaction["billed_at"].is_null() {
        transaction["billed_at"] = json!(instant(at));
    }
    let totals = &mut transaction["details"]["totals"];
    let collected = minor(&totals["balance"]);
    let gross = minor(&totals["total"]) - minor(&totals["tax"]);
    totals["balance"] = text(0);
    let day_at = if collected > 0 { at } else { billed_at };
    expect(account, buyer, buyer.country.currency_code, day_at, Measure::GrossRevenue, gross);
    expect(account, buyer, buyer.country.currency_code, at, Measure::PaymentsCollected, collected);
}

pub fn expect(
    account: &mut Account,
    buyer: &Buyer,
    code: &str,
    at: i64,
    measure: Measure,
    amount_minor: i64,
) {
    if amount_minor != 0 {
        account.expected_money.push(ExpectedMoney {
            customer: CustomerId::new(buyer.customer_id.clone()),
            currency: currency(code),
            at: UnixSeconds(at),
            measure,
            amount_minor,
        });
    }
}

/// What only a completed transaction has.
pub fn complete(
    account: &mut Account,
    transaction: &mut Value,
    buyer: &Buyer,
    at: i64,
    adjustments: &[(i64, &Value)],
) {
    let number = format!("1{:03}-{}", account.seed % 1000, account.next_number());
    let totals = &mut transaction["details"]["totals"];
    let (total, tax, grand_total) =
        (minor(&totals["total"]), minor(&totals["tax"]), minor(&totals["grand_total"]));
    let fixed = if grand_total > 0 { buyer.country.local_minor(FEE_CENTS) } else { 0 };
    let fee = rounded(grand_total * FEE_PER_MILLE, 1000) + fixed;
    totals["fee"] = text(fee);
    totals["earnings"] = text(total - tax - fee);
    let cents = |minor: i64| buyer.country.cents(minor);
    let earnings = cents(total) - cents(tax) - cents(fee);
    let mut payout = totals.clone();
    for field in ["subtotal", "discount", "tax", "total", "credit", "credit_to_balance", "grand_total"] {
        payout[field] = text(cents(minor(&totals[field])));
    }
    payout["grand_total_tax"] = text(cents(minor(&totals["grand_total_tax"])));
    payout["fee"] = text(cents(fee));
    payout["earnings"] = text(earnings);
    payout["currency_code"] = json!("USD");
    payout["exchange_rate"] = json!(buyer.country.exchange_rate);
    payout["fee_rate"] = json!("0.05");
    transaction["details"]["payout_totals"] = payout;
    if transaction["invoice_number"].is_null() {
        transaction["invoice_id"] = json!(account.next_id("inv", at));
        transaction["invoice_number"] = json!(number);
    }
    transaction["status"] = json!("completed");
    transaction["updated_at"] = json!(instant(at));
    expect(account, buyer, "USD", at, Measure::Fees, cents(fee));
    expect(account, buyer, "USD", at, Measure::NetCash, earnings);
    adjusted(transaction, buyer, adjustments);
}

/// The totals after those adjustments, of which each has its sign, its totals and those of its payout.
pub fn adjusted(transaction: &mut Value, buyer: &Buyer, adjustments: &[(i64, &Value)]) {
    let less = |section: &str, field: &str| -> i64 {
        adjustments.iter().map(|(sign, adjustment)| sign * minor(&adjustment[section][field])).sum()
    };
    let details = transaction["details"].clone();
    let rest = |of: &str, section: &str, field: &str| minor(&details[of][field]) - less(section, field);
    transaction["details"]["adjusted_totals"] = json!({
        "subtotal": text(rest("totals", "totals", "subtotal") - minor(&details["totals"]["discount"])),
        "tax": text(rest("totals", "totals", "tax")),
        "total": text(rest("totals", "totals", "total")),
        "grand_total": text(minor(&details["totals"]["grand_total"]) - less("totals", "total")),
        "grand_total_tax": text(minor(&details["totals"]["grand_total_tax"]) - less("totals", "tax")),
        "fee": text(rest("totals", "totals", "fee")),
        "retained_fee": text(less("totals", "retained_fee")),
        "earnings": text(rest("totals", "totals", "earnings")),
        "currency_code": buyer.country.currency_code,
    });
    if details["payout_totals"].is_null() {
        return;
    }
    let chargeback_fee: i64 = adjustments
        .iter()
        .map(|(sign, adjustment)| sign * minor(&adjustment["payout_totals"]["chargeback_fee"]["amount"]))
        .sum();
    transaction["details"]["adjusted_payout_totals"] = json!({
        "subtotal": text(rest("payout_totals", "payout_totals", "subtotal")
            - minor(&details["payout_totals"]["discount"])),
        "tax": text(rest("payout_totals", "payout_totals", "tax")),
        "total": text(rest("payout_totals", "payout_totals", "total")),
        "fee": text(rest("payout_totals", "payout_totals", "fee")),
        "retained_fee": text(less("payout_totals", "retained_fee")),
        "chargeback_fee": { "amount": text(chargeback_fee), "original": null },
        "earnings": text(rest("payout_totals", "payout_totals", "earnings")),
        "currency_code": "USD",
        "exchange_rate": buyer.country.exchange_rate,
    });
}
