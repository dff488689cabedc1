//! The rules of a customer's MRR, each computed again for every instant. Slow and plain on purpose.

use std::collections::{BTreeMap, BTreeSet};

use metrics::ledger::PriceBook;
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, PriceId, SubscriptionId, UnixSeconds};
use rust_decimal::Decimal;

use super::worth::{a_month, full_price, moved};

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
    pub billed: Vec<Line<'a>>,
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
            let currency = billed.iter().find(|line| line.item == item).unwrap().line.currency;
            let (zeros, mut last) = (reader.zeros(item), 0);
            for at in reader.instants() {
                let value = reader.value(item, &zeros, at);
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

    fn order(&self) -> (UnixSeconds, i64) {
        (self.start(), self.invoice.map_or(i64::MAX, |one| one.created_at.0))
    }

    /// From when on it has a value: usage once it is known.
    fn known(&self) -> UnixSeconds {
        if self.is_usage() { self.end() } else { self.start() }
    }

    /// Until when it says that the item is billed. Usage counts until the next would be known.
    fn through(&self) -> UnixSeconds {
        if self.is_usage() { moved(self.end(), self.recurrence, 1) } else { self.end() }
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
        billed.sort_by_key(Line::order);
        let mut reader = Self { subscription, rules, lines: Vec::new(), billed };
        let billed = &reader.billed;
        let plainly: Vec<&Line> = billed.iter().filter(|line| reader.counts(line)).collect();
        let is_newest = |line: &Line| {
            let is_newer = |other: &&Line| {
                !other.line.is_proration
                    && !other.is_usage()
                    && other.item == line.item
                    && other.line.period == line.line.period
                    && other.invoice.map(|one| one.created_at) > line.invoice.map(|one| one.created_at)
            };
            line.line.is_proration || line.is_usage() || !plainly.iter().any(is_newer)
        };
        reader.lines = plainly.iter().filter(|line| is_newest(line)).copied().cloned().collect();
        reader.make_changes();
        reader
    }

    /// Changes whose bill was given up. The latest first, since each may show that the one before it was made.
    fn make_changes(&mut self) {
        let is_in_vain = |line: &&Line| line.line.is_proration && !self.counts(line) && !self.waits(line);
        let in_vain: Vec<Line> = self.billed.iter().filter(is_in_vain).rev().cloned().collect();
        let is_with = |one: &Line, other: &Line| one.on_invoice_of(other) && one.start() == other.start();
        for change in in_vain.iter().filter(|line| !line.is_credit()) {
            if self.is_made(change) {
                // What it gives back belongs to it.
                let is_of_it = |credit: &&Line| {
                    let is_same_item = credit.item == change.item || credit.line.subscription_item.is_none();
                    credit.is_credit() && is_with(credit, change) && is_same_item
                };
                self.lines.extend(in_vain.iter().filter(is_of_it).cloned());
                self.lines.push(change.clone());
            }
        }
        for credit in in_vain.iter().filter(|line| line.is_credit()) {
            let is_alone = !in_vain.iter().any(|other| !other.is_credit() && is_with(other, credit));
            if is_alone && self.is_after_another(credit) && self.is_known_later(credit, None) {
                self.lines.push(credit.clone());
            }
        }
        self.lines.sort_by_key(Line::order);
    }

    /// A price that is new to the item shows by itself, and so does a change that waited for the next period's bill. One
    /// that was billed at once may have depended on its payment, and shows by its quantity.
    fn is_made(&self, change: &Line) -> bool {
        let is_old = |line: &Line| line.price.id == change.price.id && line.start() < change.start();
        let had_it = self.bills(&change.item).any(is_old);
        let is_beside_a_period =
            change.invoice.is_some_and(|invoice| invoice.lines.iter().any(|line| !line.is_proration));
        let quantity = (had_it && !is_beside_a_period).then_some(change.line.quantity);
        self.is_after_another(change) && self.is_known_later(change, quantity)
    }

    fn is_after_another(&self, change: &Line) -> bool {
        self.lines.iter().any(|line| line.start() < change.start())
    }

    /// Whether the subscription has the price, or a later line bills it; in this quantity, if there is one to look for.
    fn is_known_later(&self, change: &Line, quantity: Option<Decimal>) -> bool {
        let items = self.subscription.map_or(&[][..], |subscription| &subscription.items);
        let of = |line: &Line| {
            if line.line.is_proration { line.line.quantity } else { self.ordinary(line).quantity }
        };
        let is_same = |price: &PriceId, of: Decimal| {
            *price == change.price.id && quantity.is_none_or(|quantity| quantity == of)
        };
        let is_later = |line: &&Line| line.start() > change.start();
        items.iter().any(|item| is_same(&item.price, item.quantity))
            || self.lines.iter().filter(is_later).any(|line| is_same(&line.price.id, of(line)))
    }

    fn is_alive(&self) -> bool {
        use SubscriptionStatus::{Active, PastDue, Paused, Trialing};
        self.subscription.is_some_and(|one| matches!(one.status, Active | PastDue | Trialing | Paused))
    }

    /// Whether the line belongs to the invoice that a pending update waits for.
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
        let bounds = self.billed.iter().flat_map(|line| [line.start(), line.end(), line.through()]);
        bounds.chain(self.end()).collect()
    }

    fn value(&self, item: &str, zeros: &[UnixSeconds], at: UnixSeconds) -> i64 {
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
            usage.into_iter().rfind(|line| line.end() <= at)
        } else {
            None
        };
        let Some(in_force) = in_force else { return 0 };
        let is_over = zeros.iter().any(|zero| in_force.known() < *zero && *zero <= at);
        if is_over { 0 } else { self.worth(in_force) }
    }

    /// From when on nothing is worth anything.
    fn end(&self) -> Option<UnixSeconds> {
        use InvoiceStatus::{Draft, Open, Paid, Uncollectible};
        let subscription = self.subscription?;
        if subscription.status == SubscriptionStatus::Unpaid {
            // Service went on after one that a paid period follows.
            let periods = || self.billed.iter().filter(|line| !line.line.is_proration && !line.is_usage());
            let paid = periods().filter(|line| line.status() == Some(Paid)).map(Line::start).max();
            let is_left = |line: &&Line| matches!(line.status(), Some(Open | Draft | Uncollectible));
            let unpaid = periods().filter(is_left).map(Line::start);
            let first = unpaid.filter(|start| paid.is_none_or(|paid| paid < *start)).min();
            // Usage alone is worth something from the end of its period on.
            let bills = || self.billed.iter().filter(|line| !line.line.is_proration);
            let paid = bills().filter(|line| line.status() == Some(Paid)).map(Line::start).max();
            let usage = bills().filter(|line| line.is_usage()).filter(is_left);
            let usage = usage.filter(|line| paid.is_none_or(|paid| paid < line.start())).map(Line::end).min();
            return first.or(usage);
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
            if pair[0].through().0 + 86_400 < pair[1].known().0 {
                zeros.push(pair[0].through());
            }
        }
        // Not renewed.
        if let Some(last) = bills.last() {
            let is_later =
                |line: &&Line| line.start() >= last.through() && line.item != item && !line.is_credit();
            let items = self.subscription.map_or(&[][..], |subscription| &subscription.items);
            let is_item = |one: &SubscriptionItem| [one.id.as_str(), one.price.as_str()].contains(&item);
            if self.lines.iter().any(|line| is_later(&line)) || !items.iter().any(is_item) {
                zeros.push(last.through());
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
