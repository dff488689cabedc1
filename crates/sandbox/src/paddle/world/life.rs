//! A subscription as it is lived: each step is written as the provider would, and beside it what the customer is meant
//! to be worth from then on.

use model::{CustomerId, UnixSeconds};
use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::Buyer;
use super::catalog::Price;
use super::transaction::{self, Bill, Line, RATE_ONE, Share};
use crate::world::{ExpectedStep, add_months};

const MINUTE_S: i64 = 60;

/// How much of a price the subscription has.
#[derive(Debug, Clone)]
pub struct Item {
    pub price: Price,
    pub quantity: i64,
}

/// One customer's subscription.
pub struct Life<'a> {
    account: &'a mut Account,
    /// The first instant that is not lived yet, of all lives.
    due_at: &'a mut i64,
    pub buyer: Buyer,
    pub items: Vec<Item>,
    id: String,
    status: &'static str,
    /// Periods are counted from here.
    anchor: i64,
    periods: i64,
    pub period: (i64, i64),
    started_at: i64,
    paused_at: Option<i64>,
    canceled_at: Option<i64>,
    scheduled: Option<(&'static str, i64)>,
    /// Twelfths of the smallest unit a month, by the instant from which they hold.
    worth: Vec<(i64, i64)>,
}

impl<'a> Life<'a> {
    pub fn new(account: &'a mut Account, due_at: &'a mut i64, buyer: Buyer, items: Vec<Item>) -> Self {
        Self {
            account,
            due_at,
            buyer,
            items,
            id: String::new(),
            status: "active",
            anchor: 0,
            periods: 1,
            period: (0, 0),
            started_at: 0,
            paused_at: None,
            canceled_at: None,
            scheduled: None,
            worth: Vec::new(),
        }
    }

    /// `None` where that instant has not come: the script ends there for now.
    fn reach(&mut self, at: i64) -> Option<()> {
        if at <= self.account.now.0 {
            return Some(());
        }
        *self.due_at = (*self.due_at).min(at);
        None
    }

    fn months(&self) -> i64 {
        self.items.first().and_then(|item| item.price.months).unwrap_or(1)
    }

    fn full_lines(&self, share: Option<Share>) -> Vec<Line> {
        let line = |item: &Item| Line { price: item.price.clone(), quantity: item.quantity, share };
        self.items.iter().map(line).collect()
    }

    /// From `at` on, whatever was written of later.
    fn is_worth(&mut self, at: i64, twelfths: i64) {
        self.worth.retain(|(before, _)| *before < at);
        self.worth.push((at, twelfths));
    }

    /// What its items are worth.
    fn twelfths(&self) -> i64 {
        let value = |item: &Item| {
            let full = self.buyer.country.local_minor(item.price.cents) * item.quantity;
            full * 12 / item.price.months.unwrap_or(12)
        };
        self.items.iter().map(value).sum()
    }

    /// A checkout that is completed.
    pub fn purchase(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        (self.started_at, self.anchor, self.periods) = (at, at, 1);
        self.period = (at, add_months(at, self.months()));
        let (lines, period) = (self.full_lines(None), Some(self.period));
        let bill = Bill { origin: "web", at, period, lines, subscription_id: None };
        let mut sale = transaction::write(self.account, &self.buyer, &bill, "ready");
        self.account.put(Kind::Transaction, sale.clone(), at, "created");
        sale["billed_at"] = json!(instant(at));
        self.id = self.account.next_id(Kind::Subscription.prefix(), at);
        self.pay(&mut sale, at + 20);
        self.is_worth(at, self.twelfths());
        self.tell(at, "created");
        self.tell(at, "activated");
        Some(())
    }

    /// Paid at once, completed half a minute later.
    fn pay(&mut self, bill: &mut Value, at: i64) {
        transaction::attempt(self.account, bill, at, None);
        bill["status"] = json!("paid");
        bill["updated_at"] = json!(instant(at));
        self.account.put(Kind::Transaction, bill.clone(), at, "paid");
        if self.reach(at + 30).is_none() {
            return;
        }
        bill["subscription_id"] = json!(self.id);
        bill["updated_at"] = json!(instant(at + 30));
        let number = format!("1{:03}-{}", self.account.seed % 1000, self.account.next_number());
        transaction::complete(bill, &self.buyer, &number);
        self.account.put(Kind::Transaction, bill.clone(), at + 30, "completed");
    }

    fn next_period(&mut self) {
        self.periods += 1;
        self.period = (self.period.1, add_months(self.anchor, self.periods * self.months()));
    }

    /// The renewal as it is born: billed, for the new period.
    fn renewal(&mut self) -> Value {
        let (at, end) = self.period;
        let lines = self.full_lines(Some(Share { rate: RATE_ONE, starts_at: at, ends_at: end }));
        let id = self.id.clone();
        let bill = Bill {
            origin: "subscription_recurring",
            at,
            period: Some(self.period),
            lines,
            subscription_id: Some(&id),
        };
        let written = transaction::write(self.account, &self.buyer, &bill, "billed");
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        self.account.put(Kind::Transaction, written.clone(), at, "billed");
        written
    }

    pub fn renew(&mut self) -> Option<()> {
        self.reach(self.period.1)?;
        self.next_period();
        let at = self.period.0;
        let mut bill = self.renewal();
        self.is_worth(at, self.twelfths());
        self.tell(at, "updated");
        self.reach(at + 40)?;
        self.pay(&mut bill, at + 40);
        Some(())
    }

    /// A renewal that nobody can collect; after 30 days the subscription is canceled.
    pub fn dunning(&mut self) -> Option<()> {
        self.reach(self.period.1)?;
        self.next_period();
        let at = self.period.0;
        let mut bill = self.renewal();
        self.status = "past_due";
        for day in [0, 3, 7, 14, 21] {
            let tried_at = at + 40 + day * 24 * 60 * MINUTE_S;
            self.reach(tried_at)?;
            transaction::attempt(self.account, &mut bill, tried_at, Some("declined"));
            bill["status"] = json!("past_due");
            bill["updated_at"] = json!(instant(tried_at));
            self.account.put(Kind::Transaction, bill.clone(), tried_at, "payment_failed");
            if day == 0 {
                self.account.put(Kind::Transaction, bill.clone(), tried_at, "past_due");
                self.tell(tried_at, "past_due");
            }
        }
        let ends_at = at + 30 * 24 * 60 * MINUTE_S;
        self.reach(ends_at)?;
        bill["status"] = json!("canceled");
        bill["updated_at"] = json!(instant(ends_at));
        self.account.put(Kind::Transaction, bill, ends_at, "canceled");
        self.end(ends_at);
        Some(())
    }

    /// Other items from now on, billed at once as the difference for the rest of the period.
    pub fn change(&mut self, at: i64, items: Vec<Item>) -> Option<()> {
        self.reach(at)?;
        let (start, end) = self.period;
        let minutes = |seconds: i64| seconds / MINUTE_S;
        let rate = super::buyer::rounded(minutes(end - at) * RATE_ONE, minutes(end - start).max(1));
        let share = Some(Share { rate, starts_at: at, ends_at: end });
        let quantity_of = |items: &[Item], id: &str| -> i64 {
            items.iter().filter(|item| item.price.id == id).map(|item| item.quantity).sum()
        };
        let mut lines: Vec<Line> = Vec::new();
        for item in items.iter().chain(&self.items) {
            let quantity = quantity_of(&items, &item.price.id) - quantity_of(&self.items, &item.price.id);
            if quantity != 0 && !lines.iter().any(|line| line.price.id == item.price.id) {
                lines.push(Line { price: item.price.clone(), quantity, share });
            }
        }
        self.items = items;
        let id = self.id.clone();
        let bill = Bill {
            origin: "subscription_update",
            at,
            period: Some((at, end)),
            lines,
            subscription_id: Some(&id),
        };
        let mut written = transaction::write(self.account, &self.buyer, &bill, "billed");
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        self.is_worth(at, self.twelfths());
        self.tell(at, "updated");
        self.pay(&mut written, at);
        Some(())
    }

    /// Something sold once.
    pub fn charge(&mut self, at: i64, price: &Price) -> Option<()> {
        self.reach(at)?;
        let id = self.id.clone();
        let lines = vec![Line { price: price.clone(), quantity: 1, share: None }];
        let bill =
            Bill { origin: "subscription_charge", at, period: None, lines, subscription_id: Some(&id) };
        let mut written = transaction::write(self.account, &self.buyer, &bill, "billed");
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        self.pay(&mut written, at);
        Some(())
    }

    /// Asked for at `at`, paused at the end of the period.
    pub fn pause(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        let effective_at = self.period.1;
        self.scheduled = Some(("pause", effective_at));
        self.tell(at, "updated");
        self.reach(effective_at)?;
        (self.scheduled, self.paused_at, self.status) = (None, Some(effective_at), "paused");
        self.is_worth(effective_at, 0);
        self.tell(effective_at, "updated");
        self.tell(effective_at, "paused");
        Some(())
    }

    /// A new period begins, and is billed at once.
    pub fn resume(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        (self.paused_at, self.status, self.anchor, self.periods) = (None, "active", at, 1);
        self.period = (at, add_months(at, self.months()));
        let id = self.id.clone();
        let (lines, period) = (self.full_lines(None), Some(self.period));
        let origin = "subscription_recurring";
        let bill = Bill { origin, at, period, lines, subscription_id: Some(&id) };
        let mut written = transaction::write(self.account, &self.buyer, &bill, "billed");
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        self.is_worth(at, self.twelfths());
        self.tell(at, "resumed");
        self.tell(at, "activated");
        self.pay(&mut written, at);
        Some(())
    }

    /// Asked for at `at`, canceled at the end of the period.
    pub fn cancel(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        self.scheduled = Some(("cancel", self.period.1));
        self.tell(at, "updated");
        self.reach(self.period.1)?;
        self.end(self.period.1);
        Some(())
    }

    fn end(&mut self, at: i64) {
        (self.scheduled, self.canceled_at, self.status) = (None, Some(at), "canceled");
        self.is_worth(at, 0);
        self.tell(at, "canceled");
    }

    /// Stores the subscription as it is now, with the event that says so.
    fn tell(&mut self, at: i64, happening: &str) {
        let is_billed = matches!(self.status, "active" | "past_due");
        let has_next = is_billed && !matches!(self.scheduled, Some(("cancel" | "pause", _)));
        let next_billed_at = has_next.then(|| instant(self.period.1));
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|item| {
                json!({
                    "status": if is_billed { "active" } else { "inactive" },
                    "quantity": item.quantity,
                    "recurring": true,
                    "created_at": instant(self.started_at),
                    "updated_at": instant(at),
                    "previously_billed_at": instant(self.period.0),
                    "next_billed_at": next_billed_at,
                    "trial_dates": null,
                    "price": item.price.entity,
                    "product": item.price.product,
                })
            })
            .collect();
        let period = is_billed
            .then(|| json!({ "starts_at": instant(self.period.0), "ends_at": instant(self.period.1) }));
        let scheduled = self
            .scheduled
            .map(|(action, at)| json!({ "action": action, "effective_at": instant(at), "resume_at": null }));
        let cycle = self.items.first().map(|item| item.price.entity["billing_cycle"].clone());
        let subscription = json!({
            "id": self.id,
            "status": self.status,
            "customer_id": self.buyer.customer_id,
            "address_id": self.buyer.address_id,
            "business_id": null,
            "currency_code": self.buyer.country.currency_code,
            "created_at": instant(self.started_at),
            "updated_at": instant(at),
            "started_at": instant(self.started_at),
            "first_billed_at": instant(self.started_at),
            "next_billed_at": next_billed_at,
            "paused_at": self.paused_at.map(instant),
            "canceled_at": self.canceled_at.map(instant),
            "discount": null,
            "collection_mode": "automatic",
            "billing_details": null,
            "current_billing_period": period,
            "billing_cycle": cycle,
            "scheduled_change": scheduled,
            "items": items,
            "custom_data": null,
            "import_meta": null,
        });
        self.account.put(Kind::Subscription, subscription, at, happening);
    }

    /// Writes down what it was meant to be worth.
    pub fn finish(self) {
        let (customer, currency) = (CustomerId::new(self.buyer.customer_id.clone()), self.buyer.currency());
        let mut before = 0;
        for (at, twelfths) in self.worth {
            let mrr_minor = super::buyer::rounded(twelfths, 12);
            if mrr_minor != before {
                let step =
                    ExpectedStep { customer: customer.clone(), currency, at: UnixSeconds(at), mrr_minor };
                self.account.expected.push(step);
            }
            before = mrr_minor;
        }
    }
}
