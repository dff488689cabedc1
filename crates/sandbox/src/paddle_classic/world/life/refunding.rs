//! Money that goes back: refunds and disputes.

use serde_json::json;

use super::super::super::account::{Kind as Rows, Measure, decimal};
use super::Life;
use super::paying::Paid;
use crate::paddle::rounded;

/// What is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    Full,
    PerMille(i64),
    /// The tax alone, as for a buyer who turns out to be a business.
    Vat,
}

impl Refund {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::PerMille(_) => "partial",
            Self::Vat => "vat",
        }
    }
}

impl Life<'_> {
    /// The last payment of the subscription is refunded.
    pub fn refund(&mut self, at: i64, refund: Refund) -> Option<()> {
        self.until(at)?;
        let Some(mut paid) = self.sub().paid.clone() else { return Some(()) };
        let sub = self.sub().clone();
        let mut fields = self.subscription_fields();
        fields.extend([
            ("initial_payment", u8::from(paid.is_first).to_string()),
            ("instalments", sub.payments.to_string()),
            ("subscription_payment_id", paid.payment.to_string()),
            ("unit_price", decimal(sub.unit_minor, self.currency())),
            ("quantity", sub.quantity.to_string()),
        ]);
        self.give_back(at, "subscription_payment_refunded", &mut paid, refund, fields);
        self.sub_mut().paid = Some(paid);
        Some(())
    }

    /// What was bought once is refunded.
    pub fn refund_bought(&mut self, at: i64, refund: Refund) -> Option<()> {
        self.until(at)?;
        let Some(mut paid) = self.bought.clone() else { return Some(()) };
        let fields = vec![
            ("checkout_id", self.checkout_of(&paid)),
            ("currency", self.country.currency_code.to_owned()),
            ("quantity", "1".to_owned()),
        ];
        self.give_back(at, "payment_refunded", &mut paid, refund, fields);
        self.bought = Some(paid);
        Some(())
    }

    fn give_back(
        &mut self,
        at: i64,
        name: &str,
        paid: &mut Paid,
        refund: Refund,
        fields: Vec<(&'static str, String)>,
    ) {
        let left_tax = paid.bill.tax_minor - paid.refunded_tax_minor;
        let left_gross = paid.bill.gross_minor - paid.refunded_gross_minor;
        let (gross, tax) = match refund {
            Refund::Full => (left_gross, left_tax),
            Refund::PerMille(share) => (rounded(left_gross * share, 1000), rounded(left_tax * share, 1000)),
            Refund::Vat => (left_tax, left_tax),
        };
        // Paddle's share of what goes back, without the amount for each payment.
        let fee = rounded(paid.fee_minor * gross, paid.bill.gross_minor);
        let decrease = gross - tax - fee;
        let cents = |minor| self.country.cents(minor);
        let (their_gross, their_tax, their_fee) = (cents(gross), cents(tax), cents(fee));
        let their_decrease = their_gross - their_tax - their_fee;
        paid.refunded_gross_minor += gross;
        paid.refunded_tax_minor += tax;
        let is_whole = paid.refunded_gross_minor == paid.bill.gross_minor;
        self.set_order(paid, if is_whole { "refunded" } else { "partially_refunded" });
        let local = |minor| decimal(minor, self.currency());
        let balance = |cents| decimal(cents, model::Currency::USD);
        let mut fields = fields;
        fields.extend([
            ("amount", local(gross)),
            ("balance_currency", "USD".to_owned()),
            ("balance_earnings_decrease", balance(their_decrease)),
            ("balance_fee_refund", balance(their_fee)),
            ("balance_gross_refund", balance(their_gross)),
            ("balance_tax_refund", balance(their_tax)),
            ("earnings_decrease", local(decrease)),
            ("fee_refund", local(fee)),
            ("gross_refund", local(gross)),
            ("order_id", paid.order_id.clone()),
            ("refund_reason", "On request".to_owned()),
            ("refund_type", refund.as_str().to_owned()),
            ("tax_refund", local(tax)),
        ]);
        let alert = self.alert(at, name, fields);
        self.moved(at, Measure::Refunds, gross - tax, alert);
        self.balanced(at, Measure::Fees, -their_fee, alert);
        self.balanced(at, Measure::NetCash, -their_decrease, alert);
    }

    /// The buyer's bank takes the last payment back, and the seller loses or wins.
    pub fn dispute(&mut self, at: i64, closed_at: i64, is_lost: bool) -> Option<()> {
        self.until(at)?;
        let Some(paid) = self.sub().paid.clone() else { return Some(()) };
        let gross = paid.bill.gross_minor;
        self.set_order(&paid, "disputed");
        let opened = self.dispute_fields(&paid, "open");
        let alert = self.alert(at, "payment_dispute_created", opened);
        self.moved(at, Measure::DisputesOpened, gross, alert);
        self.until(closed_at)?;
        let closed = self.dispute_fields(&paid, if is_lost { "lost" } else { "won" });
        let alert = self.alert(closed_at, "payment_dispute_closed", closed);
        if is_lost {
            self.moved(closed_at, Measure::DisputesLost, gross, alert);
            let cents = self.country.cents(gross);
            self.balanced(closed_at, Measure::NetCash, -cents, alert);
        } else {
            self.set_order(&paid, "completed");
        }
        Some(())
    }

    fn dispute_fields(&self, paid: &Paid, status: &str) -> Vec<(&'static str, String)> {
        let gross = paid.bill.gross_minor;
        vec![
            ("amount", decimal(gross, self.currency())),
            ("balance_amount", decimal(self.country.cents(gross), model::Currency::USD)),
            ("balance_currency", "USD".to_owned()),
            ("balance_fee", "0.00".to_owned()),
            ("checkout_id", self.checkout_of(paid)),
            ("currency", self.country.currency_code.to_owned()),
            ("fee_usd", "0.00".to_owned()),
            ("order_id", paid.order_id.clone()),
            ("status", status.to_owned()),
        ]
    }

    fn checkout_of(&self, paid: &Paid) -> String {
        let order = self.account.get(Rows::Order, paid.order);
        order.and_then(|order| order["checkout_id"].as_str()).unwrap_or_default().to_owned()
    }

    fn set_order(&mut self, paid: &Paid, status: &str) {
        if let Some(order) = self.account.get_mut(Rows::Order, paid.order) {
            order["status"] = json!(status);
        }
    }
}
