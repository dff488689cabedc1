//! Lines of an item that bill one period together: one a tier for a graduated price.

use std::collections::BTreeMap;

use model::billing::Period;
use model::{Currency, InvoiceId, PriceId, UnixSeconds};
use rust_decimal::Decimal;

use super::LineRef;
use super::amounts::{Picos, Ratio};
use super::entry::Entry;

/// What one invoice bills of one price for one period.
#[derive(Debug, Clone)]
pub(super) struct Bill<'a> {
    pub lines: Vec<Entry<'a>>,
}

impl<'a> Bill<'a> {
    pub(super) fn price(&self) -> &'a PriceId {
        self.lines[0].price_id()
    }

    pub(super) fn currency(&self) -> Currency {
        self.lines[0].line.currency
    }

    pub(super) fn start(&self) -> UnixSeconds {
        self.lines[0].period().start
    }

    pub(super) fn end(&self) -> UnixSeconds {
        let start = self.start();
        self.lines.iter().map(|entry| entry.period().end).max().unwrap_or(start).max(start)
    }

    pub(super) fn period(&self) -> Period {
        Period { start: self.start(), end: self.end() }
    }

    pub(super) fn quantity(&self) -> Decimal {
        self.lines.iter().map(|entry| entry.line.quantity).sum()
    }

    /// Before discounts, with the taxes that are inside.
    pub(super) fn amount_minor(&self) -> i64 {
        self.sum(|entry| entry.line.amount_minor)
    }

    pub(super) fn discount_minor(&self) -> i64 {
        self.sum(|entry| entry.line.discount_minor)
    }

    pub(super) fn tax_minor(&self) -> i64 {
        self.sum(|entry| entry.line.inclusive_tax_minor)
    }

    /// With the taxes that are inside, after discounts.
    pub(super) fn discounted_minor(&self) -> i64 {
        self.amount_minor().saturating_sub(self.discount_minor())
    }

    /// What the merchant keeps of it for the service: without discounts and without taxes that are inside.
    pub(super) fn net_minor(&self) -> i64 {
        self.discounted_minor().saturating_sub(self.tax_minor())
    }

    pub(super) fn value_minor(&self) -> i64 {
        self.lines[0].months.per_month(Picos::of_minor(self.net_minor()))
    }

    /// What is left of a full price after the discounts. `None` where nothing was billed that could tell.
    pub(super) fn proportion(&self) -> Option<Ratio> {
        let of = self.amount_minor();
        (of > 0).then(|| Ratio { by: self.discounted_minor(), of })
    }

    pub(super) fn is_usage(&self) -> bool {
        self.lines[0].is_usage()
    }

    pub(super) fn is_ordinary(&self) -> bool {
        self.lines[0].is_ordinary()
    }

    /// Of two bills at one instant the later one holds: first by when it was billed, then by its lines.
    pub(super) fn order(&self) -> (Option<UnixSeconds>, &'a model::InvoiceLineId) {
        let last = &self.lines[self.lines.len() - 1];
        (last.invoice.map(|invoice| invoice.created_at), &last.line.id)
    }

    pub(super) fn refs(&self) -> Vec<LineRef> {
        refs(&self.lines)
    }

    fn sum(&self, of: impl Fn(&Entry<'a>) -> i64) -> i64 {
        self.lines.iter().fold(0, |sum, entry| sum.saturating_add(of(entry)))
    }
}

pub(super) fn refs(entries: &[Entry<'_>]) -> Vec<LineRef> {
    entries.iter().map(Entry::line_ref).collect()
}

/// The ordinary bills of an item that count, in order of their periods. Usage of one period adds up over its invoices; of
/// other bills that start at one instant only the newest is there.
pub(super) fn ordinary<'a>(item: &[Entry<'a>]) -> Vec<Bill<'a>> {
    type Key<'a> = (UnixSeconds, &'a PriceId, Currency, Option<UnixSeconds>);
    let mut bills: BTreeMap<Key<'a>, Vec<Entry<'a>>> = BTreeMap::new();
    for entry in item.iter().filter(|entry| entry.counts() && entry.is_ordinary()) {
        let end = entry.is_usage().then(|| entry.period().end);
        let key = (entry.period().start, entry.price_id(), entry.line.currency, end);
        bills.entry(key).or_default().push(*entry);
    }
    let newest = bills.into_values().map(|mut lines| {
        if !lines[0].is_usage() {
            let created = |entry: &Entry<'a>| entry.invoice.map(|invoice| (invoice.created_at, &invoice.id));
            let newest: Option<(UnixSeconds, &InvoiceId)> = lines.iter().filter_map(created).max();
            lines.retain(|entry| created(entry) == newest);
        }
        Bill { lines }
    });
    newest.collect()
}
