//! What a connection's figures are computed from, at one moment. A command makes it from the files, the server from
//! what it holds in memory.

use std::sync::Arc;

use model::{Currency, Day, MrrMethod, Settings, UnixSeconds};

use crate::answers::{AnswerKey, Answers};
use crate::columns::Ledger;
use crate::fx::Rates;
use crate::query::{self, Query, QueryInputs};
use crate::registry::{Feed, Metric};

/// A snapshot of a connection's numbers, and how far they reach.
#[derive(Debug, Clone)]
pub struct View {
    pub ledger: Arc<Ledger>,
    pub rates: Arc<Rates>,
    pub settings: Settings,
    /// The account's own.
    pub default_currency: Option<Currency>,
    /// How the source counts MRR itself, if it publishes that.
    pub mrr_method: Option<MrrMethod>,
    /// Nothing after this counts.
    pub now: UnixSeconds,
    pub reach: Reach,
    /// What cannot be had of the source, with its own word for the kind of object.
    pub absent: Vec<(Feed, String)>,
    /// What the source reports only since its figures are exact.
    pub late: Vec<Feed>,
    /// What was answered before, where that is remembered.
    pub answers: Option<Arc<Answers>>,
}

/// How far the data behind a view reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything that the provider had at this time has been imported.
    pub data_through: Option<UnixSeconds>,
    pub is_history_complete: bool,
    /// While it is not: from this day on it is.
    pub reaches_back_on: Option<Day>,
    /// Before this day the source reports less, and figures are coarse. `None`: they are the same throughout, or coarse
    /// up to now.
    pub exact_from_on: Option<Day>,
}

impl View {
    /// A provider's clock may be ahead of ours, and what it has told has happened.
    pub fn now(clock_now: UnixSeconds, data_through: Option<UnixSeconds>) -> UnixSeconds {
        data_through.map_or(clock_now, |through| through.max(clock_now))
    }

    /// An answer of this name to a query: the one that was given before, if there is one. `points` counts its points.
    ///
    /// # Errors
    /// Those of a new answer.
    pub(crate) fn answer<T: Clone + Send + Sync + 'static, E>(
        &self,
        name: &str,
        query: &Query,
        points: impl FnOnce(&T) -> usize,
        make: impl FnOnce(&Ledger, &Rates, &Query) -> Result<T, E>,
    ) -> Result<T, E> {
        let make = || make(&self.ledger, &self.rates, query);
        match &self.answers {
            Some(answers) => {
                answers.answer(&self.ledger, AnswerKey::new(name, query), query.now, points, make)
            }
            None => make(),
        }
    }

    /// What answers are computed from.
    pub(crate) fn inputs(&self) -> QueryInputs<'_> {
        QueryInputs { ledger: &self.ledger, rates: &self.rates, answers: self.answers.as_deref() }
    }

    pub fn today(&self) -> Day {
        self.now.day(self.ledger.zone())
    }

    /// The currency to report in where none was asked for: the setting, else the account's own, else dollars. One that
    /// cannot be converted to is passed over.
    pub fn reporting_currency(&self) -> Currency {
        let wanted = [self.settings.reporting_currency, self.default_currency];
        let can_report_in = |currency: &Currency| self.can_report_in(*currency);
        wanted.into_iter().flatten().find(can_report_in).unwrap_or(Currency::USD)
    }

    /// The account's own currency is always one of them.
    pub fn can_report_in(&self, currency: Currency) -> bool {
        self.default_currency == Some(currency) || query::can_report_in(&self.ledger, &self.rates, currency)
    }

    /// The kinds of objects that a metric lacks.
    pub fn absent(&self, metric: &Metric) -> Vec<String> {
        self.absent_of(metric.feeds)
    }

    /// From when on a metric is known, if what it measures, which its first feed is, is reported only since then.
    pub(crate) fn known_from_on(&self, metric: &Metric) -> Option<Day> {
        self.known_from(metric.feeds)
    }

    /// The same of what is made of these, the first of which counts.
    pub(crate) fn known_from(&self, feeds: &[Feed]) -> Option<Day> {
        let is_late = feeds.first().is_some_and(|measured| self.late.contains(measured));
        self.reach.exact_from_on.filter(|_| is_late)
    }

    /// Whether nobody ever reported what decides between values of a metric, so that none of them is known.
    pub(crate) fn is_never_known(&self, metric: &Metric) -> bool {
        let is_lacking = |measured: &Feed| self.absent.iter().any(|(feed, _)| feed == measured);
        metric.feeds.first().is_some_and(|first| *first == Feed::FailedPayments && is_lacking(first))
    }

    /// The kinds of objects of these that cannot be had.
    pub fn absent_of(&self, feeds: &[Feed]) -> Vec<String> {
        let lacking = self.absent.iter().filter(|(feed, _)| feeds.contains(feed));
        lacking.map(|(_, kind)| kind.clone()).collect()
    }
}
