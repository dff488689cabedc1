//! Other items within a period, by each way to bill that.

use serde_json::json;

use super::super::catalog::Price;
use super::super::transaction::{Line, Share};
use super::{Item, Life, PutOff};

/// Prorations were credits of the old price beside the whole new one before that day.
pub const DELTAS_SINCE: i64 = 1_710_115_200; // 2024-03-11

/// `proration_billing_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    ProratedImmediately,
    FullImmediately,
    ProratedNextBillingPeriod,
    FullNextBillingPeriod,
    DoNotBill,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProratedImmediately => "prorated_immediately",
            Self::FullImmediately => "full_immediately",
            Self::ProratedNextBillingPeriod => "prorated_next_billing_period",
            Self::FullNextBillingPeriod => "full_next_billing_period",
            Self::DoNotBill => "do_not_bill",
        }
    }
}

fn quantity_of(items: &[Item], id: &str) -> i64 {
    items.iter().filter(|item| item.price.id == id).map(|item| item.quantity).sum()
}

impl Life<'_> {
    /// What is added and what is taken back, those items first that are there from now on.
    fn deltas(&self, items: &[Item], share: Option<Share>) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for item in items.iter().chain(&self.items) {
            let quantity = quantity_of(items, &item.price.id) - quantity_of(&self.items, &item.price.id);
            if quantity == 0 || lines.iter().any(|line| line.price.id == item.price.id) {
                continue;
            }
            let mut line = Line::of(&item.price, &self.buyer, quantity, share);
            if quantity < 0 {
                line.item_id = self.billed_line(&item.price.id);
            }
            lines.push(line);
        }
        lines
    }

    /// The line of the last bill that is for that price.
    pub(super) fn billed_line(&self, price_id: &str) -> Option<String> {
        let lines = self.last["details"]["line_items"].as_array()?;
        let of_price = lines.iter().find(|line| line["price_id"] == price_id)?;
        of_price["id"].as_str().map(str::to_owned)
    }

    /// Takes the items as they are from now on.
    fn take(&mut self, at: i64, mut items: Vec<Item>, mode: Mode) {
        for item in &mut items {
            let before = self.items.iter().find(|before| before.price.id == item.price.id);
            item.added_at = before.map_or(at, |before| before.added_at);
        }
        let before = std::mem::replace(&mut self.items, items);
        let changes: Vec<(&'static str, String, i64, i64)> = self
            .items
            .iter()
            .chain(&before)
            .filter_map(|item| {
                let id = item.price.id.clone();
                let (now, then) = (quantity_of(&self.items, &id), quantity_of(&before, &id));
                match (then, now) {
                    (then, now) if then == now => None,
                    (0, now) => Some(("item_added", id, now, now)),
                    (then, 0) => Some(("item_removed", id, 0, -then)),
                    (then, now) => Some(("item_quantity_updated", id, now, now - then)),
                }
            })
            .collect();
        let mut noted: Vec<&str> = Vec::new();
        for (action, price_id, quantity, delta) in &changes {
            if noted.contains(&price_id.as_str()) {
                continue;
            }
            noted.push(price_id);
            let item = self.items.iter().chain(&before).find(|item| item.price.id == *price_id);
            let detail = json!({
                "price": item.map(|item| &item.price.entity),
                "quantity": quantity,
                "update_summary": { "quantity_delta": delta },
                "proration_billing_mode": mode.as_str(),
                "on_payment_failure": "prevent_change",
                "transaction_id": null,
            });
            self.note(at, action, Some("customer_request"), detail);
        }
    }

    pub fn renew_while_changes_are_credits(&mut self) -> Option<()> {
        while self.period.0 < DELTAS_SINCE {
            self.renew()?;
        }
        Some(())
    }

    /// Other items from now on.
    pub fn change(&mut self, at: i64, items: Vec<Item>, mode: Mode) -> Option<()> {
        self.reach(at)?;
        let rest = Share::rest(at, self.period);
        let whole = Share::whole(at, self.period.1);
        if mode == Mode::ProratedImmediately && at < DELTAS_SINCE {
            return self.change_by_credit(at, items);
        }
        let lines = match mode {
            Mode::FullImmediately => self.deltas(&items, None),
            Mode::FullNextBillingPeriod => self.deltas(&items, Some(whole)),
            _ => self.deltas(&items, Some(rest)),
        };
        self.take(at, items, mode);
        match mode {
            Mode::ProratedImmediately | Mode::FullImmediately => self.bill_change(at, lines),
            Mode::ProratedNextBillingPeriod | Mode::FullNextBillingPeriod => {
                let worth = Some(self.worth_at(at));
                self.put_off.push(PutOff { at, lines, worth });
                self.tell(at, "updated");
                Some(())
            }
            Mode::DoNotBill => {
                self.tell(at, "updated");
                Some(())
            }
        }
    }

    fn bill_change(&mut self, at: i64, lines: Vec<Line>) -> Option<()> {
        let period = Some((at, self.period.1));
        let mut bill = self.write("subscription_update", at, period, lines);
        self.is_worth_its_items(at);
        self.tell(at, "updated");
        self.pay(&mut bill, at + 3)
    }

    /// As it was before 2024-03-11: the old quantity comes back as credit, the new one is billed whole for the rest.
    fn change_by_credit(&mut self, at: i64, items: Vec<Item>) -> Option<()> {
        let rest = Share::rest(at, self.period);
        let deltas = self.deltas(&items, Some(rest));
        let is_changed = |item: &&Item| deltas.iter().any(|line| line.price.id == item.price.id);
        let returned: Vec<Item> = self.items.iter().filter(is_changed).cloned().collect();
        let lines: Vec<Line> = items
            .iter()
            .filter(is_changed)
            .map(|item| Line::of(&item.price, &self.buyer, item.quantity, Some(rest)))
            .collect();
        self.credit_back(at, &returned, rest);
        self.take(at, items, Mode::ProratedImmediately);
        self.bill_change(at, lines)
    }

    /// Prices of another interval: the old ones come back up to the end of their period, the new ones begin one of their own.
    pub fn change_interval(&mut self, at: i64, items: Vec<Item>) -> Option<()> {
        self.reach(at)?;
        let rest = Share::rest(at, self.period);
        let mut lines: Vec<Line> =
            items.iter().map(|item| Line::of(&item.price, &self.buyer, item.quantity, None)).collect();
        for item in &self.items {
            let mut line = Line::of(&item.price, &self.buyer, -item.quantity, Some(rest));
            line.item_id = self.billed_line(&item.price.id);
            lines.push(line);
        }
        self.take(at, items, Mode::ProratedImmediately);
        (self.anchor, self.periods) = (at, 1);
        self.period = (at, self.end_of(at, 1));
        self.note(at, "billing_cycle_updated", Some("customer_request"), json!({}));
        self.bill_change(at, lines)
    }

    /// Something sold once, billed now.
    pub fn charge(&mut self, at: i64, price: &Price) -> Option<()> {
        self.reach(at)?;
        let lines = vec![Line::of(price, &self.buyer, 1, None)];
        let mut bill = self.write_with("subscription_charge", at, None, lines, None);
        self.pay(&mut bill, at + 3)
    }

    /// The same, billed with the next renewal.
    pub fn charge_next(&mut self, at: i64, price: &Price) -> Option<()> {
        self.reach(at)?;
        let lines = vec![Line::of(price, &self.buyer, 1, None)];
        self.put_off.push(PutOff { at, lines, worth: None });
        self.tell(at, "updated");
        Some(())
    }
}
