//! Changes within a period, as "Prorations" in Stripe's documentation has them: by the second, the unused time of what
//! was billed first, then the remaining time of what there is now, with the discount in force inside the amounts.

use super::expected_mrr::{Act, Kind, Whole};
use super::pricing::{self, PICOS, Reduction};
use super::records::*;
use super::simulated::World;
use crate::ObjectKind;

/// What a change asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proration {
    /// Nothing before the next period.
    None,
    /// Invoice items that wait for the next invoice.
    Pending,
    /// An invoice of its own.
    Immediate,
}

/// The time that a change is about, mostly from now to the end of the period, and which part of a whole period it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProratedTime {
    pub period: (i64, i64),
    pub part_s: i64,
    pub whole_s: i64,
}

/// What a share of a price is billed at: in full, and what of that is a discount that the line states.
#[derive(Debug, Clone, Copy)]
struct Share {
    amount_minor: i64,
    off_minor: i64,
}

impl World {
    /// Another price or quantity for an item, at the same interval.
    pub(super) fn change_item(
        &mut self,
        number: u32,
        index: usize,
        price: u32,
        quantity: i64,
        how: Proration,
    ) {
        let before = self.subscriptions[number as usize].items[index].clone();
        if how == Proration::None {
            let now = self.now;
            let item = &mut self.subscription(number).items[index];
            (item.price, item.quantity, item.is_billed) = (price, quantity, false);
            item.price_since = now;
            self.saw("switch without proration");
        } else {
            let act = (before.price != price).then(|| self.intend(number, self.change_to(before.price, 0)));
            self.give_back(number, &before, act);
            let now = self.now;
            let item = &mut self.subscription(number).items[index];
            (item.price, item.quantity, item.price_since) = (price, quantity, now);
            self.ask_for_rest(number, index, self.rest(number));
            self.saw(match how {
                Proration::Immediate => "proration at once",
                _ => "proration pending",
            });
        }
        self.changed(number, how);
    }

    /// From a flat price to usage: the unused time is given back, and usage is billed at the end of the period.
    pub(super) fn change_to_usage(&mut self, number: u32, index: usize, price: u32) {
        let before = self.subscriptions[number as usize].items[index].clone();
        let act = self.intend(number, self.change_to(before.price, 0));
        self.give_back(number, &before, Some(act));
        let now = self.now;
        let item = &mut self.subscription(number).items[index];
        (item.price, item.quantity, item.price_since, item.is_billed) = (price, 1, now, false);
        self.saw("flat price replaced by usage");
        self.changed(number, Proration::Immediate);
    }

    /// A price more, for the rest of the period.
    pub(super) fn add_item(&mut self, number: u32, price: u32, quantity: i64, how: Proration) {
        let item = self.new_item(number, price, quantity);
        self.subscription(number).items.push(item);
        if how != Proration::None {
            let index = self.subscriptions[number as usize].items.len() - 1;
            self.ask_for_rest(number, index, self.rest(number));
        }
        self.saw("add-on added");
        self.changed(number, how);
    }

    /// A price less. Without proration it is worth what it was until the next period (METRICS: not renewed).
    pub(super) fn remove_item(&mut self, number: u32, index: usize, how: Proration) {
        let item = self.subscription(number).items.remove(index);
        if how != Proration::None && item.is_billed {
            let would_end_at = Some(self.subscriptions[number as usize].period.1);
            let act = self.intend(number, Act { would_end_at, ..self.change_to(item.price, 0) });
            self.give_back(number, &item, Some(act));
        } else {
            self.subscription(number).expected_mrr.dropped(item.price);
        }
        self.saw("add-on removed");
        self.changed(number, how);
    }

    /// The unused time of all items, when the subscription ends or its interval changes.
    pub(super) fn give_all_back(&mut self, number: u32) {
        for item in self.subscriptions[number as usize].items.clone() {
            let act = self.intend(number, self.change_to(item.price, 0));
            self.give_back(number, &item, Some(act));
        }
    }

    pub(super) fn new_item(&mut self, subscription: u32, price: u32, quantity: i64) -> Item {
        let number = self.items.len() as u32;
        self.items.push(subscription);
        Item {
            number,
            created: self.now,
            price,
            quantity,
            billed_picos: 0,
            is_billed: false,
            billed_by: None,
            last_bill: None,
            price_since: self.now,
        }
    }

    /// Whether a change now has something to be in proportion to: each item was paid for, and there is some time left.
    pub(super) fn can_prorate(&self, number: u32) -> bool {
        let subscription = &self.subscriptions[number as usize];
        let (start, end) = subscription.period;
        let is_within = start < self.now && (end - self.now) * 10 > end - start;
        is_within && self.is_paid_for(number)
    }

    /// Whether each item's running period was billed as one of the subscription's, and paid.
    pub(super) fn is_paid_for(&self, number: u32) -> bool {
        let subscription = &self.subscriptions[number as usize];
        let is_paid =
            |(invoice, _): (u32, u32)| self.invoices[invoice as usize].status == InvoiceStatus::Paid;
        let is_billed =
            |item: &Item| item.is_billed && item.billed_picos > 0 && item.billed_by.is_none_or(is_paid);
        let is_whole = |item: &Item| self.period_of_item(number, item) == subscription.period;
        let is_regular = subscription.cycle >= 0 && subscription.pending_update.is_none();
        is_regular && subscription.items.iter().all(|item| is_whole(item) && is_billed(item))
    }

    fn changed(&mut self, number: u32, how: Proration) {
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
        if how == Proration::Immediate {
            let invoice = self.bill_pending(number, "subscription_update");
            self.finalize(invoice);
        }
    }

    fn rest(&self, number: u32) -> ProratedTime {
        let (start, end) = self.subscriptions[number as usize].period;
        ProratedTime { period: (self.now, end), part_s: end - self.now, whole_s: end - start }
    }

    fn give_back(&mut self, number: u32, item: &Item, act: Option<usize>) {
        if !item.is_billed {
            return;
        }
        let rest = self.rest(number);
        let price = &self.catalog.prices[item.price as usize];
        let full_picos = price.scheme.full_picos(price.package, item.quantity);
        let share = self.share(number, -full_picos, -item.billed_picos, rest);
        let name = &self.catalog.prices[item.price as usize].nickname;
        let description = format!("Unused time on {} × {name}", item.quantity);
        let source = LineSource::Proration { item: item.number, is_credit: true, credited: item.billed_by };
        self.add_proration(number, item, source, (description, share), rest, act);
    }

    /// A discount is inside the amount, or beside it where prorations state theirs.
    fn share(&self, number: u32, full_picos: i128, discounted_picos: i128, rest: ProratedTime) -> Share {
        let grain = self.grain_of(number);
        let of = |picos| pricing::prorate(picos, rest.part_s, rest.whole_s, grain);
        let discounted_minor = of(discounted_picos);
        if !self.subscriptions[number as usize].itemizes_discounts {
            return Share { amount_minor: discounted_minor, off_minor: 0 };
        }
        let amount_minor = of(full_picos);
        Share { amount_minor, off_minor: amount_minor - discounted_minor }
    }

    /// Asks for the remaining time of an item as it is now. What it is meant to be worth from now on is its full price,
    /// or, with a discount or tax inside, as much of it as is asked for (METRICS: proration line).
    pub(super) fn ask_for_rest(&mut self, number: u32, index: usize, rest: ProratedTime) {
        let grain = self.grain_of(number);
        let discounted_picos = self.discounted_picos(number, index);
        let item = &mut self.subscription(number).items[index];
        (item.billed_picos, item.is_billed, item.billed_by) = (discounted_picos, true, None);
        let item = item.clone();
        let price = &self.catalog.prices[item.price as usize];
        let full_picos = price.scheme.full_picos(price.package, item.quantity);
        let share = self.share(number, full_picos, discounted_picos, rest);

        let subscription = &self.subscriptions[number as usize];
        let span = (rest.part_s, rest.whole_s);
        let by_bill = item.last_bill.map_or(discounted_picos, |(amount_minor, off_minor)| {
            full_picos * i128::from(amount_minor - off_minor) / i128::from(amount_minor)
        });
        let stated = (share.amount_minor, share.off_minor);
        let whole_picos = pricing::whole_by_share(full_picos, by_bill, stated, span);
        let inside = subscription.tax.filter(|tax| tax.is_inclusive);
        let tax_minor = inside.map_or(0, |tax| tax.tax(pricing::round(whole_picos, PICOS), grain));
        let net_picos = whole_picos - i128::from(tax_minor) * PICOS;
        let value_minor = pricing::price_per_month(net_picos, subscription.recurrence);
        let rounding_picos = pricing::rounding_picos(item.quantity, span);
        let whole = Whole { quantity: item.quantity, net_picos, rounding_picos };
        let description = format!("Remaining time on {} × {}", item.quantity, price.nickname);
        let at = rest.period.0;
        let act =
            self.intend(number, Act { at, whole: Some(whole), ..self.change_to(item.price, value_minor) });
        let source = LineSource::Proration { item: item.number, is_credit: false, credited: None };
        self.add_proration(number, &item, source, (description, share), rest, Some(act));
    }

    fn change_to(&self, price: u32, value_minor: i64) -> Act {
        let at = self.now;
        Act { at, price, kind: Kind::Change, value_minor, invoice: None, whole: None, would_end_at: None }
    }

    fn intend(&mut self, number: u32, act: Act) -> usize {
        self.subscription(number).expected_mrr.act(act)
    }

    /// The price of a whole period less the discount in force. A coupon for one invoice is not for changes.
    fn discounted_picos(&self, number: u32, index: usize) -> i128 {
        let items = &self.subscriptions[number as usize].items;
        let full = |item: &Item| {
            let price = &self.catalog.prices[item.price as usize];
            price.scheme.full_picos(price.package, item.quantity)
        };
        let own = full(&items[index]);
        let discount = self.discount_in_force(number);
        let coupon = discount.map(|discount| self.coupon_of(discount));
        match coupon.filter(|coupon| coupon.duration != Duration::Once).map(|coupon| coupon.reduction) {
            None => own,
            Some(Reduction::Percent(percent)) => own * i128::from(10_000 - percent) / 10_000,
            Some(reduction @ Reduction::Amount(_)) => {
                let amounts: Vec<i64> = items.iter().map(|item| pricing::round(full(item), PICOS)).collect();
                own - i128::from(reduction.spread(&amounts, 1)[index]) * PICOS
            }
        }
    }

    fn add_proration(
        &mut self,
        number: u32,
        item: &Item,
        source: LineSource,
        (description, share): (String, Share),
        rest: ProratedTime,
        act: Option<usize>,
    ) {
        let price = &self.catalog.prices[item.price as usize];
        let unit_picos = price.scheme.full_picos(price.package, 1);
        let in_force = self.discount_in_force(number).or(self.subscriptions[number as usize].discount);
        let discount = in_force.map(|discount| (discount, share.off_minor));
        let mut lines = [Line {
            source,
            subscription: Some(number),
            invoice_item: Some(self.invoice_items.len() as u32),
            price: Some(item.price),
            description,
            amount_minor: share.amount_minor,
            quantity: item.quantity,
            unit_picos,
            period: rest.period,
            discount: discount.filter(|(_, off_minor)| *off_minor != 0),
            tax: None,
        }];
        self.tax_lines(number, &mut lines);
        let [line] = lines;
        if line.inclusive_tax_minor() != 0 {
            self.saw("inclusive tax on a proration");
        }
        self.add_invoice_item(self.subscriptions[number as usize].customer, line, act);
    }

    /// An invoice item, waiting for the next invoice of its subscription.
    pub(super) fn add_invoice_item(&mut self, customer: u32, line: Line, act: Option<usize>) -> u32 {
        let invoice_item = self.invoice_items.len() as u32;
        let currency = self.customers[customer as usize].currency;
        if let Some(subscription) = line.subscription {
            self.subscription(subscription).pending.push((invoice_item, act));
        }
        self.invoice_items.push(InvoiceItem { created: self.now, customer, line, currency, invoice: None });
        self.emit("invoiceitem.created", ObjectKind::InvoiceItem, invoice_item);
        invoice_item
    }
}
