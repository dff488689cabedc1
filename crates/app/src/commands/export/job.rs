//! The walk over all customers, some at a time, and every metric at its end.

use anyhow::Context;
use connect::{Readable, Source};
use metrics::envelope;
use metrics::ledger::PriceBook;
use metrics::query::{self, CustomerRecord, CustomerTimeline, ExpiringCardsQuery, Filter, Reporting, Value};
use metrics::question::Question;
use metrics::registry::{METRICS, Metric, Unit};
use metrics::view::View;
use model::billing::CustomerHistory;
use model::{Clock, CustomerId, Day, Interval};
use rust_decimal::Decimal;
use store::{ConnectionRecord, Objects, Stored};
use sync::history;
use tokio_util::sync::CancellationToken;

use super::draft::{Destination, Draft, Manifest};
use super::format::Format;
use super::goods;
use super::rows::Exported;
use super::table::Cell;
use super::tables;
use crate::failure::Advice;
use crate::progress::Customers;

/// Customers whose objects are read at once.
const BATCH: usize = 200;
/// Objects of no customer that are read at once.
const OBJECTS: usize = 1000;
/// Cards that are listed at once: each page of them looks at everybody.
const CARDS: usize = 20_000;
/// A metric is computed for at most this long, however old an object claims to be.
const YEARS_MAX: i16 = 99;

/// An export that is about to be written.
pub struct Job {
    pub view: View,
    pub record: ConnectionRecord,
    pub source: Source,
    pub objects: Objects,
    pub format: Format,
    pub stop: CancellationToken,
}

impl Job {
    /// Writes everything, or leaves the destination as it was.
    pub fn run(&self, destination: Destination) -> anyhow::Result<Manifest> {
        let mut draft = Draft::create(destination, self.format)?;
        let first_on = self.customers(&mut draft)?;
        self.goods(&mut draft)?;
        self.cards(&mut draft)?;
        self.balance(&mut draft)?;
        self.metrics(first_on, &mut draft)?;
        self.stop_if_told()?;
        draft.publish(self.manifest())
    }

    fn manifest(&self) -> Manifest {
        Manifest {
            connection: self.record.id.to_string(),
            format: self.format.extension().to_owned(),
            created_at: Clock::System.now().to_string(),
            data_through: self.view.reach.data_through.map(|at| at.to_string()),
            is_complete: false,
            files: Vec::new(),
        }
    }

    fn stop_if_told(&self) -> anyhow::Result<()> {
        if self.stop.is_cancelled() {
            let help = "run it again; the folder is as it was before";
            return Err(Advice::new("the export was interrupted", help).into());
        }
        Ok(())
    }

    /// Every customer's rows; the first day that any of them tells of.
    fn customers(&self, draft: &mut Draft) -> anyhow::Result<Day> {
        let prices = history::price_book(self.source, &self.objects)?.book;
        goods::price_list(&prices, draft)?;
        let shown = Customers::new();
        let tell = shown.listener();
        let total = self.view.ledger.customer_count() as u64;
        let mut first_on = self.view.today();
        let mut customers = query::customer_records(&self.view.ledger, self.view.now);
        let mut done = 0;
        loop {
            let batch: Vec<CustomerRecord> = customers.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            self.stop_if_told()?;
            for (record, stored) in batch.iter().zip(self.stored(&batch)?) {
                let history = self.write(record, &stored, &prices, draft)?;
                first_on = first_on.min(self.first_day(&record.timeline, &history));
            }
            done += batch.len() as u64;
            tell(done, total);
        }
        shown.finish();
        Ok(first_on)
    }

    fn stored(&self, batch: &[CustomerRecord]) -> anyhow::Result<Vec<Vec<Stored>>> {
        let ids: Vec<CustomerId> = batch.iter().map(|one| one.entry.id.clone()).collect();
        let mut stored = self.objects.read_customers(&ids, self.source.history_kinds())?;
        if let Some(nobody) = ids.iter().position(|id| id.as_str() == history::NOBODY)
            && let Some(stored) = stored.get_mut(nobody)
        {
            *stored = self.objects.ownerless()?;
        }
        Ok(stored)
    }

    fn write(
        &self,
        record: &CustomerRecord,
        stored: &[Stored],
        prices: &PriceBook,
        draft: &mut Draft,
    ) -> anyhow::Result<CustomerHistory> {
        let billed = history::from_objects(self.source, stored);
        let own = history::with_inline(prices, &billed.history, billed.inline_prices);
        let own_prices = own.as_ref().map(|(own, _)| own);
        let (view, history) = (&self.view, &billed.history);
        Exported { view, record, history, prices, own_prices }.write(draft)?;
        Ok(billed.history)
    }

    fn first_day(&self, timeline: &CustomerTimeline, history: &CustomerHistory) -> Day {
        let invoices = history.invoices.iter().map(|invoice| invoice.created_at);
        let charges = history.charges.iter().map(|charge| charge.created_at);
        let started = history.subscriptions.iter().filter_map(|subscription| subscription.started_at);
        let days = invoices.chain(charges).chain(started).map(|at| at.day(self.view.ledger.zone()));
        let days = days.chain(timeline.timeline.first().map(|point| point.on));
        days.min().unwrap_or_else(|| self.view.today())
    }

    /// What no customer has: coupons. And payment intents, of which no figure is made.
    fn goods(&self, draft: &mut Draft) -> anyhow::Result<()> {
        self.each_readable(self.source.coupons(), |coupon| goods::coupon(&coupon, draft))?;
        self.each_readable(self.source.payment_intents(), |intent| goods::payment_intent(&intent, draft))
    }

    /// Everything of a kind that can be read, if the source has it.
    fn each_readable<T>(
        &self,
        readable: Option<&Readable<T>>,
        mut add: impl FnMut(T) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(Readable { kind, read }) = readable else { return Ok(()) };
        let mut after: Option<String> = None;
        loop {
            self.stop_if_told()?;
            let stored = self.objects.scan(*kind, after.as_deref(), OBJECTS)?;
            let Some(last) = stored.last() else { return Ok(()) };
            after = Some(last.object.id.clone());
            for one in stored.iter().filter_map(|stored| read(&stored.object).ok()) {
                add(one)?;
            }
        }
    }

    /// Every card that a subscription is paid with, whenever it expires.
    fn cards(&self, draft: &mut Draft) -> anyhow::Result<()> {
        let mut question = ExpiringCardsQuery {
            within_days: u32::MAX,
            filter: Filter::default(),
            currency: Reporting::Native,
            now: self.view.now,
            cursor: None,
            limit: CARDS,
        };
        loop {
            self.stop_if_told()?;
            let page = query::expiring_cards(&self.view.ledger, &self.view.rates, &question)?;
            for card in &page.data {
                for paid in &card.mrr {
                    draft.add(
                        &tables::CARDS,
                        &[
                            Cell::from(card.customer_id.as_str()),
                            Cell::from(card.brand.as_ref()),
                            Cell::from(card.last4.as_ref()),
                            Cell::from(card.expires_on),
                            Cell::from(card.is_expired),
                            Cell::from(paid.currency),
                            Cell::from(paid.amount_minor),
                        ],
                    )?;
                }
            }
            question.cursor = Some(match page.next_cursor {
                Some(cursor) => cursor,
                None => return Ok(()),
            });
        }
    }

    fn balance(&self, draft: &mut Draft) -> anyhow::Result<()> {
        self.stop_if_told()?;
        for transaction in self.view.ledger.balance_transactions() {
            draft.add(
                &tables::BALANCE_TRANSACTIONS,
                &[
                    Cell::from(transaction.id.as_str()),
                    Cell::from(transaction.source.as_ref()),
                    Cell::from(transaction.category.as_str()),
                    Cell::from(transaction.currency),
                    Cell::from(transaction.amount_minor),
                    Cell::from(transaction.fee_minor),
                    Cell::from(transaction.net_minor),
                    Cell::from(transaction.created_at),
                ],
            )?;
        }
        Ok(())
    }

    /// Every metric by month, each currency by itself.
    fn metrics(&self, first_on: Day, draft: &mut Draft) -> anyhow::Result<()> {
        let oldest = self.view.today().date().saturating_sub(jiff::Span::new().years(YEARS_MAX));
        let from = first_on.max(Day::from(oldest)).date().first_of_month();
        for metric in METRICS {
            self.stop_if_told()?;
            let question = Question {
                from: (!metric.looks_ahead).then(|| Day::from(from)),
                interval: Some(Interval::Month),
                currency: Some(Reporting::Native),
                ..Question::default()
            };
            let answer = envelope::value(&self.view, metric, question);
            let answer = answer.with_context(|| format!("{} can't be computed", metric.id))?.answer;
            for series in &answer.series {
                for point in &series.points {
                    draft.add(
                        &tables::METRICS,
                        &[
                            Cell::from(metric.id),
                            Cell::from(unit(metric)),
                            Cell::from(series.currency),
                            Cell::from(point.start_on),
                            Cell::from(point.end_on),
                            Cell::from(point.is_partial),
                            Cell::from(point.value.map(number)),
                        ],
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// Money is in the smallest unit of the row's currency, as everywhere in the export.
fn unit(metric: &Metric) -> &'static str {
    match metric.unit {
        Unit::Money => "minor",
        Unit::Count => "count",
        Unit::Ratio => "ratio",
        Unit::Multiple => "multiple",
        Unit::Days => "days",
        Unit::Months => "months",
    }
}

/// With as many decimals as the API writes.
fn number(value: Value) -> Decimal {
    match value {
        Value::Minor(number) | Value::Count(number) => Decimal::from(number),
        Value::Ratio(ratio) => ratio.round_dp(6),
    }
}
