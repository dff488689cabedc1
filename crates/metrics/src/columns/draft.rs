//! One customer on its way into or out of a chunk.

use model::billing::SubscriptionStatus;
use model::{Currency, UnixSeconds};

use super::chunk::{Chunk, Columns, Country, NO_INSTANT};
use super::{CustomerEntry, days::CalendarDays};
use crate::ledger::{CustomerLedger, Difference, MoneyKind, PaidRow, Unexplained};

#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) entry: CustomerEntry,
    rows: Box<[DraftRow]>,
    subscriptions: Box<[DraftSubscription]>,
    money: Box<[DraftMoney]>,
    paid: Box<[PaidRow]>,
    unexplained: Box<[Unexplained]>,
    differences: Box<[Difference]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct DraftRow {
    at: i64,
    /// Into the draft's own subscriptions.
    subscription: u32,
    plan: u32,
    delta_minor: i64,
}

#[derive(Debug, Clone)]
struct DraftSubscription {
    id: Box<str>,
    status: SubscriptionStatus,
    is_involuntary: bool,
    started_at: i64,
    ended_at: i64,
    cancel_at: i64,
}

#[derive(Debug, Clone, Copy)]
struct DraftMoney {
    at: i64,
    kind: MoneyKind,
    currency: Currency,
    amount_minor: i64,
}

impl Draft {
    /// `code` gives a plan its number in the catalog.
    pub(super) fn new(
        entry: CustomerEntry,
        ledger: &CustomerLedger,
        mut code: impl FnMut(&model::PriceId, Currency) -> u32,
    ) -> Self {
        let mut subscriptions: Vec<DraftSubscription> = ledger.subscriptions.iter().map(Into::into).collect();
        subscriptions.sort_by(|a, b| a.id.cmp(&b.id));
        subscriptions.dedup_by(|a, b| a.id == b.id);
        let mut rows: Vec<DraftRow> = Vec::with_capacity(ledger.steps.len());
        for step in &ledger.steps {
            let id = step.subscription.as_str();
            let place = subscriptions.binary_search_by(|known| (*known.id).cmp(id));
            let index = place.unwrap_or_else(|place| {
                // The provider no longer has the subscription, only what was billed for it.
                for row in rows.iter_mut().filter(|row| row.subscription as usize >= place) {
                    row.subscription += 1;
                }
                subscriptions.insert(place, DraftSubscription::billed_only(id));
                place
            });
            rows.push(DraftRow {
                at: step.at.0,
                subscription: u32::try_from(index).unwrap_or(u32::MAX),
                plan: code(&step.price, step.currency),
                delta_minor: step.delta_minor,
            });
        }
        rows.sort_by_key(|row| (row.at, row.subscription));
        let money = ledger.money.iter().filter(|fact| is_revenue(fact.kind)).map(|fact| DraftMoney {
            at: fact.at.0,
            kind: fact.kind,
            currency: fact.currency,
            amount_minor: fact.amount_minor,
        });
        let mut money: Box<[DraftMoney]> = money.collect();
        money.sort_by_key(|fact| (fact.at, fact.kind, fact.currency, fact.amount_minor));
        Self {
            entry,
            rows: rows.into(),
            subscriptions: subscriptions.into(),
            money,
            paid: ledger.paid.as_slice().into(),
            unexplained: ledger.unexplained.as_slice().into(),
            differences: ledger.differences.as_slice().into(),
        }
    }

    /// Gives every row the plan number that its old one stands for now.
    pub(super) fn renumber(&mut self, codes: &[u32]) {
        for row in &mut self.rows {
            row.plan = codes[row.plan as usize];
        }
    }

    /// Takes a customer out of a chunk again.
    pub(super) fn of(chunk: &Chunk, customer: usize) -> Self {
        let first = chunk.subscriptions(customer).start;
        let rows = chunk.rows(customer);
        let money = chunk.money(customer);
        let local = |index: u32| u32::try_from(index as usize - first).unwrap_or(u32::MAX);
        Self {
            entry: chunk.entry(customer),
            rows: (0..rows.at.len())
                .map(|i| DraftRow {
                    at: rows.at[i],
                    subscription: local(rows.subscription[i]),
                    plan: rows.plan[i],
                    delta_minor: rows.delta_minor[i],
                })
                .collect(),
            subscriptions: chunk
                .subscriptions(customer)
                .map(|index| chunk.subscription(index).into())
                .collect(),
            money: (0..money.at.len())
                .map(|i| DraftMoney {
                    at: money.at[i],
                    kind: money.kind[i],
                    currency: money.currency[i],
                    amount_minor: money.amount_minor[i],
                })
                .collect(),
            paid: chunk.paid(customer).collect(),
            unexplained: chunk.unexplained(customer).collect(),
            differences: chunk.differences(customer).collect(),
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
        let first = end(self.subscriptions.status.len());
        for subscription in &draft.subscriptions {
            self.subscriptions.ids.push(&subscription.id);
            self.subscriptions.status.push(subscription.status);
            self.subscriptions.is_involuntary.push(subscription.is_involuntary);
            self.subscriptions.started_at.push(subscription.started_at);
            self.subscriptions.ended_at.push(subscription.ended_at);
            self.subscriptions.cancel_at.push(subscription.cancel_at);
        }
        self.subscriptions.ends.push(end(self.subscriptions.status.len()));
        for row in &draft.rows {
            self.rows.at.push(row.at);
            self.rows.subscription.push(first + row.subscription);
            self.rows.plan.push(row.plan);
            self.rows.delta_minor.push(row.delta_minor);
        }
        self.rows.ends.push(end(self.rows.at.len()));
        for fact in &draft.money {
            self.money.at.push(fact.at);
            self.money.kind.push(fact.kind);
            self.money.currency.push(fact.currency);
            self.money.amount_minor.push(fact.amount_minor);
        }
        self.money.ends.push(end(self.money.at.len()));
        draft.paid.iter().for_each(|row| self.paid.push(row));
        self.paid.ends.push(end(self.paid.at.len()));
        draft.unexplained.iter().for_each(|row| self.unexplained.push(row));
        self.unexplained.ends.push(end(self.unexplained.at.len()));
        draft.differences.iter().for_each(|row| self.differences.push(row));
        self.differences.ends.push(end(self.differences.at.len()));
    }
}

impl From<&crate::ledger::SubscriptionFacts> for DraftSubscription {
    fn from(facts: &crate::ledger::SubscriptionFacts) -> Self {
        Self {
            id: facts.id.as_str().into(),
            status: facts.status,
            is_involuntary: facts.is_involuntary,
            started_at: instant(facts.started_at),
            ended_at: instant(facts.ended_at),
            cancel_at: instant(facts.cancel_at),
        }
    }
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
        }
    }
}

fn is_revenue(kind: MoneyKind) -> bool {
    use MoneyKind::{ChargeRevenue, CreditNote, InvoiceRevenue, Refund};
    matches!(kind, InvoiceRevenue | ChargeRevenue | Refund | CreditNote)
}

fn instant(at: Option<UnixSeconds>) -> i64 {
    at.map_or(NO_INSTANT, |at| at.0)
}

/// A chunk has some hundred customers; four billion rows of them do not exist.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
