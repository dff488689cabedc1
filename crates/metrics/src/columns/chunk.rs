//! A few hundred customers with all their rows, one array a column.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem::Finder;
use model::billing::{CancellationReason, Card, CardExpiry, PaymentMeans, Period, SubscriptionStatus};
use model::{Currency, Day, EmailKey, UnixSeconds};

use super::country::Country;
use super::daily::{Daily, Outline};
use super::days::CalendarDays;
use super::derived::{Derived, PlanUse};
use super::ends::range;
use super::name_order::NameOrder;
use super::revenue::Revenue;
use super::rows::{
    DifferenceRows, FailedInvoiceRows, ListRows, MoneyRows, NO_CODE, NO_INSTANT, PaidRows, Rows,
    UnexplainedRows,
};
use super::search_text::SearchText;
use super::texts::Texts;
use super::views::{FailedInvoiceView, ListView, MoneySlices, RowSlices, SubscriptionView};
use crate::ledger::{Apart, ChangeCause, Difference, ListStep, MoneyKind, PaidRow, Unexplained};

/// It is not known what a subscription is paid with.
pub(super) const UNKNOWN_MEANS: u16 = 0;
/// With nothing that expires.
pub(super) const NO_CARD: u16 = 1;
/// A plan that is not known.
pub(super) const NO_PLAN: u32 = u32::MAX;

/// Customers in order of their ids, each with its rows in order of time.
#[derive(Debug, Clone)]
pub struct Chunk {
    columns: Arc<Columns>,
    derived: Arc<Derived>,
    name_order: NameOrder,
    search_text: SearchText,
}

/// Every column but the derived ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    pub(super) ids: Texts,
    pub(super) names: Texts,
    pub(super) emails: Texts,
    pub(super) countries: Vec<Country>,
    pub(super) created_at: Vec<i64>,
    pub(super) is_deleted: Vec<bool>,
    /// Empty where the address is stored, or none is known.
    pub(super) email_hashes: Texts,
    /// Where customers were imported from; empty for those who were not.
    pub(super) origins: Texts,
    pub(super) rows: Rows,
    /// One per row.
    pub(super) causes: Vec<ChangeCause>,
    /// In the order of [`Apart::ALL`].
    pub(super) apart: [Rows; Apart::ALL.len()],
    pub(super) subscriptions: Subscriptions,
    pub(super) failed_invoices: FailedInvoiceRows,
    pub(super) money: MoneyRows,
    pub(super) paid: PaidRows,
    pub(super) unexplained: UnexplainedRows,
    pub(super) differences: DifferenceRows,
    pub(super) list_rows: ListRows,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Subscriptions {
    pub(super) ends: Vec<u32>,
    pub(super) ids: Texts,
    pub(super) status: Vec<SubscriptionStatus>,
    pub(super) is_involuntary: Vec<bool>,
    pub(super) started_at: Vec<i64>,
    pub(super) ended_at: Vec<i64>,
    pub(super) cancel_at: Vec<i64>,
    pub(super) ends_with_period: Vec<bool>,
    pub(super) renews_at: Vec<i64>,
    pub(super) trial_start: Vec<i64>,
    pub(super) trial_end: Vec<i64>,
    /// Into the ledger's catalog; [`NO_PLAN`] where there was no trial, or it is not known of what.
    pub(super) trial_plan: Vec<u32>,
    pub(super) reason: Vec<Option<CancellationReason>>,
    /// Empty where none was given.
    pub(super) feedback: Texts,
    /// [`UNKNOWN_MEANS`], [`NO_CARD`], or two more than the number of the month in which its card expires.
    pub(super) card_expiry: Vec<u16>,
    pub(super) card_brand: Texts,
    pub(super) card_last4: Texts,
    /// As those of customers.
    pub(super) origins: Texts,
}

impl Chunk {
    pub(super) fn new(columns: Columns, calendar: &CalendarDays) -> Self {
        Self::dated(Arc::new(columns), calendar)
    }

    /// The same customers with the days of another zone.
    pub(super) fn with_calendar(&self, calendar: &CalendarDays) -> Self {
        Self::dated(Arc::clone(&self.columns), calendar)
    }

    fn dated(columns: Arc<Columns>, calendar: &CalendarDays) -> Self {
        Self {
            derived: Arc::new(Derived::of(&columns, calendar)),
            columns,
            name_order: NameOrder::default(),
            search_text: SearchText::default(),
        }
    }

    /// The same customers, some without name and email address, but with its hash where there is a key; `None` where it is
    /// about none of them.
    pub(super) fn without_names(
        &self,
        is_one: impl Fn(&str) -> bool,
        key: Option<&EmailKey>,
    ) -> Option<Self> {
        let ids = &self.columns.ids;
        let concerned: Vec<bool> = (0..ids.len()).map(|customer| is_one(ids.get(customer))).collect();
        if !concerned.contains(&true) {
            return None;
        }
        let mut columns = Columns::clone(&self.columns);
        let mut hashes = Texts::default();
        for (customer, is_one) in concerned.iter().enumerate() {
            match key.filter(|_| *is_one).and_then(|key| key.hash(columns.emails.get(customer))) {
                Some(hash) => hashes.push(&hash),
                None if *is_one => hashes.push(""),
                None => hashes.push(columns.email_hashes.get(customer)),
            }
        }
        columns.email_hashes = hashes;
        for texts in [&mut columns.names, &mut columns.emails] {
            *texts = texts.without(&concerned);
        }
        columns.subscriptions.forget_cards(&concerned);
        let (name_order, search_text) = (NameOrder::default(), SearchText::default());
        Some(Self { columns: Arc::new(columns), name_order, search_text, ..self.clone() })
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub fn customer_count(&self) -> usize {
        self.columns.ids.len()
    }

    pub fn row_count(&self) -> usize {
        self.derived.days.len()
    }

    pub(crate) fn id(&self, customer: usize) -> &str {
        self.columns.ids.get(customer)
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.columns.ids.find(id)
    }

    /// Its customers in order of their names; those without one come last in either direction.
    pub(crate) fn by_name(&self, is_descending: bool) -> &[u32] {
        self.name_order.of(&self.columns.names, is_descending)
    }

    /// For each of its customers, whether a text that is in lower case is in its name, email address or id, in any case.
    pub(crate) fn with_text(&self, search: &Finder<'_>) -> Vec<bool> {
        self.search_text.find(&self.columns, search)
    }

    /// Empty where none is known, as with the email.
    pub(crate) fn name(&self, customer: usize) -> &str {
        self.columns.names.get(customer)
    }

    pub(crate) fn email(&self, customer: usize) -> &str {
        self.columns.emails.get(customer)
    }

    pub(super) fn email_hash(&self, customer: usize) -> &str {
        self.columns.email_hashes.get(customer)
    }

    pub(super) fn origin(&self, customer: usize) -> &str {
        self.columns.origins.get(customer)
    }

    pub(super) fn subscription_origin(&self, subscription: usize) -> &str {
        self.columns.subscriptions.origins.get(subscription)
    }

    pub(crate) fn country(&self, customer: usize) -> Country {
        self.columns.countries[customer]
    }

    /// Those of its customers, each once, with the number of its customers.
    pub(crate) fn countries(&self) -> &[(Country, u64)] {
        &self.derived.countries
    }

    pub(crate) fn created_at(&self, customer: usize) -> Option<UnixSeconds> {
        instant(self.columns.created_at[customer])
    }

    pub(crate) fn is_deleted(&self, customer: usize) -> bool {
        self.columns.is_deleted[customer]
    }

    pub(crate) fn rows(&self, customer: usize) -> RowSlices<'_> {
        self.columns.rows.slices(&self.derived.days, customer)
    }

    /// What is shown apart of a customer, in rows as MRR is.
    pub(crate) fn apart(&self, what: Apart, customer: usize) -> RowSlices<'_> {
        self.columns.apart[what as usize].slices(&self.derived.apart_days[what as usize], customer)
    }

    /// Why each of a customer's rows changed its value.
    pub(crate) fn causes(&self, customer: usize) -> &[ChangeCause] {
        &self.columns.causes[range(&self.columns.rows.ends, customer)]
    }

    pub(crate) fn money(&self, customer: usize) -> MoneySlices<'_> {
        let money = &self.columns.money;
        let range = range(&money.ends, customer);
        MoneySlices {
            at: &money.at[range.clone()],
            days: &self.derived.money_days[range.clone()],
            kind: &money.kind[range.clone()],
            currency: &money.currency[range.clone()],
            amount_minor: &money.amount_minor[range.clone()],
            code: &money.code[range],
        }
    }

    /// Why payments failed, as a customer's money numbers it.
    pub(crate) fn decline_codes(&self) -> impl Iterator<Item = &str> {
        let codes = &self.columns.money.codes;
        (0..codes.len()).map(|index| codes.get(index))
    }

    /// What was given of any of its subscriptions, each once.
    pub(crate) fn all_feedback(&self) -> impl Iterator<Item = &str> {
        let feedback = &self.columns.subscriptions.feedback;
        self.derived.feedback.iter().map(|index| feedback.get(*index))
    }

    pub(crate) fn decline_code(&self, number: u16) -> Option<&str> {
        (number != NO_CODE).then(|| self.columns.money.codes.get(usize::from(number)))
    }

    pub(crate) fn failed_invoices(&self, customer: usize) -> impl Iterator<Item = FailedInvoiceView> {
        let rows = &self.columns.failed_invoices;
        range(&rows.ends, customer).map(|index| FailedInvoiceView {
            subscription: rows.subscription[index],
            failed_at: UnixSeconds(rows.failed_at[index]),
            until: instant(rows.until[index]),
        })
    }

    /// In order of time.
    pub(crate) fn list_rows(&self, customer: usize) -> impl Iterator<Item = ListView> {
        let rows = &self.columns.list_rows;
        range(&rows.ends, customer).map(|index| ListView {
            at: UnixSeconds(rows.at[index]),
            subscription: rows.subscription[index],
            currency: rows.currency[index],
            part: rows.part[index],
            delta_minor: rows.delta_minor[index],
        })
    }

    pub(super) fn list_steps(&self, customer: usize) -> impl Iterator<Item = ListStep> {
        self.list_rows(customer).map(|row| ListStep {
            at: row.at,
            subscription: self.columns.subscriptions.ids.get(row.subscription as usize).into(),
            currency: row.currency,
            part: row.part,
            delta_minor: row.delta_minor,
        })
    }

    /// Customer by customer, each in order of time.
    pub(crate) fn all_paid(&self) -> impl ExactSizeIterator<Item = PaidRow> {
        (0..self.columns.paid.at.len()).map(|index| self.columns.paid.row(index))
    }

    pub(crate) fn all_unexplained(&self) -> impl Iterator<Item = Unexplained> {
        (0..self.columns.unexplained.at.len()).map(|index| self.columns.unexplained.row(index))
    }

    pub(crate) fn all_differences(&self) -> impl Iterator<Item = Difference> {
        (0..self.columns.differences.at.len()).map(|index| self.columns.differences.row(index))
    }

    pub(super) fn paid(&self, customer: usize) -> impl Iterator<Item = PaidRow> {
        range(&self.columns.paid.ends, customer).map(|index| self.columns.paid.row(index))
    }

    /// Those of a range of time: each customer's are in its order.
    pub(crate) fn paid_within(
        &self,
        customer: usize,
        within: &Range<UnixSeconds>,
    ) -> impl Iterator<Item = PaidRow> {
        let all = range(&self.columns.paid.ends, customer);
        let at = &self.columns.paid.at[all.clone()];
        let before = |end: UnixSeconds| all.start + at.partition_point(|at| *at < end.0);
        (before(within.start)..before(within.end)).map(|index| self.columns.paid.row(index))
    }

    pub(crate) fn unexplained(&self, customer: usize) -> impl Iterator<Item = Unexplained> {
        range(&self.columns.unexplained.ends, customer).map(|index| self.columns.unexplained.row(index))
    }

    pub(super) fn differences(&self, customer: usize) -> impl Iterator<Item = Difference> {
        range(&self.columns.differences.ends, customer).map(|index| self.columns.differences.row(index))
    }

    /// Those of its rows, each once.
    pub(crate) fn plans(&self) -> &[(u32, PlanUse)] {
        &self.derived.plans
    }

    /// The first and the last day of any row.
    pub(crate) fn row_days(&self) -> Option<(Day, Day)> {
        self.derived.row_days
    }

    /// A customer's revenue; `None` where it is in several currencies, or some of its money moves after `now` only.
    pub(crate) fn revenue(&self, customer: usize, now: UnixSeconds) -> Option<Revenue<'_>> {
        self.derived.revenue.of_customer(customer, now.0)
    }

    /// What a customer is worth, day by day.
    pub(crate) fn daily(&self, customer: usize) -> Daily<'_> {
        self.derived.daily.of_customer(customer)
    }

    /// The same without the days.
    pub(crate) fn outline(&self, customer: usize) -> &Outline {
        self.derived.daily.outline(customer)
    }

    /// When, what and how much, whoever's it is.
    pub(crate) fn all_money(&self) -> impl Iterator<Item = (UnixSeconds, MoneyKind, Currency, i64)> {
        let money = &self.columns.money;
        (0..money.at.len())
            .map(|i| (UnixSeconds(money.at[i]), money.kind[i], money.currency[i], money.amount_minor[i]))
    }

    /// Adds every instant from this one on at which anything of its customers happens or ends, in no order. Renewals are
    /// not among them: by themselves they change nothing.
    pub(super) fn instants_from(&self, from: i64, found: &mut Vec<i64>) {
        let Columns { rows, apart, subscriptions, failed_invoices, money, paid, .. } = &*self.columns;
        let Columns { unexplained, differences, list_rows, .. } = &*self.columns;
        let apart = apart.iter().map(|rows| (&rows.ends, &rows.at));
        let in_order = [(&rows.ends, &rows.at), (&money.ends, &money.at), (&list_rows.ends, &list_rows.at)];
        for (ends, at) in in_order.into_iter().chain(apart) {
            for customer in 0..ends.len() {
                let own = at[range(ends, customer)].iter().rev();
                found.extend(own.take_while(|at| **at >= from));
            }
        }
        let others = [
            &paid.at,
            &unexplained.at,
            &differences.at,
            &subscriptions.started_at,
            &subscriptions.ended_at,
            &subscriptions.cancel_at,
            &subscriptions.trial_start,
            &subscriptions.trial_end,
            &failed_invoices.failed_at,
            &failed_invoices.until,
        ];
        found.extend(others.into_iter().flatten().filter(|at| **at >= from));
    }

    /// Whether there is anything that a figure could be of: a subscription, a payment, or one that failed.
    pub(super) fn has_figures(&self) -> bool {
        let Columns { subscriptions, failed_invoices, .. } = &*self.columns;
        !subscriptions.started_at.is_empty()
            || !failed_invoices.failed_at.is_empty()
            || self.first_money_on().is_some()
    }

    pub(crate) fn first_money_on(&self) -> Option<Day> {
        self.derived.first_money_on
    }

    pub(crate) fn money_currencies(&self) -> &[Currency] {
        &self.derived.money_currencies
    }

    pub(crate) fn subscriptions(&self, customer: usize) -> Range<usize> {
        range(&self.columns.subscriptions.ends, customer)
    }

    /// What a subscription is paid with.
    pub(crate) fn means(&self, subscription: usize) -> PaymentMeans {
        self.columns.subscriptions.means(subscription)
    }

    /// When a subscription is set to end.
    pub(crate) fn cancel_at(&self, subscription: usize) -> Option<UnixSeconds> {
        instant(self.columns.subscriptions.cancel_at[subscription])
    }

    /// When a subscription is billed again.
    pub(crate) fn renews_at(&self, subscription: usize) -> Option<UnixSeconds> {
        instant(self.columns.subscriptions.renews_at[subscription])
    }

    /// Whether a subscription ended because payment failed.
    pub(crate) fn is_involuntary(&self, subscription: usize) -> bool {
        self.columns.subscriptions.is_involuntary[subscription]
    }

    pub(crate) fn subscription(&self, index: usize) -> SubscriptionView<'_> {
        let subscriptions = &self.columns.subscriptions;
        SubscriptionView {
            id: subscriptions.ids.get(index),
            status: subscriptions.status[index],
            is_involuntary: subscriptions.is_involuntary[index],
            started_at: instant(subscriptions.started_at[index]),
            ended_at: instant(subscriptions.ended_at[index]),
            cancel_at: instant(subscriptions.cancel_at[index]),
            ends_with_period: subscriptions.ends_with_period[index],
            renews_at: instant(subscriptions.renews_at[index]),
            trial: instant(subscriptions.trial_start[index])
                .zip(instant(subscriptions.trial_end[index]))
                .map(|(start, end)| Period { start, end }),
            trial_plan: Some(subscriptions.trial_plan[index]).filter(|plan| *plan != NO_PLAN),
            reason: subscriptions.reason[index],
            feedback: subscriptions.feedback.get(index),
        }
    }
}

impl Subscriptions {
    fn forget_cards(&mut self, concerned: &[bool]) {
        let own = concerned
            .iter()
            .enumerate()
            .flat_map(|(customer, is_one)| range(&self.ends, customer).map(move |_| *is_one));
        let own: Vec<bool> = own.collect();
        for (expiry, _) in self.card_expiry.iter_mut().zip(&own).filter(|(_, is_one)| **is_one) {
            *expiry = UNKNOWN_MEANS;
        }
        self.card_brand = self.card_brand.without(&own);
        self.card_last4 = self.card_last4.without(&own);
    }

    fn means(&self, index: usize) -> PaymentMeans {
        let text = |texts: &Texts| Some(texts.get(index)).filter(|text| !text.is_empty()).map(str::to_owned);
        let card = |expiry| Card { brand: text(&self.card_brand), last4: text(&self.card_last4), expiry };
        match self.card_expiry[index] {
            UNKNOWN_MEANS => PaymentMeans::Unknown,
            NO_CARD => PaymentMeans::NoCard,
            month => {
                CardExpiry::from_number(month - 2).map(card).map_or(PaymentMeans::Unknown, PaymentMeans::Card)
            }
        }
    }
}

impl Rows {
    fn slices<'a>(&'a self, days: &'a [Day], customer: usize) -> RowSlices<'a> {
        let range = range(&self.ends, customer);
        RowSlices {
            at: &self.at[range.clone()],
            days: &days[range.clone()],
            subscription: &self.subscription[range.clone()],
            plan: &self.plan[range.clone()],
            delta_minor: &self.delta_minor[range],
        }
    }
}

fn instant(at: i64) -> Option<UnixSeconds> {
    (at != NO_INSTANT).then_some(UnixSeconds(at))
}
