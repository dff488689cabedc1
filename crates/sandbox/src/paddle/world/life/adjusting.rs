//! Adjustments: refunds, credits and chargebacks. None of them changes what a customer is worth but the credits that brought
//! back an old price before 2024-03-11.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::super::buyer::rounded;
use super::super::money::Measure;
use super::super::transaction::{Line, Share, minor, paying, price_lines, text};
use super::{DAY_S, Item, Life};

const FEE_PER_MILLE: i64 = 50;
const FEE_CENTS: i64 = 50;
const CHARGEBACK_FEE_CENTS: i64 = 1_500;
/// How long the provider looks at a refund.
const DECIDED_AFTER_S: i64 = 2 * DAY_S;

/// How much of what is left of each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Full,
    PerMille(i64),
    TaxOnly,
}

impl How {
    fn of_item(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::PerMille(_) => "partial",
            Self::TaxOnly => "tax",
        }
    }

    fn of(self, subtotal: i64, tax: i64) -> (i64, i64) {
        match self {
            Self::Full => (subtotal, tax),
            Self::PerMille(share) => (rounded(subtotal * share, 1000), rounded(tax * share, 1000)),
            Self::TaxOnly => (0, tax),
        }
    }
}

/// What is taken off a transaction, and what becomes of that.
#[derive(Debug, Clone, Copy)]
pub struct Adjusting {
    pub action: &'static str,
    pub how: How,
    pub is_approved: bool,
}

impl Adjusting {
    pub fn of(action: &'static str, how: How) -> Self {
        Self { action, how, is_approved: true }
    }

    fn sign(action: &str) -> i64 {
        if action.ends_with("_reverse") { -1 } else { 1 }
    }
}

struct Part {
    item_id: Option<String>,
    kind: &'static str,
    proration: Value,
    subtotal: i64,
    tax: i64,
}

impl Life<'_> {
    /// Of the last completed bill.
    pub fn adjust(&mut self, at: i64, adjusting: Adjusting) -> Option<()> {
        self.reach(at)?;
        let mut bill = self.last.clone();
        let parts = self.parts(&bill, adjusting.how, Adjusting::sign(adjusting.action));
        if parts.is_empty() {
            return Some(()); // such as the tax of what is not taxed
        }
        let is_decided_later = adjusting.action == "refund";
        let status = if is_decided_later { "pending_approval" } else { "approved" };
        let mut adjustment = self.adjustment(at, &bill, adjusting, status, &parts);
        self.account.put(Kind::Adjustment, adjustment.clone(), at, "created");
        let mut decided_at = at;
        if is_decided_later {
            decided_at = at + DECIDED_AFTER_S;
            self.reach(decided_at)?;
            adjustment["status"] = json!(if adjusting.is_approved { "approved" } else { "rejected" });
            adjustment["updated_at"] = json!(instant(decided_at));
            self.account.put(Kind::Adjustment, adjustment.clone(), decided_at, "updated");
        }
        if adjusting.is_approved {
            self.apply(&mut bill, at, decided_at, adjustment);
            self.last = bill;
        }
        Some(())
    }

    /// What is left of each line of a bill; a reverse gives back what was taken last.
    fn parts(&self, bill: &Value, how: How, sign: i64) -> Vec<Part> {
        let lines = bill["details"]["line_items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let taken = |id: &Value, field: &str| -> i64 {
            let of_line = |adjustment: &Value| -> i64 {
                let items = adjustment["items"].as_array().into_iter().flatten();
                items.filter(|item| item["item_id"] == *id).map(|item| minor(&item["totals"][field])).sum()
            };
            match sign {
                1 => self.adjustments.iter().map(|(sign, adjustment)| sign * of_line(adjustment)).sum(),
                _ => self.adjustments.last().map_or(0, |(_, adjustment)| of_line(adjustment)),
            }
        };
        let parts = lines.iter().map(|line| {
            let (id, totals) = (&line["id"], &line["totals"]);
            let net = minor(&totals["subtotal"]) - minor(&totals["discount"]);
            let (subtotal, tax) = match sign {
                1 => (net - taken(id, "subtotal"), minor(&totals["tax"]) - taken(id, "tax")),
                _ => (taken(id, "subtotal"), taken(id, "tax")),
            };
            let (subtotal, tax) = how.of(subtotal, tax);
            let item_id = id.as_str().map(str::to_owned);
            Part { item_id, kind: how.of_item(), proration: Value::Null, subtotal, tax }
        });
        parts.filter(|part| part.subtotal + part.tax != 0).collect()
    }

    fn adjustment(
        &mut self,
        at: i64,
        bill: &Value,
        adjusting: Adjusting,
        status: &str,
        parts: &[Part],
    ) -> Value {
        let buyer = &self.buyer;
        let (subtotal, tax) =
            parts.iter().fold((0, 0), |sum, part| (sum.0 + part.subtotal, sum.1 + part.tax));
        let returns_fee = adjusting.action == "refund" && adjusting.how != How::TaxOnly;
        let fee = if returns_fee { rounded((subtotal + tax) * FEE_PER_MILLE, 1000) } else { 0 };
        let retained = if returns_fee { buyer.country.local_minor(FEE_CENTS) } else { 0 };
        let cents = |minor: i64| buyer.country.cents(minor);
        let chargeback_fee = if adjusting.action == "chargeback" { CHARGEBACK_FEE_CENTS } else { 0 };
        let code = buyer.country.currency_code;
        let payout_totals = json!({
            "subtotal": text(cents(subtotal)),
            "tax": text(cents(tax)),
            "total": text(cents(subtotal + tax)),
            "fee": text(cents(fee)),
            "retained_fee": text(cents(retained)),
            "chargeback_fee": { "amount": text(chargeback_fee), "original": null },
            "earnings": text(cents(subtotal) - cents(fee)),
            "currency_code": "USD",
            "exchange_rate": buyer.country.exchange_rate,
        });
        let totals = json!({
            "subtotal": text(subtotal),
            "tax": text(tax),
            "total": text(subtotal + tax),
            "fee": text(fee),
            "retained_fee": text(retained),
            "earnings": text(subtotal - fee),
            "currency_code": code,
        });
        let items: Vec<Value> = parts
            .iter()
            .map(|part| {
                json!({
                    "id": self.account.next_id("adjitm", at),
                    "item_id": part.item_id,
                    "type": part.kind,
                    "amount": text(part.subtotal + part.tax),
                    "proration": part.proration,
                    "totals": {
                        "subtotal": text(part.subtotal),
                        "tax": text(part.tax),
                        "total": text(part.subtotal + part.tax),
                    },
                })
            })
            .collect();
        json!({
            "id": self.account.next_id(Kind::Adjustment.prefix(), at),
            "action": adjusting.action,
            "type": if adjusting.how == How::Full { "full" } else { "partial" },
            "status": status,
            "transaction_id": bill["id"],
            "subscription_id": bill["subscription_id"],
            "customer_id": self.buyer.customer_id,
            "reason": "other",
            "credit_applied_to_balance": null,
            "currency_code": code,
            "items": items,
            "totals": totals,
            "payout_totals": payout_totals,
            "tax_rates_used": [],
            "created_at": instant(at),
            "updated_at": instant(at),
        })
    }

    /// An approved one counts, on the day it was made.
    fn apply(&mut self, bill: &mut Value, at: i64, decided_at: i64, adjustment: Value) {
        let action = adjustment["action"].as_str().unwrap_or_default();
        let sign = Adjusting::sign(action);
        let measure = match action {
            "refund" => Measure::Refunds,
            "credit" | "credit_reverse" => Measure::CreditNotes,
            _ => Measure::Disputes,
        };
        let payout = &adjustment["payout_totals"];
        let (fee, earnings) = (minor(&payout["fee"]), minor(&payout["earnings"]));
        let chargeback_fee = minor(&payout["chargeback_fee"]["amount"]);
        let code = self.buyer.country.currency_code;
        let subtotal = sign * minor(&adjustment["totals"]["subtotal"]);
        paying::expect(self.account, &self.buyer, code, at, measure, subtotal);
        paying::expect(self.account, &self.buyer, "USD", at, Measure::Fees, chargeback_fee - sign * fee);
        let net = -sign * earnings - chargeback_fee;
        paying::expect(self.account, &self.buyer, "USD", at, Measure::NetCash, net);
        self.adjustments.push((sign, adjustment));
        let all: Vec<(i64, &Value)> = self.adjustments.iter().map(|(sign, value)| (*sign, value)).collect();
        paying::adjusted(bill, &self.buyer, &all);
        bill["updated_at"] = json!(instant(decided_at));
        self.account.put(Kind::Transaction, bill.clone(), decided_at, "updated");
    }

    /// An issued invoice is lowered before it is paid.
    pub(super) fn lower(&mut self, bill: &mut Value, at: i64, per_mille: i64) {
        let adjusting = Adjusting::of("credit", How::PerMille(per_mille));
        let parts = self.parts(bill, adjusting.how, 1);
        let adjustment = self.adjustment(at, bill, adjusting, "approved", &parts);
        self.account.put(Kind::Adjustment, adjustment.clone(), at, "created");
        let balance = minor(&bill["details"]["totals"]["balance"]) - minor(&adjustment["totals"]["total"]);
        bill["details"]["totals"]["balance"] = text(balance);
        self.apply(bill, at, at, adjustment);
    }

    /// The rest of old items comes back, to the customer's balance.
    pub(super) fn credit_back(&mut self, at: i64, items: &[Item], rest: Share) {
        let lines: Vec<Line> =
            items.iter().map(|item| Line::of(&item.price, &self.buyer, item.quantity, Some(rest))).collect();
        let priced = price_lines(&self.buyer, &lines, self.discount_at(at).as_ref());
        let parts: Vec<Part> = lines
            .iter()
            .zip(priced)
            .map(|(line, priced)| Part {
                item_id: self.billed_line(&line.price.id),
                kind: "proration",
                proration: rest.to_value(),
                subtotal: priced.net_minor(),
                tax: priced.tax_minor,
            })
            .collect();
        let mut bill = self.last.clone();
        let adjusting = Adjusting::of("credit", How::PerMille(0));
        let mut adjustment = self.adjustment(at, &bill, adjusting, "approved", &parts);
        adjustment["reason"] = json!("proration");
        adjustment["credit_applied_to_balance"] = json!(true);
        self.account.put(Kind::Adjustment, adjustment.clone(), at, "created");
        let key = (self.buyer.customer_id.clone(), self.buyer.country.currency_code.to_owned());
        self.account.credit.entry(key).or_default().available_minor += minor(&adjustment["totals"]["total"]);
        self.apply(&mut bill, at, at, adjustment);
        self.last = bill;
    }
}
