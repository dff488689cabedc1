//! What is ahead, subscription by subscription: trials that end, renewals, and subscriptions that are set to end.

mod page;

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use model::billing::SubscriptionStatus;
use model::{Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use utoipa::ToSchema;

use super::customers::Amounts;
use super::exchange::{Exchange, TooLarge};
use super::paging::page;
use super::scheduled::{ahead, set_to_end};
use super::scope::{LEFT_OUT, Scope, Selection};
use super::tally::{Line, Lines};
use super::walk::WalkRange;
use super::{Filter, QueryError, Reporting, check_currency};
use crate::columns::{Chunk, CustomerPosition, Ledger, RowSlices};
use crate::fx::Rates;
use crate::ledger::Apart;

pub use page::{Upcoming, UpcomingPage};

/// Without a last day: a week that begins today.
const DEFAULT_DAYS: u32 = 7;

/// What happens to a subscription on a day ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpcomingKind {
    /// Its trial ends: it is worth what it counts for in trial MRR.
    TrialEnd,
    /// It is set to end: it is worth what it counts for in scheduled churn.
    End,
    /// Its running period ends and it is billed again: it is worth its MRR.
    Renewal,
}

#[derive(Debug, Clone)]
pub struct UpcomingQuery {
    pub what: UpcomingKind,
    /// The first and the last day on which it happens. What has happened by now is not listed.
    pub from: Day,
    pub to: Day,
    pub filter: Filter,
    /// Converted at the rates of today, since later days have none yet.
    pub currency: Reporting,
    pub now: UnixSeconds,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// What happens to a subscription, and what it is worth in one currency, before it is looked up.
struct Found {
    place: CustomerPosition,
    /// Into the chunk's subscriptions.
    subscription: u32,
    on: Day,
    worth: UpcomingAmount,
}

#[derive(Debug, Clone)]
struct UpcomingAmount {
    currency: Currency,
    minor: i64,
    /// `None` natively, and where there is no rate.
    converted_minor: Option<i64>,
    /// Codes of what it is paid for.
    plans: SmallVec<[u32; 1]>,
}

/// Soonest first, then the most MRR.
type Order<'a> = (Day, Reverse<i64>, &'a str, Currency);

/// The days that are asked for: from today where nothing else is said, up to `to`, or `days` of them with the first.
///
/// # Errors
/// When both a last day and a number of days are given: they could contradict each other.
pub fn days_ahead(
    from: Option<Day>,
    to: Option<Day>,
    days: Option<u32>,
    today: Day,
) -> Result<(Day, Day), &'static str> {
    let from = from.unwrap_or(today);
    match (to, days) {
        (Some(_), Some(_)) => Err("use either `to` or `days`"),
        (Some(to), None) => Ok((from, to)),
        (None, days) => {
            let days = i32::try_from(days.unwrap_or(DEFAULT_DAYS)).unwrap_or(i32::MAX);
            Ok((from, Day(from.0.saturating_add(days).saturating_sub(1))))
        }
    }
}

/// A page of what is ahead.
///
/// # Errors
/// When the range is empty, the cursor is not one of this list, or an amount is too large for the reporting currency.
pub fn upcoming(ledger: &Ledger, rates: &Rates, asked: &UpcomingQuery) -> Result<UpcomingPage, QueryError> {
    check_currency(ledger, rates, asked.currency)?;
    let (from, to) = (asked.from, asked.to);
    if from > to {
        return Err(QueryError::EmptyRange { from, to });
    }
    let list = List::new(ledger, rates, asked);
    let chunks = 0..ledger.chunks().len();
    let parts: Result<Vec<Vec<Found>>, TooLarge> =
        chunks.into_par_iter().map(|index| list.of_chunk(index)).collect();
    let parts = parts.map_err(|error| list.exchange.refused(error))?;
    let found: Vec<Found> = parts.into_iter().flatten().collect();
    let whole = list.whole(&found);
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let is_after = |one: &Found| last.as_ref().is_none_or(|last| list.order(one) > last.order());
    let (found, has_more) = page(found, asked.limit, is_after, |a, b| list.order(a).cmp(&list.order(b)));
    Ok(UpcomingPage {
        data: found.iter().map(|one| list.row(one)).collect(),
        next_cursor: found.last().filter(|_| has_more).map(|one| list.cursor(one)),
        ..whole
    })
}

struct List<'a> {
    ledger: &'a Ledger,
    asked: &'a UpcomingQuery,
    scope: Scope,
    /// The rates of today.
    exchange: Exchange,
    today: Day,
}

/// The customer's subscriptions that are billed again from now on, and when the next time is.
pub(super) fn renewing(
    chunk: &Chunk,
    customer: usize,
    now: UnixSeconds,
) -> impl Iterator<Item = (usize, UnixSeconds)> {
    ahead(chunk, customer, now, |index| chunk.renews_at(index))
}

impl<'a> List<'a> {
    fn new(ledger: &'a Ledger, rates: &'a Rates, asked: &'a UpcomingQuery) -> Self {
        let today = ledger.calendar().day(asked.now);
        let selection = Selection { filter: &asked.filter, by: None, is_converted: false };
        let scope = Scope::new(ledger, selection);
        let exchange = Exchange::new(rates, asked.currency, &scope.currencies, (today, today));
        Self { ledger, asked, scope, exchange, today }
    }

    fn of_chunk(&self, index: usize) -> Result<Vec<Found>, TooLarge> {
        let chunk = &self.ledger.chunks()[index];
        let (mut found, mut lines) = (Vec::new(), Lines::default());
        for customer in 0..chunk.customer_count() {
            let due = self.due(chunk, customer);
            let Some(country) = self.scope.country(chunk.country(customer)).filter(|_| !due.is_empty())
            else {
                continue;
            };
            let range = WalkRange { first: self.today, last: self.today, now: self.asked.now };
            lines.read(self.rows(chunk, customer), country, &self.scope, range);
            for (subscription, on) in due {
                let mut worth = self.worth(&lines, subscription)?;
                if worth.is_empty() {
                    worth.extend(self.worthless_trial(chunk, subscription, country));
                }
                let place = CustomerPosition::new(index, customer);
                found.extend(worth.into_iter().map(|worth| Found { place, subscription, on, worth }));
            }
        }
        Ok(found)
    }

    /// The customer's subscriptions of which it happens in the range, and when.
    fn due(&self, chunk: &Chunk, customer: usize) -> SmallVec<[(u32, Day); 2]> {
        let now = self.asked.now;
        let trial_ends = |index: usize| {
            let end = chunk.subscription(index).trial?.end;
            (end > now).then_some((index, end))
        };
        let ahead: SmallVec<[(usize, UnixSeconds); 2]> = match self.asked.what {
            UpcomingKind::TrialEnd => chunk.subscriptions(customer).filter_map(trial_ends).collect(),
            UpcomingKind::End => set_to_end(chunk, customer, now).collect(),
            UpcomingKind::Renewal => renewing(chunk, customer, now).collect(),
        };
        let days = ahead.into_iter().filter_map(|(index, at)| {
            let on = self.ledger.calendar().day(at);
            Some((u32::try_from(index).ok()?, on))
        });
        days.filter(|(_, on)| (self.asked.from..=self.asked.to).contains(on)).collect()
    }

    fn rows<'c>(&self, chunk: &'c Chunk, customer: usize) -> RowSlices<'c> {
        match self.asked.what {
            UpcomingKind::TrialEnd => chunk.apart(Apart::Trials, customer),
            UpcomingKind::End | UpcomingKind::Renewal => chunk.rows(customer),
        }
    }

    /// What a subscription is worth now, by currency. Each line is converted by itself, as in the metrics.
    fn worth(&self, lines: &Lines, subscription: u32) -> Result<SmallVec<[UpcomingAmount; 1]>, TooLarge> {
        let mut all: SmallVec<[UpcomingAmount; 1]> = SmallVec::new();
        let own = |line: &&Line| line.subscription == subscription && line.value != 0;
        for line in lines.lines.iter().filter(own) {
            let currency = self.scope.currency_of(line.series);
            let code = self.scope.series[line.series as usize].currency;
            let factor = self.exchange.factor(code, self.today).filter(|_| !self.exchange.is_native());
            let converted_minor = factor.map(|factor| factor.convert(line.value)).transpose()?;
            match all.iter_mut().find(|worth| worth.currency == currency) {
                Some(worth) => {
                    worth.minor += line.value;
                    worth.converted_minor = worth.converted_minor.zip(converted_minor).map(|(a, b)| a + b);
                    worth.plans.push(line.plan);
                }
                None => {
                    let plans = SmallVec::from_elem(line.plan, 1);
                    all.push(UpcomingAmount { currency, minor: line.value, converted_minor, plans });
                }
            }
        }
        Ok(all)
    }

    /// A trial that runs is listed also where it is worth nothing, such as one of usage.
    fn worthless_trial(&self, chunk: &Chunk, subscription: u32, country: u32) -> Option<UpcomingAmount> {
        let own = chunk.subscription(subscription as usize);
        let is_running = own.status == SubscriptionStatus::Trialing;
        if self.asked.what != UpcomingKind::TrialEnd || !is_running {
            return None;
        }
        let plan = own.trial_plan.filter(|plan| self.scope.target(*plan, country).series != LEFT_OUT)?;
        let currency = self.ledger.catalog().plan(plan)?.currency;
        let converted_minor = (!self.exchange.is_native()).then_some(0);
        Some(UpcomingAmount { currency, minor: 0, converted_minor, plans: SmallVec::from_elem(plan, 1) })
    }

    /// What all of it comes to.
    fn whole(&self, found: &[Found]) -> UpcomingPage {
        let (mut mrr, mut converted) = (Amounts::default(), 0_i64);
        for one in found {
            mrr.add(one.worth.currency, one.worth.minor);
            converted = converted.saturating_add(one.worth.converted_minor.unwrap_or(0));
        }
        let mut customers: Vec<CustomerPosition> = found.iter().map(|one| one.place).collect();
        customers.sort_unstable();
        customers.dedup();
        UpcomingPage {
            what: self.asked.what,
            from: self.asked.from,
            to: self.asked.to,
            data: Vec::new(),
            next_cursor: None,
            total: found.len(),
            customers: customers.len(),
            mrr: mrr.list(),
            mrr_converted_minor: (!self.exchange.is_native()).then_some(converted),
        }
    }

    fn row(&self, one: &Found) -> Upcoming {
        let chunk = self.ledger.chunk(one.place);
        let entry = chunk.entry(one.place.customer as usize);
        let subscription = chunk.subscription(one.subscription as usize);
        let plans = one.worth.plans.iter().filter_map(|code| self.ledger.catalog().plan(*code));
        let mut labels: Vec<String> = Vec::new();
        for plan in plans {
            if !labels.contains(&plan.label) {
                labels.push(plan.label.clone());
            }
        }
        Upcoming {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            subscription_id: subscription.id.to_owned(),
            on: one.on,
            plans: labels,
            currency: one.worth.currency,
            mrr_minor: one.worth.minor,
            converted_minor: one.worth.converted_minor,
            is_set_to_end: subscription.cancel_at.is_some_and(|at| at >= self.asked.now),
            feedback: Some(subscription.feedback.to_owned()).filter(|feedback| !feedback.is_empty()),
        }
    }

    /// Natively by the plain number of smallest units, as the list of customers is.
    fn amount(&self, one: &Found) -> i64 {
        if self.exchange.is_native() { one.worth.minor } else { one.worth.converted_minor.unwrap_or(0) }
    }

    fn order<'o>(&'o self, one: &Found) -> Order<'o> {
        let id = self.ledger.chunk(one.place).subscription(one.subscription as usize).id;
        (one.on, Reverse(self.amount(one)), id, one.worth.currency)
    }

    fn cursor(&self, one: &Found) -> String {
        let (on, Reverse(amount), subscription, currency) = self.order(one);
        Cursor { on, amount, currency, subscription: subscription.to_owned() }.write()
    }
}

/// The last row of a page. Keyed by what it is, so that an update in between neither repeats nor skips any.
struct Cursor {
    on: Day,
    amount: i64,
    currency: Currency,
    subscription: String,
}

impl Cursor {
    fn write(&self) -> String {
        format!("{},{},{},{}", self.on, self.amount, self.currency, self.subscription)
    }

    fn read(text: &str) -> Result<Self, QueryError> {
        let bad = || QueryError::BadCursor(text.to_owned());
        let mut parts = text.splitn(4, ',');
        let mut part = || parts.next().ok_or_else(bad);
        let (on, amount, currency, subscription) = (part()?, part()?, part()?, part()?);
        Ok(Self {
            on: on.parse().map_err(|_| bad())?,
            amount: amount.parse().map_err(|_| bad())?,
            currency: currency.parse().map_err(|_| bad())?,
            subscription: subscription.to_owned(),
        })
    }

    fn order(&self) -> Order<'_> {
        (self.on, Reverse(self.amount), &self.subscription, self.currency)
    }
}

impl UpcomingKind {
    pub const ALL: [Self; 3] = [Self::TrialEnd, Self::End, Self::Renewal];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TrialEnd => "trial_end",
            Self::End => "end",
            Self::Renewal => "renewal",
        }
    }
}

impl fmt::Display for UpcomingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for UpcomingKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is not known: use trial_end, end or renewal"))
    }
}
