//! The rules of a customer's MRR, each asked anew for every instant. Slow and plain on purpose.

use std::collections::{BTreeMap, BTreeSet};

use metrics::ledger::PriceBook;
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, SubscriptionId, UnixSeconds};

use super::worth::{a_month, full_price};

/// A customer's MRR from an instant on, in one currency.
pub type Change = (UnixSeconds, Currency, i64);

#[derive(Debug, Clone)]
pub struct Line<'a> {
    pub line: &'a InvoiceLine,
    pub price: &'a Price,
    pub recurrence: Recurrence,
    /// `None`: a pending item.
    pub invoice: Option<&'a Invoice>,
    pub item: String,
}

pub struct Reader<'a> {
    pub subscription: Option<&'a Subscription>,
    pub rules: LedgerRules,
    /// Those that count, by period start.
    pub lines: Vec<Line<'a>>,
    /// All of them.
    billed: Vec<Line<'a>>,
}

pub fn totals(history: &CustomerHistory, prices: &PriceBook, rules: LedgerRules) -> Vec<Change> {
    let mut changes: BTreeMap<(UnixSeconds, Currency), i64> = BTreeMap::new();
    let mut lines: BTreeMap<&SubscriptionId, Vec<Line>> = BTreeMap::new();
    let billed = history.invoices.iter().flat_map(|one| one.lines.iter().map(move |line| (Some(one), line)));
    let pending = history.invoice_items.iter().filter(|item| item.invoice.is_none());
    for (invoice, line) in billed.chain(pending.map(|item| (None, &item.line))) {
        let Some(price) = line.price.as_ref().and_then(|id| prices.get(id)) else { continue };
        let (Some(subscription), Some(recurrence)) = (&line.subscription, price.recurrence) else { continue };
        let item = line.subscription_item.as_ref().map_or(price.id.as_str(), |id| id.as_str()).to_owned();
        lines.entry(subscription).or_default().push(Line { line, price, recurrence, invoice, item });
    }
    for (id, billed) in &lines {
        let subscription = history.subscriptions.iter().find(|subscription| subscription.id == **id);
        let reader = Reader::new(subscription, billed.clone(), rules);
        let items: BTreeSet<&str> = billed.iter().map(|line| line.item.as_str()).collect();
        for item in items {
            let mut last = 0;
            for at in reader.instants() {
                let value = reader.value(item, at);
                let currency = billed.iter().find(|line| line.item == item).unwrap().line.currency;
                *changes.entry((at, currency)).or_default() += value - last;
                last = value;
            }
        }
    }
    for subscription in history.subscriptions.iter().filter(|one| !lines.contains_key(&one.id)) {
        if rules.count_unbilled && subscription.status == SubscriptionStatus::Active {
            for item in &subscription.items {
                let price = prices.get(&item.price).unwrap();
                let recurrence = price.recurrence.unwrap();
                let currency = subscription.currency.unwrap_or(price.currency);
                if !recurrence.is_metered {
                    let (full, _) = full_price(price, currency, item.quantity);
                    let start = subscription.started_at.unwrap();
                    *changes.entry((start, currency)).or_default() += a_month(full, recurrence);
                }
            }
        }
    }
    let mut current: BTreeMap<Currency, i64> = BTreeMap::new();
    let mut totals = Vec::new();
    for ((at, currency), delta) in changes.into_iter().filter(|(_, delta)| *delta != 0) {
        *current.entry(currency).or_default() += delta;
        totals.push((at, currency, current[&currency]));
    }
    totals
}

impl Line<'_> {
    pub fn start(&self) -> UnixSeconds {
        self.line.period.start
    }

    pub fn end(&self) -> UnixSeconds {
        self.line.period.end
    }

    pub fn is_usage(&self) -> bool {
        self.recurrence.is_metered
    }

    pub fn on_invoice_of(&self, other: &Line) -> bool {
        self.invoice.map(|invoice| &invoice.id) == other.invoice.map(|invoice| &invoice.id)
    }

    fn is_credit(&self) -> bool {
        let InvoiceLine { amount_minor, is_proration_credit, .. } = *self.line;
        self.line.is_proration && (amount_minor < 0 || (amount_minor == 0 && is_proration_credit))
    }

    fn status(&self) -> Option<InvoiceStatus> {
        self.invoice.map(|invoice| invoice.status)
    }
}

impl<'a> Reader<'a> {
    fn new(subscription: Option<&'a Subscription>, mut billed: Vec<Line<'a>>, rules: LedgerRules) -> Self {
        billed.sort_by_key(|line| (line.start(), line.invoice.map_or(i64::MAX, |one| one.created_at.0)));
        let mut reader = Self { subscription, rules, lines: Vec::new(), billed };
        let billed = &reader.billed;
        let plainly: Vec<&Line> = billed.iter().filter(|line| reader.counts(line)).collect();
        let is_made = |line: &Line| {
            let is_item = |price| subscription.is_some_and(|one| one.items.iter().any(|item| item.price == price));
            line.line.is_proration
                && !reader.waits(line)
                && plainly.iter().any(|other| other.start() < line.start())
                && (is_item(line.price.id.clone())
                    || plainly.iter().any(|o| o.start() > line.start() && o.price.id == line.price.id))
        };
        let is_newest = |line: &Line| {
            let is_newer = |other: &&Line| {
                !other.line.is_proration
                    && !other.is_usage()
                    && other.item == line.item
                    && other.line.period == line.line.period
                    && other.invoice.map(|one| one.created_at) > line.invoice.map(|one| one.created_at)
            };
            line.line.is_proration || line.is_usage() || !plainly.iter().any(|other| is_newer(other))
        };
        let counting = billed.iter().filter(|line| (reader.counts(line) && is_newest(line)) || is_made(line));
        reader.lines = counting.cloned().collect();
        reader
    }

    fn is_alive(&self) -> bool {
        use SubscriptionStatus::{Active, PastDue, Paused, Trialing};
        self.subscription.is_some_and(|one| matches!(one.status, Active | PastDue | Trialing | Paused))
    }

    /// Whether the line is of the invoice that a pending update waits for.
    fn waits(&self, line: &Line) -> bool {
        let update = self.subscription.and_then(|one| one.pending_update.as_ref());
        let waited = update.and_then(|update| update.invoice.as_ref());
        waited.is_some() && waited == line.invoice.map(|invoice| &invoice.id)
    }

    fn counts(&self, line: &Line) -> bool {
        match line.status() {
            None | Some(InvoiceStatus::Paid) => true,
            Some(InvoiceStatus::Open | InvoiceStatus::Draft) => self.is_alive() && !self.waits(line),
            Some(InvoiceStatus::Void | InvoiceStatus::Uncollectible | InvoiceStatus::Unknown) => false,
        }
    }

    pub fn ordinary_lines<'s>(&'s self, item: &'s str) -> impl Iterator<Item = &'s Line<'a>> {
        self.lines.iter().filter(move |line| line.item == item && !line.line.is_proration)
    }

    /// The lines that bill time of an item.
    fn bills<'s>(&'s self, item: &'s str) -> impl Iterator<Item = &'s Line<'a>> {
        self.lines.iter().filter(move |line| line.item == item && !line.is_credit())
    }

    fn instants(&self) -> BTreeSet<UnixSeconds> {
        let bounds = self.billed.iter().flat_map(|line| [line.start(), line.end()]);
        bounds.chain(self.end()).collect()
    }

    fn value(&self, item: &str, at: UnixSeconds) -> i64 {
        if self.end().is_some_and(|end| end <= at) {
            return 0;
        }
        let flat = self.bills(item).filter(|line| !line.is_usage() && line.start() <= at).last();
        let is_later = |line: &&Line| flat.is_none_or(|flat| line.start() > flat.start());
        let usage = self.bills(item).filter(|line| line.is_usage() && line.start() <= at).filter(is_later);
        let usage: Vec<&Line> = usage.collect();
        let in_force = if usage.is_empty() {
            flat
        } else if self.rules.include_metered {
            usage.into_iter().filter(|line| line.end() <= at).last()
        } else {
            None
        };
        let Some(in_force) = in_force else { return 0 };
        let is_over = self.zeros(item).into_iter().any(|zero| in_force.start() < zero && zero <= at);
        if is_over { 0 } else { self.worth(in_force) }
    }

    /// From when on nothing is worth anything.
    fn end(&self) -> Option<UnixSeconds> {
        use InvoiceStatus::{Draft, Open, Uncollectible};
        let subscription = self.subscription?;
        if subscription.status == SubscriptionStatus::Unpaid {
            let unpaid = self.billed.iter().filter(|line| matches!(line.status(), Some(Open | Draft | Uncollectible)));
            return unpaid.filter(|line| !line.line.is_proration).map(Line::start).min();
        }
        match self.rules.churn_at {
            ChurnAt::Ended => subscription.ended_at,
            ChurnAt::Requested => subscription.canceled_at.into_iter().chain(subscription.ended_at).min(),
            ChurnAt::PaidThrough => {
                let paid = |item: &str| {
                    let paid = self.bills(item).filter(|line| line.status() == Some(InvoiceStatus::Paid));
                    paid.last().map(Line::end)
                };
                let through = self.lines.iter().filter_map(|line| paid(&line.item)).max();
                subscription.ended_at.map(|ended| through.unwrap_or(ended))
            }
        }
    }

    /// When an item became worth nothing, whatever came later.
    fn zeros(&self, item: &str) -> Vec<UnixSeconds> {
        let starts = |at: UnixSeconds| self.bills(item).any(|line| line.start() == at);
        // It was removed.
        let credits = self.lines.iter().filter(|line| line.item == item && line.is_credit());
        let mut zeros: Vec<UnixSeconds> = credits.map(Line::start).collect();
        // A bill was given up.
        for line in self.billed.iter().filter(|line| self.is_given_up(line)) {
            let last = self.bills(item).filter(|bill| bill.start() < line.start()).last();
            if line.item == item || last.is_some_and(|last| last.end() <= line.start()) {
                zeros.push(line.start());
            }
        }
        zeros.retain(|at| !starts(*at));
        // A hole.
        let bills: Vec<&Line> = self.bills(item).collect();
        for pair in bills.windows(2) {
            if pair[0].end().0 + 86_400 < pair[1].start().0 {
                zeros.push(pair[0].end());
            }
        }
        // Not renewed.
        if let Some(last) = bills.last() {
            let is_later = |line: &&Line| {
                let is_due = if last.is_usage() { line.start() > last.end() } else { line.start() >= last.end() };
                is_due && line.item != item && !line.is_credit()
            };
            let items = self.subscription.map_or(&[][..], |subscription| &subscription.items);
            let is_item = |one: &SubscriptionItem| [one.id.as_str(), one.price.as_str()].contains(&item);
            if self.lines.iter().any(|line| is_later(&line)) || !items.iter().any(is_item) {
                zeros.push(last.end());
            }
        }
        zeros
    }

    fn is_given_up(&self, line: &Line) -> bool {
        let Some(invoice) = line.invoice else { return false };
        let is_dropped = matches!(invoice.status, InvoiceStatus::Void | InvoiceStatus::Uncollectible);
        let goes_on = || self.is_alive() || self.lines.iter().any(|other| other.start() > line.start());
        is_dropped && !line.line.is_proration && (invoice.attempt_count == 0 || goes_on())
    }
}
