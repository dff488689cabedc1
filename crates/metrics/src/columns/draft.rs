//! One customer on its way into or out of a chunk.

mod joining;

use model::billing::{CancellationReason, Card, PaymentMeans, SubscriptionStatus};
use model::{Currency, PriceId, SubscriptionId, UnixSeconds};

use super::chunk::{Chunk, Columns, NO_CARD, NO_PLAN, Subscriptions, UNKNOWN_MEANS};
use super::country::Country;
use super::rows::{CODES_MAX, FailedInvoiceRows, ListRows, MoneyRows, NO_CODE, NO_INSTANT, Rows};
use super::views::RowSlices;
use super::{CustomerEntry, days::CalendarDays, origin};
use crate::ledger::{
    Apart, ChangeCause, CustomerLedger, Difference, ListPart, MoneyKind, PaidRow, Unexplained,
};

#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) entry: CustomerEntry,
    rows: Box<[DraftRow]>,
    apart: [Box<[DraftRow]>; Apart::ALL.len()],
    subscriptions: Box<[DraftSubscription]>,
    failed_invoices: Box<[DraftFailedInvoice]>,
    money: Box<[DraftMoney]>,
    paid: Box<[PaidRow]>,
    unexplained: Box<[Unexplained]>,
    differences: Box<[Difference]>,
    list_rows: Box<[DraftListRow]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct DraftRow {
    at: i64,
    /// Into the draft's own subscriptions.
    subscription: u32,
    plan: u32,
    delta_minor: i64,
    cause: ChangeCause,
}

#[derive(Debug, Clone)]
struct DraftSubscription {
    id: Box<str>,
    status: SubscriptionStatus,
    is_involuntary: bool,
    started_at: i64,
    ended_at: i64,
    cancel_at: i64,
    ends_with_period: bool,
    renews_at: i64,
    trial_start: i64,
    trial_end: i64,
    trial_plan: u32,
    reason: Option<CancellationReason>,
    feedback: Box<str>,
    means: PaymentMeans,
    origin: Box<str>,
}

#[derive(Debug, Clone, Copy)]
struct DraftFailedInvoice {
    /// Into the draft's own subscriptions.
    subscription: u32,
    failed_at: i64,
    until: i64,
}

#[derive(Debug, Clone, Copy)]
struct DraftListRow {
    at: i64,
    /// Into the draft's own subscriptions.
    subscription: u32,
    currency: Currency,
    part: ListPart,
    delta_minor: i64,
}

#[derive(Debug, Clone)]
struct DraftMoney {
    at: i64,
    kind: MoneyKind,
    currency: Currency,
    amount_minor: i64,
    decline_code: Option<Box<str>>,
}

impl Draft {
    /// `code` gives a plan its number in the catalog.
    pub(super) fn new(
        entry: CustomerEntry,
        ledger: &CustomerLedger,
        mut code: impl FnMut(&PriceId, Currency) -> u32,
    ) -> Self {
        let mut subscriptions = subscriptions(ledger, &mut code);
        // The provider no longer has some, only what was billed for them.
        for step in &ledger.steps {
            let id = step.subscription.as_str();
            if let Err(place) = subscriptions.binary_search_by(|known| (*known.id).cmp(id)) {
                subscriptions.insert(place, DraftSubscription::billed_only(id));
            }
        }
        let number = |id: &SubscriptionId| {
            let place = subscriptions.binary_search_by(|known| (*known.id).cmp(id.as_str()));
            place.ok().and_then(|place| u32::try_from(place).ok())
        };
        let mut rows: Vec<DraftRow> = Vec::with_capacity(ledger.steps.len());
        for (index, step) in ledger.steps.iter().enumerate() {
            rows.push(DraftRow {
                at: step.at.0,
                subscription: number(&step.subscription).unwrap_or(u32::MAX),
                plan: code(&step.price, step.currency),
                delta_minor: step.delta_minor,
                cause: ledger.causes.get(index).copied().unwrap_or_default(),
            });
        }
        rows.sort_by_key(|row| (row.at, row.subscription));
        let apart = Apart::ALL.map(|what| {
            let steps = ledger.apart(what).iter().filter_map(|step| {
                Some(DraftRow {
                    at: step.at.0,
                    subscription: number(&step.subscription)?,
                    plan: code(&step.price, step.currency),
                    delta_minor: step.delta_minor,
                    cause: ChangeCause::default(),
                })
            });
            let mut rows: Vec<DraftRow> = steps.collect();
            rows.sort_by_key(|row| (row.at, row.subscription));
            rows.into_boxed_slice()
        });
        let money = ledger.money.iter().map(|fact| DraftMoney {
            at: fact.at.0,
            kind: fact.kind,
            currency: fact.currency,
            amount_minor: fact.amount_minor,
            decline_code: fact.decline_code.as_deref().map(Into::into),
        });
        let mut money: Box<[DraftMoney]> = money.collect();
        money.sort_by(|a, b| a.key().cmp(&b.key()));
        let failed_invoices = ledger.failed_invoices.iter().filter_map(|invoice| {
            Some(DraftFailedInvoice {
                subscription: number(&invoice.subscription)?,
                failed_at: invoice.failed_at.0,
                until: instant(invoice.until),
            })
        });
        let failed_invoices = failed_invoices.collect();
        let list_rows = ledger.list_steps.iter().filter_map(|step| {
            Some(DraftListRow {
                at: step.at.0,
                subscription: number(&step.subscription)?,
                currency: step.currency,
                part: step.part,
                delta_minor: step.delta_minor,
            })
        });
        let list_rows = list_rows.collect();
        Self {
            entry,
            rows: rows.into(),
            apart,
            subscriptions: subscriptions.into(),
            failed_invoices,
            money,
            paid: ledger.paid.as_slice().into(),
            unexplained: ledger.unexplained.as_slice().into(),
            differences: ledger.differences.as_slice().into(),
            list_rows,
        }
    }

    /// Gives every row the plan number that its old one stands for now.
    pub(super) fn renumber(&mut self, codes: &[u32]) {
        let rows = self.apart.iter_mut().chain([&mut self.rows]).flatten();
        let trials = self.subscriptions.iter_mut().map(|subscription| &mut subscription.trial_plan);
        for plan in rows.map(|row| &mut row.plan).chain(trials.filter(|plan| **plan != NO_PLAN)) {
            *plan = codes[*plan as usize];
        }
    }

    /// Takes a customer out of a chunk again.
    pub(super) fn of(chunk: &Chunk, customer: usize) -> Self {
        let first = chunk.subscriptions(customer).start;
        let money = chunk.money(customer);
        let local = |index: u32| u32::try_from(index as usize - first).unwrap_or(u32::MAX);
        let drafts = |rows: RowSlices<'_>, causes: &[ChangeCause]| {
            let row = |i: usize| DraftRow {
                at: rows.at[i],
                subscription: local(rows.subscription[i]),
                plan: rows.plan[i],
                delta_minor: rows.delta_minor[i],
                cause: causes.get(i).copied().unwrap_or_default(),
            };
            (0..rows.at.len()).map(row).collect()
        };
        Self {
            entry: chunk.entry(customer),
            rows: drafts(chunk.rows(customer), chunk.causes(customer)),
            apart: Apart::ALL.map(|what| drafts(chunk.apart(what, customer), &[])),
            subscriptions: chunk
                .subscriptions(customer)
                .map(|index| DraftSubscription {
                    means: chunk.means(index),
                    origin: chunk.subscription_origin(index).into(),
                    ..chunk.subscription(index).into()
                })
                .collect(),
            failed_invoices: chunk
                .failed_invoices(customer)
                .map(|invoice| DraftFailedInvoice {
                    subscription: local(invoice.subscription),
                    failed_at: invoice.failed_at.0,
                    until: instant(invoice.until),
                })
                .collect(),
            money: (0..money.at.len())
                .map(|i| DraftMoney {
                    at: money.at[i],
                    kind: money.kind[i],
                    currency: money.currency[i],
                    amount_minor: money.amount_minor[i],
                    decline_code: chunk.decline_code(money.code[i]).map(Into::into),
                })
                .collect(),
            paid: chunk.paid(customer).collect(),
            unexplained: chunk.unexplained(customer).collect(),
            differences: chunk.differences(customer).collect(),
            list_rows: chunk
                .list_rows(customer)
                .map(|row| DraftListRow {
                    at: row.at.0,
                    subscription: local(row.subscription),
                    currency: row.currency,
                    part: row.part,
                    delta_minor: row.delta_minor,
                })
                .collect(),
        }
    }
}

/// Lays drafts out as columns. They have to come in order of their ids.
pub(super) fn assemble(drafts: &[Draft], calendar: &CalendarDays) -> Chunk {
    let mut columns = Columns::default();
    for draft in drafts {
        columns.push(draft);
    }
    Chunk::new(columns, calendar)
}

impl Columns {
    fn push(&mut self, draft: &Draft) {
        let entry = &draft.entry;
        self.ids.push(entry.id.as_str());
        self.names.push(entry.name.as_deref().unwrap_or_default());
        self.emails.push(entry.email.as_deref().unwrap_or_default());
        self.countries.push(entry.country.as_deref().map_or(Country::default(), Country::new));
        self.created_at.push(entry.created_at.map_or(NO_INSTANT, |at| at.0));
        self.is_deleted.push(entry.is_deleted);
        self.email_hashes.push(entry.email_hash.as_deref().unwrap_or_default());
        self.origins.push(&origin::text_of(entry.imported_from.as_ref()));
        let first = end(self.subscriptions.status.len());
        for subscription in &draft.subscriptions {
            self.subscriptions.push(subscription);
        }
        self.subscriptions.ends.push(end(self.subscriptions.status.len()));
        self.rows.push(&draft.rows, first);
        self.causes.extend(draft.rows.iter().map(|row| row.cause));
        for (rows, drafts) in self.apart.iter_mut().zip(&draft.apart) {
            rows.push(drafts, first);
        }
        draft.failed_invoices.iter().for_each(|invoice| self.failed_invoices.push(invoice, first));
        self.failed_invoices.ends.push(end(self.failed_invoices.failed_at.len()));
        draft.money.iter().for_each(|fact| self.money.push(fact));
        self.money.ends.push(end(self.money.at.len()));
        draft.paid.iter().for_each(|row| self.paid.push(row));
        self.paid.ends.push(end(self.paid.at.len()));
        draft.unexplained.iter().for_each(|row| self.unexplained.push(row));
        self.unexplained.ends.push(end(self.unexplained.at.len()));
        draft.differences.iter().for_each(|row| self.differences.push(row));
        self.differences.ends.push(end(self.differences.at.len()));
        draft.list_rows.iter().for_each(|row| self.list_rows.push(row, first));
        self.list_rows.ends.push(end(self.list_rows.at.len()));
    }
}

impl Rows {
    /// A customer's rows; its subscriptions begin with the number `first`.
    fn push(&mut self, rows: &[DraftRow], first: u32) {
        for row in rows {
            self.at.push(row.at);
            self.subscription.push(first + row.subscription);
            self.plan.push(row.plan);
            self.delta_minor.push(row.delta_minor);
        }
        self.ends.push(end(self.at.len()));
    }
}

impl FailedInvoiceRows {
    fn push(&mut self, invoice: &DraftFailedInvoice, first: u32) {
        self.subscription.push(first + invoice.subscription);
        self.failed_at.push(invoice.failed_at);
        self.until.push(invoice.until);
    }
}

impl ListRows {
    fn push(&mut self, row: &DraftListRow, first: u32) {
        self.at.push(row.at);
        self.subscription.push(first + row.subscription);
        self.currency.push(row.currency);
        self.part.push(row.part);
        self.delta_minor.push(row.delta_minor);
    }
}

impl MoneyRows {
    fn push(&mut self, fact: &DraftMoney) {
        self.at.push(fact.at);
        self.kind.push(fact.kind);
        self.currency.push(fact.currency);
        self.amount_minor.push(fact.amount_minor);
        let code = fact.decline_code.as_deref().map_or(NO_CODE, |code| self.number(code));
        self.code.push(code);
    }

    /// A few dozen codes exist. Of a provider that invents one for every payment, those beyond what fits are none.
    fn number(&mut self, code: &str) -> u16 {
        let known = (0..self.codes.len()).find(|index| self.codes.get(*index) == code);
        let number = known.unwrap_or(self.codes.len());
        if number >= CODES_MAX {
            return NO_CODE;
        }
        if known.is_none() {
            self.codes.push(code);
        }
        u16::try_from(number).unwrap_or(NO_CODE)
    }
}

impl DraftMoney {
    fn key(&self) -> (i64, MoneyKind, Currency, i64, Option<&str>) {
        (self.at, self.kind, self.currency, self.amount_minor, self.decline_code.as_deref())
    }
}

impl Subscriptions {
    fn push(&mut self, subscription: &DraftSubscription) {
        self.ids.push(&subscription.id);
        self.status.push(subscription.status);
        self.is_involuntary.push(subscription.is_involuntary);
        self.started_at.push(subscription.started_at);
        self.ended_at.push(subscription.ended_at);
        self.cancel_at.push(subscription.cancel_at);
        self.ends_with_period.push(subscription.ends_with_period);
        self.renews_at.push(subscription.renews_at);
        self.trial_start.push(subscription.trial_start);
        self.trial_end.push(subscription.trial_end);
        self.trial_plan.push(subscription.trial_plan);
        self.reason.push(subscription.reason);
        self.feedback.push(&subscription.feedback);
        let (expiry, card) = match &subscription.means {
            PaymentMeans::Unknown => (UNKNOWN_MEANS, None),
            PaymentMeans::NoCard => (NO_CARD, None),
            PaymentMeans::Card(card) => (card.expiry.number() + 2, Some(card)),
        };
        self.card_expiry.push(expiry);
        let text = |of: fn(&Card) -> Option<&str>| card.and_then(of).unwrap_or_default();
        self.card_brand.push(text(|card| card.brand.as_deref()));
        self.card_last4.push(text(|card| card.last4.as_deref()));
        self.origins.push(&subscription.origin);
    }
}

/// In order of their ids.
fn subscriptions(
    ledger: &CustomerLedger,
    mut code: impl FnMut(&PriceId, Currency) -> u32,
) -> Vec<DraftSubscription> {
    let drafts = ledger.subscriptions.iter().map(|facts| DraftSubscription {
        id: facts.id.as_str().into(),
        status: facts.status,
        is_involuntary: facts.is_involuntary,
        started_at: instant(facts.started_at),
        ended_at: instant(facts.ended_at),
        cancel_at: instant(facts.cancel_at),
        ends_with_period: facts.ends_with_period,
        renews_at: instant(facts.renews_at),
        trial_start: instant(facts.trial.map(|trial| trial.start)),
        trial_end: instant(facts.trial.map(|trial| trial.end)),
        trial_plan: facts.trial_items.first().map_or(NO_PLAN, |item| code(&item.price, item.currency)),
        reason: facts.reason,
        feedback: facts.feedback.as_deref().unwrap_or_default().into(),
        means: facts.means.clone(),
        origin: origin::text_of(facts.imported_from.as_ref()).into(),
    });
    let mut drafts: Vec<DraftSubscription> = drafts.collect();
    drafts.sort_by(|a, b| a.id.cmp(&b.id));
    drafts.dedup_by(|a, b| a.id == b.id);
    drafts
}

impl From<super::SubscriptionView<'_>> for DraftSubscription {
    fn from(view: super::SubscriptionView<'_>) -> Self {
        Self {
            id: view.id.into(),
            status: view.status,
            is_involuntary: view.is_involuntary,
            started_at: instant(view.started_at),
            ended_at: instant(view.ended_at),
            cancel_at: instant(view.cancel_at),
            ends_with_period: view.ends_with_period,
            renews_at: instant(view.renews_at),
            trial_start: instant(view.trial.map(|trial| trial.start)),
            trial_end: instant(view.trial.map(|trial| trial.end)),
            trial_plan: view.trial_plan.unwrap_or(NO_PLAN),
            reason: view.reason,
            feedback: view.feedback.into(),
            means: PaymentMeans::Unknown,
            origin: "".into(),
        }
    }
}

impl DraftSubscription {
    fn billed_only(id: &str) -> Self {
        Self {
            id: id.into(),
            status: SubscriptionStatus::Unknown,
            is_involuntary: false,
            started_at: NO_INSTANT,
            ended_at: NO_INSTANT,
            cancel_at: NO_INSTANT,
            ends_with_period: false,
            renews_at: NO_INSTANT,
            trial_start: NO_INSTANT,
            trial_end: NO_INSTANT,
            trial_plan: NO_PLAN,
            reason: None,
            feedback: "".into(),
            means: PaymentMeans::Unknown,
            origin: "".into(),
        }
    }
}

fn instant(at: Option<UnixSeconds>) -> i64 {
    at.map_or(NO_INSTANT, |at| at.0)
}

/// A chunk has some hundred customers; four billion rows of them do not exist.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
