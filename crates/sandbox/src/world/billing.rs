//! Invoices: what a period's bill says, and what each price is meant to be worth from then on.

use std::collections::BTreeMap;

use model::billing::Recurrence;

use super::calendar::{self, HOUR};
use super::expected_mrr::{Act, Fate, Kind, Whole};
use super::pricing::{self, PICOS, Part, Reduction};
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::World;
use crate::ObjectKind;

/// Drafts of renewals wait so long before they are finalized ("Subscription invoices" in Stripe's documentation).
const DRAFT_S: i64 = HOUR;

impl World {
    pub(super) fn subscription(&mut self, number: u32) -> &mut Subscription {
        &mut self.subscriptions[number as usize]
    }

    pub(super) fn invoice(&mut self, number: u32) -> &mut Invoice {
        &mut self.invoices[number as usize]
    }

    pub(super) fn grain_of(&self, subscription: u32) -> i64 {
        let customer = self.subscriptions[subscription as usize].customer;
        pricing::grain(self.customers[customer as usize].currency)
    }

    /// The discount that holds now: the subscription's own before the customer's.
    pub(super) fn discount_in_force(&self, subscription: u32) -> Option<u32> {
        let subscription = &self.subscriptions[subscription as usize];
        let of_customer = self.customers[subscription.customer as usize].discount;
        let holds = |number: &u32| self.discounts[*number as usize].end.is_none_or(|end| self.now < end);
        subscription.discount.filter(holds).or(of_customer.filter(holds))
    }

    pub(super) fn coupon_of(&self, discount: u32) -> &Coupon {
        &self.catalog.coupons[self.discounts[discount as usize].coupon as usize]
    }

    /// Bills the period that has just begun, together with all that waited for it.
    pub(super) fn bill_period(&mut self, subscription: u32, billing_reason: &'static str) -> u32 {
        let invoice = self.invoices.len() as u32;
        let mut lines = self.take_pending(subscription, invoice);
        lines.extend(self.usage_lines(subscription, billing_reason));
        self.swap_as_planned(subscription);
        lines.extend(self.period_lines(subscription));
        let discount = self.discount_in_force(subscription);
        self.expect_period(subscription, discount, invoice);
        self.discount_lines(subscription, discount, &mut lines);
        self.tax_lines(subscription, &mut lines);
        self.remember_billed(subscription, &lines, invoice);
        self.use_up_discount(subscription);
        self.add_invoice(subscription, lines, billing_reason)
    }

    /// Bills what waits, between two periods.
    pub(super) fn bill_pending(&mut self, subscription: u32, billing_reason: &'static str) -> u32 {
        let invoice = self.invoices.len() as u32;
        let lines = self.take_pending(subscription, invoice);
        self.remember_billed(subscription, &lines, invoice);
        self.add_invoice(subscription, lines, billing_reason)
    }

    fn add_invoice(&mut self, number: u32, lines: Vec<Line>, billing_reason: &'static str) -> u32 {
        let subscription = &self.subscriptions[number as usize];
        let previous = calendar::after(subscription.anchor, subscription.recurrence, subscription.cycle - 1);
        let period = match billing_reason {
            "subscription_cycle" => (previous.max(subscription.created), self.now),
            _ => (self.now, self.now),
        };
        let (customer, days_until_due) = (subscription.customer, subscription.days_until_due);
        let invoice = self.new_invoice(customer, Some(number), lines, billing_reason, period, days_until_due);
        let subscription = self.subscription(number);
        subscription.latest_invoice = Some(invoice);
        subscription.unsettled.push(invoice);
        if subscription.status.is_over() || subscription.status == Status::Unpaid {
            subscription.expected_mrr.fate(invoice, Fate::LeftUnpaid);
        }
        self.emit("invoice.created", ObjectKind::Invoice, invoice);
        invoice
    }

    pub(super) fn new_invoice(
        &mut self,
        customer: u32,
        subscription: Option<u32>,
        lines: Vec<Line>,
        billing_reason: &'static str,
        period: (i64, i64),
        days_until_due: Option<i64>,
    ) -> u32 {
        if lines.len() > 10 {
            self.saw("invoice with more than ten lines");
        }
        self.invoices.push(Invoice {
            created: self.now,
            customer,
            subscription,
            currency: self.customers[customer as usize].currency,
            status: InvoiceStatus::Draft,
            billing_reason,
            lines,
            number: 0,
            period,
            days_until_due,
            due_at: None,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            uncollectible_at: None,
            attempts: 0,
            next_attempt_at: None,
            starting_balance_minor: 0,
            ending_balance_minor: None,
            paid_minor: 0,
            pre_payment_credit_minor: 0,
            post_payment_credit_minor: 0,
            payment_intent: None,
            payments: Vec::new(),
            is_advancing: true,
            revises: None,
            revised_by: None,
        });
        self.invoices.len() as u32 - 1
    }

    /// A draft is finalized after an hour.
    pub(super) fn finalize_later(&mut self, invoice: u32) {
        let now = self.now;
        self.invoice(invoice).next_attempt_at = Some(now + DRAFT_S);
        self.schedule(now + DRAFT_S, Scheduled::Finalize(invoice));
    }

    /// Invoice items that waited become lines, and the changes that they bill belong to this invoice.
    fn take_pending(&mut self, number: u32, invoice: u32) -> Vec<Line> {
        let pending = std::mem::take(&mut self.subscription(number).pending);
        let mut lines = Vec::new();
        for (invoice_item, act) in pending {
            self.invoice_items[invoice_item as usize].invoice = Some(invoice);
            lines.push(self.invoice_items[invoice_item as usize].line.clone());
            if let Some(act) = act {
                self.subscription(number).expected_mrr.billed(act, invoice);
            }
        }
        lines
    }

    /// One line per item, or several for a graduated price. A trial's lines are free.
    fn period_lines(&self, number: u32) -> Vec<Line> {
        let subscription = &self.subscriptions[number as usize];
        let grain = self.grain_of(number);
        let is_trial = subscription.status == Status::Trialing;
        let mut lines = Vec::new();
        for item in &subscription.items {
            let price = &self.catalog.prices[item.price as usize];
            if price.is_metered() || !self.is_due(number, item) {
                continue;
            }
            let period = self.period_of_item(number, item);
            let parts = match is_trial {
                true => vec![Part { amount_minor: 0, quantity: item.quantity, unit_picos: 0, tier: None }],
                false => price.scheme.parts(price.package, item.quantity, grain),
            };
            for part in parts {
                let name = &price.nickname;
                let description = match part.tier {
                    _ if is_trial => format!("Trial period for {name}"),
                    Some(tier) => format!("{} × {name} (Tier {tier})", part.quantity),
                    None => format!("{} × {name}", part.quantity),
                };
                lines.push(item_line(number, item, part, description, period));
            }
        }
        lines
    }

    /// Usage is billed after the fact. It is not recurring value (METRICS: metered is left out).
    fn usage_lines(&mut self, number: u32, billing_reason: &str) -> Vec<Line> {
        let subscription = &self.subscriptions[number as usize];
        if billing_reason != "subscription_cycle" {
            return Vec::new();
        }
        let before = calendar::after(subscription.anchor, subscription.recurrence, subscription.cycle - 1);
        let end = subscription.period.0;
        let grain = self.grain_of(number);
        let items: Vec<Item> = subscription.items.clone();
        let mut lines = Vec::new();
        for item in items {
            let price = &self.catalog.prices[item.price as usize];
            if !price.is_metered() {
                continue;
            }
            let period = (before.max(item.price_since), end);
            let used = self.chance.between(200, 40_000);
            let description = format!("{used} × {}", price.nickname);
            for part in price.scheme.parts(price.package, used, grain) {
                lines.push(item_line(number, &item, part, description.clone(), period));
            }
            self.saw("metered usage billed");
        }
        lines
    }

    /// Prorations and one-off lines are not discountable; in the first the discount already is.
    fn discount_lines(&mut self, number: u32, discount: Option<u32>, lines: &mut [Line]) {
        let Some(discount) = discount else { return };
        let grain = self.grain_of(number);
        let reduction = self.coupon_of(discount).reduction;
        let is_discountable = |line: &&mut Line| matches!(line.source, LineSource::Item { .. });
        let mut discountable: Vec<&mut Line> = lines.iter_mut().filter(is_discountable).collect();
        let amounts: Vec<i64> = discountable.iter().map(|line| line.amount_minor).collect();
        let off = reduction.spread(&amounts, grain);
        for (line, off) in discountable.iter_mut().zip(off) {
            line.discount = (line.amount_minor != 0).then_some((discount, off));
        }
        self.saw(match (reduction, self.coupon_of(discount).duration) {
            (Reduction::Percent(10_000), _) => "100 % coupon",
            (Reduction::Percent(_), Duration::Once) => "percent once",
            (Reduction::Percent(_), Duration::Months(_)) => "percent for months",
            (Reduction::Percent(_), Duration::Forever) => "percent forever",
            (Reduction::Amount(_), Duration::Once) => "amount once",
            (Reduction::Amount(_), Duration::Months(_)) => "amount for months",
            (Reduction::Amount(_), Duration::Forever) => "amount forever",
        });
    }

    pub(super) fn tax_lines(&mut self, number: u32, lines: &mut [Line]) {
        let Some(rule) = self.subscriptions[number as usize].tax else { return };
        let grain = self.grain_of(number);
        for line in lines.iter_mut().filter(|line| line.tax.is_none()) {
            let taxable_minor = line.amount_minor - line.discount_minor();
            let amount_minor = rule.tax(taxable_minor, grain);
            line.tax = Some(LineTax { amount_minor, taxable_minor, rule });
        }
        self.saw(if rule.is_inclusive { "inclusive tax" } else { "exclusive tax" });
    }

    /// What each price is meant to be worth in the period that begins now: the price of the quantity, less the discount
    /// in force and the tax inside, by the month. A trial is worth nothing. A price that the subscription had and no
    /// longer has ends here (METRICS: a switch without proration).
    fn expect_period(&mut self, number: u32, discount: Option<u32>, invoice: u32) {
        let subscription = &self.subscriptions[number as usize];
        let (at, grain) = (self.now, self.grain_of(number));
        let is_trial = subscription.status == Status::Trialing;
        let mut asked: Vec<(u32, i64)> = Vec::new();
        let is_due = |item: &&Item| self.is_due(number, item);
        let running: Vec<u32> =
            subscription.items.iter().filter(|item| !is_due(item)).map(|item| item.price).collect();
        for item in subscription.items.iter().filter(is_due) {
            let price = &self.catalog.prices[item.price as usize];
            if price.is_metered() {
                continue;
            }
            let parts = price.scheme.parts(price.package, item.quantity, grain);
            asked.extend(parts.iter().map(|part| (item.price, if is_trial { 0 } else { part.amount_minor })));
        }
        let amounts: Vec<i64> = asked.iter().map(|(_, amount)| *amount).collect();
        let off = match discount {
            Some(discount) => self.coupon_of(discount).reduction.spread(&amounts, grain),
            None => vec![0; amounts.len()],
        };
        let mut quantities: BTreeMap<u32, i64> = BTreeMap::new();
        for item in subscription.items.iter().filter(|item| !is_trial && is_due(item)) {
            *quantities.entry(item.price).or_default() += item.quantity;
        }
        let mut values: BTreeMap<u32, i64> = BTreeMap::new();
        for ((price, amount_minor), off) in asked.into_iter().zip(off) {
            let left_minor = amount_minor - off;
            *values.entry(price).or_default() +=
                subscription.tax.map_or(left_minor, |tax| tax.net(left_minor, grain));
        }
        let months: BTreeMap<u32, Recurrence> =
            values.keys().map(|price| (*price, self.recurrence_of_price(number, *price))).collect();
        let expected_mrr = &mut self.subscription(number).expected_mrr;
        let is_gone = |price: &u32| !values.contains_key(price) && !running.contains(price);
        let mut gone: Vec<u32> = expected_mrr.prices().filter(is_gone).collect();
        gone.sort_unstable();
        gone.dedup();
        if values.is_empty() {
            return;
        }
        for price in gone {
            expected_mrr.act(Act {
                at,
                price,
                kind: Kind::NotRenewed,
                value_minor: 0,
                invoice: Some(invoice),
                whole: None,
                would_end_at: None,
            });
        }
        for (price, net_minor) in values {
            let value_minor = pricing::per_month(net_minor, months[&price]);
            let quantity = quantities.get(&price).copied().unwrap_or_default();
            let whole = Whole { quantity, net_picos: i128::from(net_minor) * PICOS, rounding_picos: 0 };
            let invoice = Some(invoice);
            let (kind, whole) = (Kind::Period, Some(whole));
            expected_mrr.act(Act { at, price, kind, value_minor, invoice, whole, would_end_at: None });
        }
    }

    /// What may have to be given back later, and by which line it was asked for.
    fn remember_billed(&mut self, number: u32, lines: &[Line], invoice: u32) {
        let prices = &self.catalog.prices;
        for item in &mut self.subscriptions[number as usize].items {
            let of_item = lines.iter().zip(0..).filter(|(line, _)| match line.source {
                LineSource::Item { item: of } | LineSource::Proration { item: of, is_credit: false, .. } => {
                    of == item.number && line.price == Some(item.price)
                }
                _ => false,
            });
            let of_item: Vec<(&Line, u32)> = of_item.collect();
            let Some((last, position)) = of_item.last() else { continue };
            item.billed_by = Some((invoice, *position));
            if !matches!(last.source, LineSource::Item { .. }) {
                continue;
            }
            let billed = |(line, _): &(&Line, u32)| line.amount_minor - line.discount_minor();
            let is_plain =
                of_item.iter().all(|(line, _)| line.discount_minor() == 0 && line.amount_minor != 0);
            let price = &prices[item.price as usize];
            let discounted: i64 = of_item.iter().map(|(line, _)| line.discount_minor()).sum();
            let amount: i64 = of_item.iter().map(|(line, _)| line.amount_minor).sum();
            item.last_bill = (amount > 0).then_some((amount, discounted));
            item.is_billed = true;
            item.billed_picos = match is_plain {
                true => price.scheme.full_picos(price.package, item.quantity),
                false => i128::from(of_item.iter().map(billed).sum::<i64>()) * PICOS,
            };
        }
    }

    fn use_up_discount(&mut self, number: u32) {
        let Some(discount) = self.discount_in_force(number) else { return };
        if self.coupon_of(discount).duration == Duration::Once {
            self.discounts[discount as usize].end = Some(self.now);
        }
    }

    pub(super) fn recurrence_of_price(&self, number: u32, price: u32) -> Recurrence {
        let own = self.catalog.prices[price as usize].recurrence;
        own.unwrap_or(self.subscriptions[number as usize].recurrence)
    }

    /// How many of the subscription's periods one of the item's lasts: several for an item of a longer interval.
    fn cycles_of(&self, number: u32, item: &Item) -> i64 {
        let whole = pricing::whole_months(self.recurrence_of_price(number, item.price));
        let own = pricing::whole_months(self.subscriptions[number as usize].recurrence);
        match (whole, own) {
            (Some(whole), Some(own)) => (whole / own).max(1),
            _ => 1,
        }
    }

    /// Whether a period of the item begins with the subscription's.
    pub(super) fn is_due(&self, number: u32, item: &Item) -> bool {
        self.subscriptions[number as usize].cycle % self.cycles_of(number, item) == 0
    }

    pub(super) fn period_of_item(&self, number: u32, item: &Item) -> (i64, i64) {
        let state = &self.subscriptions[number as usize];
        match self.cycles_of(number, item) {
            1 => state.period,
            cycles => {
                let recurrence = self.recurrence_of_price(number, item.price);
                period_of(state.anchor, recurrence, state.cycle.div_euclid(cycles))
            }
        }
    }

    fn swap_as_planned(&mut self, number: u32) {
        let now = self.now;
        let state = self.subscription(number);
        if let Some(price) = state.next_price.take() {
            let item = &mut state.items[0];
            (item.price, item.price_since, item.is_billed) = (price, now, false);
            self.saw("usage replaced by a flat price");
        }
    }

    /// Moves on to the period that begins at the end of the running one.
    pub(super) fn begin_next_period(&mut self, number: u32) {
        let subscription = self.subscription(number);
        subscription.cycle += 1;
        let (anchor, recurrence, cycle) = (subscription.anchor, subscription.recurrence, subscription.cycle);
        subscription.period = period_of(anchor, recurrence, cycle);
        let end = subscription.period.1;
        self.schedule(end, Scheduled::PeriodEnds { subscription: number, at: end });
    }

    /// Periods are counted again from now.
    pub(super) fn reset_cycle(&mut self, number: u32, recurrence: Recurrence) {
        let now = self.now;
        let subscription = self.subscription(number);
        (subscription.anchor, subscription.recurrence, subscription.cycle) = (now, recurrence, 0);
        subscription.period = period_of(now, recurrence, 0);
        let end = subscription.period.1;
        self.schedule(end, Scheduled::PeriodEnds { subscription: number, at: end });
    }
}

fn period_of(anchor: i64, recurrence: Recurrence, cycle: i64) -> (i64, i64) {
    (calendar::after(anchor, recurrence, cycle), calendar::after(anchor, recurrence, cycle + 1))
}

fn item_line(subscription: u32, item: &Item, part: Part, description: String, period: (i64, i64)) -> Line {
    Line {
        source: LineSource::Item { item: item.number },
        subscription: Some(subscription),
        invoice_item: None,
        price: Some(item.price),
        description,
        amount_minor: part.amount_minor,
        quantity: part.quantity,
        unit_picos: part.unit_picos,
        period,
        discount: None,
        tax: None,
    }
}
