//! Customers of several connections as one, and what was moved from one connection to another.

use std::collections::BTreeMap;

use model::Currency;
use model::billing::SubscriptionStatus;

use super::{Draft, DraftRow, DraftSubscription};
use crate::columns::rows::NO_INSTANT;
use crate::ledger::{ChangeCause, ListPart};

impl Draft {
    /// The same customer among those of other connections: with another id, and other numbers of its plans.
    pub(in crate::columns) fn among(mut self, prefix: &str, codes: &[u32]) -> Self {
        self.entry.id = format!("{prefix}{}", self.entry.id).into();
        self.renumber(codes);
        self
    }

    /// When a subscription was first worth something.
    pub(in crate::columns) fn begins_at(&self, subscription: &str) -> Option<i64> {
        let number = self.number(subscription)?;
        self.rows.iter().find(|row| row.subscription == number && row.delta_minor > 0).map(|row| row.at)
    }

    /// Ends a subscription at an instant, if it has not ended by then: from there on another counts in its place.
    pub(in crate::columns) fn hand_over(&mut self, subscription: &str, at: i64) {
        let Some(number) = self.number(subscription) else { return };
        for rows in self.apart.iter_mut().chain([&mut self.rows]) {
            *rows = cut(rows, number, at);
        }
        self.cut_list_rows(number, at);
        let mut failed = std::mem::take(&mut self.failed_invoices).into_vec();
        failed.retain(|invoice| invoice.subscription != number || invoice.failed_at < at);
        for invoice in failed.iter_mut().filter(|invoice| invoice.subscription == number) {
            if invoice.until == NO_INSTANT || invoice.until > at {
                invoice.until = at;
            }
        }
        self.failed_invoices = failed.into();
        if let Some(own) = self.subscriptions.get_mut(number as usize) {
            own.end(at);
        }
    }

    /// Takes in what another account has of the same customer. A subscription's id that both have gets the prefix.
    pub(in crate::columns) fn join(&mut self, other: Self, prefix: &str) {
        let first = u32::try_from(self.subscriptions.len()).unwrap_or(u32::MAX);
        let (entry, known) = (other.entry, &mut self.entry);
        known.name = known.name.take().or(entry.name);
        known.email = known.email.take().or(entry.email);
        known.country = known.country.take().or(entry.country);
        known.created_at = known.created_at.into_iter().chain(entry.created_at).min();
        known.is_deleted &= entry.is_deleted;

        let mut subscriptions = std::mem::take(&mut self.subscriptions).into_vec();
        for mut theirs in other.subscriptions {
            if subscriptions.iter().any(|own| own.id == theirs.id) {
                theirs.id = format!("{prefix}{}", theirs.id).into();
            }
            subscriptions.push(theirs);
        }
        self.subscriptions = subscriptions.into();
        self.rows = merged(&self.rows, &other.rows, first);
        for (own, theirs) in self.apart.iter_mut().zip(&other.apart) {
            *own = merged(own, theirs, first);
        }
        let theirs = other.failed_invoices.into_iter().map(|mut invoice| {
            invoice.subscription += first;
            invoice
        });
        extend(&mut self.failed_invoices, theirs);
        let theirs = other.list_rows.into_iter().map(|mut row| {
            row.subscription += first;
            row
        });
        extend(&mut self.list_rows, theirs);
        self.list_rows.sort_by_key(|row| row.at);
        extend(&mut self.money, other.money);
        self.money.sort_by(|a, b| a.key().cmp(&b.key()));
        extend(&mut self.paid, other.paid);
        self.paid.sort_by_key(|row| row.at);
        extend(&mut self.unexplained, other.unexplained);
        self.unexplained.sort_by_key(|row| row.at);
        extend(&mut self.differences, other.differences);
        self.differences.sort_by_key(|row| row.at);
    }

    fn number(&self, subscription: &str) -> Option<u32> {
        let place = self.subscriptions.iter().position(|own| *own.id == *subscription)?;
        u32::try_from(place).ok()
    }

    fn cut_list_rows(&mut self, subscription: u32, at: i64) {
        let mut rows = std::mem::take(&mut self.list_rows).into_vec();
        let mut left: Vec<((Currency, ListPart), i64)> = Vec::new();
        rows.retain(|row| row.subscription != subscription || row.at < at);
        for row in rows.iter().filter(|row| row.subscription == subscription) {
            let key = (row.currency, row.part);
            match left.iter_mut().find(|(known, _)| *known == key) {
                Some((_, sum)) => *sum += row.delta_minor,
                None => left.push((key, row.delta_minor)),
            }
        }
        for ((currency, part), sum) in left.into_iter().filter(|(_, sum)| *sum != 0) {
            rows.push(super::DraftListRow { at, subscription, currency, part, delta_minor: -sum });
        }
        rows.sort_by_key(|row| row.at);
        self.list_rows = rows.into();
    }
}

impl DraftSubscription {
    fn end(&mut self, at: i64) {
        let has_ended = self.ended_at != NO_INSTANT && self.ended_at <= at;
        if has_ended {
            return;
        }
        (self.ended_at, self.cancel_at, self.renews_at) = (at, NO_INSTANT, NO_INSTANT);
        (self.ends_with_period, self.is_involuntary, self.reason) = (false, false, None);
        self.status = SubscriptionStatus::Canceled;
        if self.trial_end != NO_INSTANT {
            self.trial_end = self.trial_end.min(at.max(self.trial_start));
        }
    }
}

/// A subscription's rows up to an instant, at which all that it is worth ends; all rows of others.
fn cut(rows: &[DraftRow], subscription: u32, at: i64) -> Box<[DraftRow]> {
    let is_left = |row: &&DraftRow| row.subscription != subscription || row.at < at;
    let mut kept: Vec<DraftRow> = rows.iter().filter(is_left).copied().collect();
    let mut worth: BTreeMap<u32, i64> = BTreeMap::new();
    for row in kept.iter().filter(|row| row.subscription == subscription) {
        *worth.entry(row.plan).or_default() += row.delta_minor;
    }
    kept.extend(worth.into_iter().filter(|(_, sum)| *sum != 0).map(|(plan, sum)| DraftRow {
        at,
        subscription,
        plan,
        delta_minor: -sum,
        cause: ChangeCause::default(),
    }));
    kept.sort_by_key(|row| (row.at, row.subscription));
    kept.into()
}

/// The rows of two accounts in order of time; the subscriptions of the other begin with the number `first`.
fn merged(own: &[DraftRow], theirs: &[DraftRow], first: u32) -> Box<[DraftRow]> {
    let theirs = theirs.iter().map(|row| DraftRow { subscription: row.subscription + first, ..*row });
    let mut all: Vec<DraftRow> = own.iter().copied().chain(theirs).collect();
    all.sort_by_key(|row| (row.at, row.subscription));
    all.into()
}

fn extend<T>(own: &mut Box<[T]>, theirs: impl IntoIterator<Item = T>) {
    let mut all = std::mem::take(own).into_vec();
    all.extend(theirs);
    *own = all.into();
}
