//! How a subscription begins: a checkout, an invoice, a trial.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::super::discounts::Discount;
use super::super::transaction::{self, Bill, Line};
use super::{COMPLETED_AFTER_S, DAY_S, Item, Life, Running, Share, Worth, paying};

impl Life<'_> {
    /// A bill of a checkout or an invoice that nobody has to pay yet.
    fn draft(&mut self, at: i64, lines: Vec<Line>, discount: Option<Discount>) -> Value {
        self.adjustments.clear();
        let is_recurring = lines.iter().any(|line| line.price.cycle.is_some());
        let bill = Bill {
            origin: if self.is_manual { "api" } else { "web" },
            status: "draft",
            at,
            period: is_recurring.then_some(self.period),
            lines,
            subscription_id: None,
            discount,
            is_manual: self.is_manual,
        };
        let written = transaction::write(self.account, &self.buyer, &bill);
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        written
    }

    fn becomes(&mut self, bill: &mut Value, at: i64, status: &str) -> Option<()> {
        self.reach(at)?;
        bill["status"] = json!(status);
        bill["updated_at"] = json!(instant(at));
        self.account.put(Kind::Transaction, bill.clone(), at, status);
        Some(())
    }

    fn begin(&mut self, at: i64) {
        (self.started_at, self.anchor, self.periods) = (at, at, 1);
        (self.paused_at, self.canceled_at, self.scheduled, self.trial) = (None, None, None, None);
        (self.first_billed_at, self.status) = (Some(at), "active");
        for item in &mut self.items {
            item.added_at = at;
        }
        self.period = (at, self.end_of(at, 1));
    }

    /// The subscription comes to be with its first transaction.
    fn create(&mut self, at: i64, sale: &Value) {
        self.created_at = at;
        self.note(at, "created", None, json!({}));
        let is_trialing = self.status == "trialing";
        self.tell_created(at, &sale["id"]);
        if !is_trialing {
            self.note(at, "activated", None, json!({ "transaction_id": sale["id"] }));
        }
        self.tell(at, if is_trialing { "trialing" } else { "activated" });
    }

    /// A checkout that is completed.
    pub fn purchase(&mut self, at: i64, items: Vec<Item>) -> Option<()> {
        self.purchase_with(at, items, None)
    }

    pub fn purchase_with(&mut self, at: i64, items: Vec<Item>, discount: Option<Discount>) -> Option<()> {
        self.reach(at)?;
        self.items = items;
        self.begin(at);
        self.id.clear();
        if let Some(discount) = discount.clone().filter(|discount| discount.recurs) {
            let ends_at = discount.intervals.map(|intervals| self.end_of(at, intervals));
            self.running = Some(Running { discount, starts_at: at, ends_at });
        }
        let lines = self.full_lines(None);
        let priced = transaction::price_lines(&self.buyer, &lines, discount.as_ref());
        let mut sale = self.draft(at, lines.clone(), discount);
        self.check_out(&mut sale, at)?;
        // A discount on this bill alone is part of what it is worth for so long.
        let worth: Vec<_> = self
            .worth_at(at)
            .into_iter()
            .zip(lines.iter().zip(priced))
            .map(|(worth, (line, priced))| {
                let (dividend, divisor) = line.price.a_month(priced.net_minor());
                Worth { dividend, divisor, ..worth }
            })
            .collect();
        self.intended.set(&self.id, at, &worth);
        Some(())
    }

    /// Ready, paid and completed; with that the subscription exists.
    fn check_out(&mut self, sale: &mut Value, at: i64) -> Option<()> {
        self.becomes(sale, at + 5, "ready")?;
        let is_recurring = self.items.iter().any(|item| item.price.cycle.is_some());
        let completed_at = at + 20 + COMPLETED_AFTER_S;
        if is_recurring {
            self.id = self.account.next_id(Kind::Subscription.prefix(), completed_at);
        }
        self.pay(sale, at + 20)?;
        if is_recurring {
            self.create(completed_at, sale);
        }
        Some(())
    }

    /// A checkout that is opened and left.
    pub fn abandon(&mut self, at: i64, items: Vec<Item>) -> Option<()> {
        self.reach(at)?;
        self.items = items;
        self.period = (at, self.end_of(at, 1));
        let lines = self.full_lines(None);
        let mut sale = self.draft(at, lines, None);
        self.becomes(&mut sale, at + 5, "ready")
    }

    /// Something sold once, without a subscription.
    pub fn buy_once(&mut self, at: i64, item: Item) -> Option<()> {
        self.reach(at)?;
        self.items = vec![item];
        let lines = self.full_lines(None);
        let mut sale = self.draft(at, lines, None);
        self.check_out(&mut sale, at)
    }

    /// An invoice, paid some days after it was issued. The subscription exists from its issue on.
    pub fn invoice(&mut self, at: i64, items: Vec<Item>, days: i64) -> Option<()> {
        self.reach(at)?;
        self.is_manual = true;
        self.items = items;
        self.begin(at);
        let lines = self.full_lines(None);
        let mut sale = self.draft(at, lines, None);
        let issued_at = at + 60;
        self.reach(issued_at)?;
        sale["billed_at"] = json!(instant(issued_at));
        self.id = self.account.next_id(Kind::Subscription.prefix(), issued_at);
        sale["subscription_id"] = json!(self.id);
        self.becomes(&mut sale, issued_at, "billed")?;
        self.create(issued_at, &sale);
        self.is_worth_its_items(at);
        self.pay(&mut sale, at + days * DAY_S)
    }

    /// A trial as its price has it. Free ones bill nothing; what a paid one bills is sold once.
    pub fn try_out(&mut self, at: i64, item: Item) -> Option<()> {
        self.reach(at)?;
        let (days, cents) = item.price.trial.unwrap_or((14, 0));
        self.items = vec![item];
        self.begin(at);
        self.status = "trialing";
        self.period = (at, at + days * DAY_S);
        self.trial = Some(self.period);
        self.first_billed_at = (cents > 0).then_some(at);
        let mut lines = self.full_lines(None);
        for line in &mut lines {
            line.unit_minor = self.buyer.country.local_minor(cents);
        }
        let mut sale = self.draft(at, lines, None);
        self.check_out(&mut sale, at)
    }

    /// Nobody gave a way to pay: it ends with the trial.
    pub fn trial_runs_out(&mut self) -> Option<()> {
        let at = self.period.1;
        self.reach(at)?;
        self.end(at, "immediately", Some("cardless_trial_ended"));
        Some(())
    }

    /// A new attempt to pay with a card that is stored with a transaction of nothing.
    pub fn change_payment_method(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        let lines = self.full_lines(Some(Share::nothing(at)));
        let mut bill = self.write_with("subscription_payment_method_change", at, Some((at, at)), lines, None);
        let (last, adjustments) = (self.last.clone(), self.adjustments.clone());
        self.pay(&mut bill, at + 2)?;
        (self.last, self.adjustments) = (last, adjustments);
        self.note(at, "payment_method_updated", None, json!({}));
        Some(())
    }

    /// An attempt that fails with that code.
    pub(super) fn fail(&mut self, bill: &mut Value, at: i64, error: &str) -> Option<()> {
        self.reach(at)?;
        paying::attempt(self.account, bill, at, Some(error), "card");
        bill["updated_at"] = json!(instant(at));
        Some(())
    }
}
