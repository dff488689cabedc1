//! The way from what was billed to list prices at one moment.

use model::billing::{InvoiceLine, Price, Subscription};
use model::{Currency, PriceId};
use rust_decimal::Decimal;

use super::super::bills::Bill;
use super::super::entry::{Entry, Item};
use super::super::setting::Setting;
use super::super::subscription::Timeline;
use super::super::{Cause, LineRef, PriceBook, Valuation};
use super::terms::{Terms, has_ending_discount};
use super::{ListPart, Listed, MrrReason, Parts, full_minor};
use model::UnixSeconds;

#[derive(Clone, Copy)]
pub(super) struct Bridge<'b, 'a> {
    pub(super) subscription: &'b Subscription,
    pub(super) timeline: &'b Timeline<'a>,
    pub(super) entries: &'b [Entry<'a>],
    pub(super) listed: &'b [Listed<'b>],
    pub(super) prices: &'b PriceBook,
}

/// What an item is worth, and the bill that says so.
struct Held<'a> {
    item: Item<'a>,
    price: &'a PriceId,
    currency: Currency,
    value_minor: i64,
    /// `None`: it was never billed, and a setting counts it all the same.
    bill: Option<Bill<'a>>,
    /// Of a change within a period.
    valuation: Option<Valuation>,
}

impl<'b, 'a> Bridge<'b, 'a> {
    /// Every part at one moment. The reasons lead from what was billed to the value.
    pub(super) fn parts(self, at: UnixSeconds) -> Parts {
        let mut sums = Sums::default();
        let mut open: Vec<&Listed<'_>> = self.listed.iter().collect();
        let mut unmatched: Vec<Held<'a>> = Vec::new();
        for held in self.held(at) {
            if self.is_metered(held.price) {
                sums.add(held.currency, MrrReason::Usage, held.value_minor.saturating_neg());
                continue;
            }
            let own = take_own(&mut open, &held);
            if own.is_empty() {
                unmatched.push(held);
            } else {
                self.lead(&held, &own, &mut sums);
            }
        }
        unmatched.retain(|held| held.value_minor != 0);
        // Where lines name no items, a price that took the place of another one is told by there being only these two.
        if let ([held], [listed]) = (unmatched.as_slice(), open.as_slice())
            && matches!(held.item, Item::Priced(_))
            && held.currency == listed.currency
        {
            self.lead(held, &[listed], &mut sums);
            return sums.0;
        }
        for held in unmatched {
            sums.add(held.currency, MrrReason::ItemRemoved, held.value_minor.saturating_neg());
        }
        for listed in open {
            if let Some((full_minor, months)) = listed.full {
                let value_minor = listed.terms.per_month(full_minor, months);
                sums.value(listed.currency, value_minor);
                sums.add(listed.currency, self.why_not_billed(listed, at), value_minor);
            }
        }
        sums.0
    }

    /// What is worth something, and what was billed at nothing. Items of the subscription come first, so that a price
    /// that they had before does not stand for them.
    fn held(self, at: UnixSeconds) -> Vec<Held<'a>> {
        let mut all: Vec<Held<'a>> = Vec::new();
        for (item, setting) in self.timeline.in_force(at) {
            let (price, currency) = setting.track;
            let bill = self.bill_of(setting);
            if setting.value_minor == 0 && !bill.as_ref().is_some_and(|bill| self.is_free(bill)) {
                continue;
            }
            let valuation = match &setting.cause {
                Cause::Prorated { valuation, .. } => Some(*valuation),
                _ => None,
            };
            let value_minor = setting.value_minor;
            let known = all.iter_mut().find(|held| {
                (held.item, held.price, held.currency) == (item, price, currency) && held.bill.is_none()
            });
            match known {
                Some(held) => held.value_minor = held.value_minor.saturating_add(value_minor),
                None => all.push(Held { item, price, currency, value_minor, bill, valuation }),
            }
        }
        let is_listed = |held: &Held<'_>| self.listed.iter().any(|listed| listed.item.price == *held.price);
        all.sort_by_key(|held| !is_listed(held));
        all
    }

    /// Billed at nothing for a reason of its own: not because of a trial.
    fn is_free(self, bill: &Bill<'_>) -> bool {
        let trial_end = self.subscription.trial.map(|trial| trial.end);
        bill.amount_minor() > 0 || trial_end.is_none_or(|end| bill.start() >= end)
    }

    fn bill_of(self, setting: &Setting<'a>) -> Option<Bill<'a>> {
        let (Cause::Billed { lines } | Cause::Prorated { lines, .. }) = &setting.cause else { return None };
        let find = |wanted: &LineRef| {
            let is_it = |line: &InvoiceLine, entry: &Entry<'_>| {
                line.id == wanted.line && entry.invoice.map(|invoice| &invoice.id) == wanted.invoice.as_ref()
            };
            self.entries.iter().find(|entry| is_it(entry.line, entry)).copied()
        };
        let lines: Vec<Entry<'a>> = lines.iter().filter_map(find).collect();
        (!lines.is_empty()).then_some(Bill { lines })
    }

    fn is_metered(self, price: &PriceId) -> bool {
        let recurrence = self.prices.get(price).and_then(|price| price.recurrence);
        recurrence.is_some_and(|recurrence| recurrence.is_metered)
    }

    /// From what was billed of an item to its list price.
    fn lead(self, held: &Held<'_>, own: &[&Listed<'_>], sums: &mut Sums) {
        let currency = held.currency;
        let terms = |listed: &Listed<'_>| match &held.bill {
            Some(bill) => listed.terms.clone().taxed_as(bill),
            None => listed.terms.clone(),
        };
        let mut value_minor = 0_i64;
        let mut taxed_minor = 0_i64;
        let mut all_terms = Vec::new();
        for listed in own {
            let Some((full_minor, months)) = listed.full else {
                sums.add(currency, MrrReason::UnknownPrice, held.value_minor.saturating_neg());
                return;
            };
            let terms = terms(listed);
            value_minor = value_minor.saturating_add(terms.per_month(full_minor, months));
            taxed_minor = taxed_minor.saturating_add(terms.taxed_per_month(full_minor, months));
            all_terms.push(terms);
        }
        sums.value(currency, value_minor);
        let Some(together) = Terms::together(&all_terms) else { return };
        let mut walk = Walk {
            sums,
            currency,
            reached_minor: held.value_minor,
            rounding_minor: i64::try_from(own.len()).unwrap_or(1),
        };
        match &held.bill {
            None => walk.to(taxed_minor, MrrReason::NewDiscount),
            Some(bill) => {
                self.without_ending_discounts(held, bill, &together, &mut walk);
                let quantity: Decimal = own.iter().map(|listed| listed.item.quantity).sum();
                let has_price = own.iter().all(|listed| listed.item.price == *held.price);
                let is_changed = !has_price || quantity != bill.quantity();
                if is_changed && !walk.is_at(value_minor) {
                    walk.past(list_value(bill, &together), MrrReason::OtherAmount);
                    walk.to(value_minor, if has_price { MrrReason::Quantity } else { MrrReason::Price });
                }
                walk.to(value_minor, MrrReason::OtherAmount);
            }
        }
        walk.to(value_minor, MrrReason::Tax);
    }

    /// To what the same bill would be with permanent discounts alone.
    fn without_ending_discounts(self, held: &Held<'_>, bill: &Bill<'_>, terms: &Terms, walk: &mut Walk<'_>) {
        let permanent = match held.valuation {
            None => Some(terms.per_month(bill.amount_minor(), bill.lines[0].months)),
            Some(_) => list_value(bill, terms),
        };
        let Some(permanent_minor) = permanent else { return };
        let has_ending = has_ending_discount(self.subscription);
        let is_lower = permanent_minor < walk.reached_minor;
        let reason = match (is_lower, has_ending) {
            (true, _) => MrrReason::NewDiscount,
            (false, true) => MrrReason::EndingDiscount,
            (false, false) => MrrReason::OtherDiscount,
        };
        // Of such a share it is not known whether a discount or another price made it.
        if held.valuation == Some(Valuation::ByAmount) && reason != MrrReason::EndingDiscount {
            return;
        }
        walk.past(Some(permanent_minor), reason);
    }

    /// Why something that the subscription has is worth nothing.
    fn why_not_billed(self, listed: &Listed<'_>, at: UnixSeconds) -> MrrReason {
        let mut own: Option<&Setting<'_>> = None;
        for (item, setting) in self.timeline.in_force(at) {
            use Cause::{CancellationRequested, Ended, PaidThrough, Unpaid};
            if matches!(setting.cause, Ended | CancellationRequested | PaidThrough | Unpaid { .. }) {
                return MrrReason::CountedAsEnded;
            }
            let is_own = item == Item::Named(&listed.item.id) || *setting.track.0 == listed.item.price;
            if is_own && own.is_none_or(|known| known.at <= setting.at) {
                own = Some(setting);
            }
        }
        match own.map(|setting| &setting.cause) {
            _ if self.subscription.is_collection_paused => MrrReason::CollectionPaused,
            Some(Cause::GivenUp { .. }) => MrrReason::GivenUp,
            None if self.entries.is_empty() => MrrReason::NeverBilled,
            _ => MrrReason::NotBilled,
        }
    }
}

/// Takes the items that a bill is of out of those that are open.
fn take_own<'o, 'l>(open: &mut Vec<&'o Listed<'l>>, held: &Held<'_>) -> Vec<&'o Listed<'l>> {
    let named = |listed: &Listed<'_>| held.item == Item::Named(&listed.item.id);
    let priced = |listed: &Listed<'_>| listed.item.price == *held.price;
    let is_named = open.iter().any(|listed| named(listed) && listed.currency == held.currency);
    let (own, rest) = std::mem::take(open).into_iter().partition(|listed| {
        listed.currency == held.currency && if is_named { named(listed) } else { priced(listed) }
    });
    *open = rest;
    own
}

/// What the price of a bill lists for its quantity, per month. `None` where it does not say.
fn list_value(bill: &Bill<'_>, terms: &Terms) -> Option<i64> {
    let price: &Price = bill.lines[0].price;
    let full_minor = full_minor(price, terms.currency(), bill.quantity())?;
    Some(terms.per_month(full_minor, bill.lines[0].months))
}

#[derive(Default)]
struct Sums(Parts);

impl Sums {
    fn add(&mut self, currency: Currency, reason: MrrReason, minor: i64) {
        self.put(currency, ListPart::Reason(reason), minor);
    }

    fn value(&mut self, currency: Currency, minor: i64) {
        self.put(currency, ListPart::Value, minor);
    }

    fn put(&mut self, currency: Currency, part: ListPart, minor: i64) {
        let sum = self.0.entry((currency, part)).or_default();
        *sum = sum.saturating_add(minor);
    }
}

/// From one amount to another, by one reason after the other.
struct Walk<'s> {
    sums: &'s mut Sums,
    currency: Currency,
    reached_minor: i64,
    /// So much is not a reason of its own.
    rounding_minor: i64,
}

impl Walk<'_> {
    fn is_at(&self, minor: i64) -> bool {
        self.reached_minor.abs_diff(minor) <= self.rounding_minor.unsigned_abs()
    }

    /// To a place on the way. What only rounding keeps from it goes on without a step.
    fn past(&mut self, minor: Option<i64>, reason: MrrReason) {
        if let Some(minor) = minor.filter(|minor| !self.is_at(*minor)) {
            self.step(minor, reason);
        }
    }

    /// To the end of the way.
    fn to(&mut self, minor: i64, reason: MrrReason) {
        let reason = if self.is_at(minor) { MrrReason::Rounding } else { reason };
        self.step(minor, reason);
    }

    fn step(&mut self, minor: i64, reason: MrrReason) {
        let gap_minor = minor.saturating_sub(self.reached_minor);
        if gap_minor != 0 {
            self.sums.add(self.currency, reason, gap_minor);
        }
        self.reached_minor = minor;
    }
}
