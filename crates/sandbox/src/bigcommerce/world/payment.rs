//! Payments of an order as its gateway reports them.

use super::order::Order;

/// A step of paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pay {
    Purchase,
    Authorize,
    Capture,
    Void,
    /// The card is declined.
    Fail,
    /// A transfer is announced, and arrives.
    Announce,
    Arrive,
    /// With the gateway that takes no money.
    Test,
}

#[derive(Debug, Clone)]
pub struct Transaction {
    pub id: i64,
    pub event: &'static str,
    pub method: &'static str,
    pub gateway: &'static str,
    pub amount_minor: i64,
    pub is_ok: bool,
    pub is_test: bool,
    pub created_at: i64,
    pub reference_id: Option<i64>,
}

impl Order {
    fn transact(&mut self, id: i64, event: &'static str, at: i64) -> &mut Transaction {
        let (method, gateway) = match self.payment_method {
            "Bank Deposit" => ("offline", "bankdeposit"),
            "Test Payment Gateway" => ("credit_card", "test_gateway"),
            _ => ("credit_card", "authorizenet"),
        };
        self.transactions.push(Transaction {
            id,
            event,
            method,
            gateway,
            amount_minor: self.due_minor(),
            is_ok: true,
            is_test: false,
            created_at: at,
            reference_id: None,
        });
        let last = self.transactions.len() - 1;
        &mut self.transactions[last]
    }

    /// What the buyer has with the shop is taken with the first payment.
    fn take_credit(&mut self, next_id: &mut impl FnMut() -> i64, at: i64) {
        for (method, amount_minor) in
            [("store_credit", self.store_credit_minor), ("gift_certificate", self.gift_certificate_minor)]
        {
            if amount_minor > 0 && !self.transactions.iter().any(|known| known.method == method) {
                let taken = self.transact(next_id(), "purchase", at);
                (taken.method, taken.gateway, taken.amount_minor) = (method, method, amount_minor);
            }
        }
    }

    /// Writes down the transactions of a step and what the order's payment is from then on. Their ids.
    pub fn pay(&mut self, step: Pay, mut next_id: impl FnMut() -> i64, at: i64) -> Vec<i64> {
        let before = self.transactions.len();
        if matches!(step, Pay::Purchase | Pay::Authorize | Pay::Test | Pay::Arrive) {
            self.take_credit(&mut next_id, at);
        }
        let authorized =
            self.transactions.iter().find(|known| known.event == "authorization").map(|known| known.id);
        if self.due_minor() > 0 {
            let made = match step {
                Pay::Purchase | Pay::Test | Pay::Fail | Pay::Arrive => {
                    self.transact(next_id(), "purchase", at)
                }
                Pay::Authorize => self.transact(next_id(), "authorization", at),
                Pay::Capture => self.transact(next_id(), "capture", at),
                Pay::Void => self.transact(next_id(), "void", at),
                Pay::Announce => self.transact(next_id(), "pending", at),
            };
            made.is_ok = step != Pay::Fail;
            made.is_test = step == Pay::Test;
            made.reference_id = authorized.filter(|_| matches!(step, Pay::Capture | Pay::Void));
        }
        self.payment_status = match step {
            Pay::Purchase | Pay::Capture | Pay::Test => "captured",
            Pay::Arrive => "paid",
            Pay::Authorize => "authorized",
            Pay::Void => "void",
            Pay::Fail => "declined",
            Pay::Announce => "pending",
        };
        self.transactions[before..].iter().map(|made| made.id).collect()
    }

    /// A refund through the gateway: how much, and whether it went through.
    pub fn give_back(&mut self, id: i64, reference_id: i64, (amount_minor, is_ok): (i64, bool), at: i64) {
        let made = self.transact(id, "refund", at);
        (made.amount_minor, made.is_ok, made.reference_id) = (amount_minor, is_ok, Some(reference_id));
    }
}
