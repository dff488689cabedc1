//! How long every answer takes over a synthetic ledger: each metric, native, converted and broken down, the summary,
//! cohorts and lists. Beside them a loop that only adds one column up: the bare limit of reading that many rows.
//!
//! `cargo run --release -p metrics --example query_rate -- [subscriptions, 1000000] [limit in ms, 50] [parts of names, as in 'ltv|cohorts']`
//!
//! With `CHARTSY_BENCH_PEER` set to a folder, the rows and the answer of the MRR report are left there, for another
//! database to give the same answer.
//!
//! Ends with 1 when any answer costs more CPU time, spread over two cores, than the limit.

#[path = "support/synthetic.rs"]
mod synthetic;

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use metrics::answers::{AnswerKey, Answers};
use metrics::columns::Ledger;
use metrics::envelope;
use metrics::fx::Rates;
use metrics::query::{
    self, Answer, CohortCustomersQuery, CohortValue, ContributionsQuery, CustomerSort, CustomerState,
    CustomersQuery, Dimension, Filter, MovementFilter, MovementOrder, MovementsQuery, MrrPoint, PaymentSort,
    PaymentsQuery, Query, QueryError, Reporting, UpcomingKind, UpcomingQuery,
};
use metrics::question::Question;
use metrics::registry::{METRICS, Metric};
use metrics::statement::{
    self,
    mrr::{MrrColumn, MrrCustomersQuery},
};
use metrics::view::{Reach, View};
use model::billing::SubscriptionStatus;
use model::{Currency, Day, Interval, MrrMethod, Settings, WeekStart};
use rayon::prelude::*;

const ROUNDS: u32 = 20;
/// The limits are those of a small machine.
const CORES: u32 = 2;
const PAGE: usize = 100;
const CLIENTS: usize = 8;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let subscriptions = arguments.next().map_or(Ok(1_000_000), |count| count.parse::<u64>())?;
    let limit_ms = arguments.next().map_or(Ok(50), |limit| limit.parse())?;
    let only = arguments.next();
    let ledger = Arc::new(loaded(subscriptions)?);
    let rates = Arc::new(Rates::embedded());
    if let Some(folder) = std::env::var_os("CHARTSY_BENCH_PEER") {
        write_for_peer(Path::new(&folder), subscriptions, &ledger, &rates)?;
    }
    let mut bench = Bench { slow: 0, limit: Duration::from_millis(limit_ms), only };
    println!("{:<52}{:>9}{:>9}{:>9}", "ms", "p50", "worst", "CPU / 2");
    metrics(&mut bench, &ledger, &rates)?;
    lists(&mut bench, &ledger, &rates)?;
    opened(&mut bench, &ledger, &rates)?;
    others(&mut bench, &ledger, &rates)?;
    asked_again(&mut bench, &ledger, &rates)?;
    clients(&ledger, &rates)?;
    let column: Vec<i64> = (0..).take(ledger.row_count()).collect();
    bench.measure("one column, only added up", || Ok(column.par_iter().sum::<i64>()))?;
    Ok(bench.verdict())
}

/// A ledger as a server has it: read from the blobs that were written.
fn loaded(subscriptions: u64) -> Result<Ledger, Box<dyn Error>> {
    let built = Instant::now();
    let ledger = synthetic::ledger(subscriptions)?;
    println!("{subscriptions} subscriptions, {} rows", ledger.row_count());
    println!("building {:>9} ms", built.elapsed().as_millis());
    let kept = Instant::now();
    let blobs: Vec<(u32, Vec<u8>)> =
        ledger.blob_ids().filter_map(|blob| Some((blob, ledger.to_bytes(blob)?))).collect();
    let bytes: usize = blobs.iter().map(|(_, blob)| blob.len()).sum();
    println!("writing  {:>9} ms  {} MB", kept.elapsed().as_millis(), bytes / 1_000_000);
    let loaded = Instant::now();
    let ledger = Ledger::from_bytes(blobs, TimeZone::UTC)?;
    println!("loading  {:>9} ms\n", loaded.elapsed().as_millis());
    Ok(ledger)
}

/// What another database needs to answer the same, and the answer.
fn write_for_peer(
    folder: &Path,
    subscriptions: u64,
    ledger: &Ledger,
    rates: &Rates,
) -> Result<(), Box<dyn Error>> {
    let mut rows = BufWriter::new(File::create(folder.join("rows.csv"))?);
    synthetic::write_rows(subscriptions, &mut rows)?;
    rows.flush()?;
    let mut answer = BufWriter::new(File::create(folder.join("answer.csv"))?);
    for series in query::mrr(ledger, rates, &last_year(Reporting::Native, None)?)?.series {
        for point in series.points {
            let MrrPoint { start_on, mrr_minor, new_minor, expansion_minor, .. } = point;
            let MrrPoint { contraction_minor, churn_minor, reactivation_minor, .. } = point;
            writeln!(
                answer,
                "{start_on},{},{mrr_minor},{new_minor},{expansion_minor},{contraction_minor},{churn_minor},{reactivation_minor}",
                series.currency
            )?;
        }
    }
    Ok(answer.flush()?)
}

fn metrics(bench: &mut Bench, ledger: &Ledger, rates: &Rates) -> Result<(), Box<dyn Error>> {
    let views = [
        ("", Reporting::Native, None),
        (" in eur", Reporting::In(Currency::EUR), None),
        (" by plan in eur", Reporting::In(Currency::EUR), Some(Dimension::Plan)),
        (" by country", Reporting::Native, Some(Dimension::Country)),
    ];
    for metric in METRICS {
        for (view, currency, by) in views {
            if by.is_some_and(|by| !metric.dimensions.contains(&by)) {
                continue;
            }
            let asked = last_year(currency, by)?;
            bench.measure(&format!("{}{view}", metric.id), || {
                query::value(ledger, rates, metric, &asked).map(|answer| answer.series.len())
            })?;
        }
    }
    for (view, currency, by) in views {
        let asked = last_year(currency, by)?;
        bench.measure(&format!("MRR report{view}"), || {
            query::mrr(ledger, rates, &asked).map(|answer| answer.series.len())
        })?;
        for what in [CohortValue::Customers, CohortValue::Mrr, CohortValue::Revenue] {
            bench.measure(&format!("cohorts of {what:?}{view}"), || {
                query::cohorts(ledger, rates, what, &asked).map(|answer| answer.series.len())
            })?;
            let asked = Query { from: "2023-01-01".parse()?, ..asked.clone() };
            bench.measure(&format!("all cohorts of {what:?}{view}"), || {
                query::cohorts(ledger, rates, what, &asked).map(|answer| answer.series.len())
            })?;
        }
    }
    Ok(())
}

fn lists(bench: &mut Bench, ledger: &Ledger, rates: &Rates) -> Result<(), Box<dyn Error>> {
    bench.measure("summary", || {
        query::summary(ledger, rates, Currency::EUR, &Filter::default(), synthetic::NOW)
    })?;
    let method = MrrMethod {
        statuses: &[SubscriptionStatus::Active, SubscriptionStatus::PastDue],
        counts_until_end: false,
        published_in: "",
    };
    bench.measure("statement of MRR", || {
        Ok(statement::mrr::statement(ledger, Some(method), synthetic::NOW).currencies.len())
    })?;
    let asked = MrrCustomersQuery {
        currency: Currency::USD,
        column: MrrColumn::Difference,
        cursor: None,
        limit: PAGE,
        method: Some(method),
        now: synthetic::NOW,
    };
    bench.measure("customers behind it", || statement::mrr::customers(ledger, &asked))?;
    bench.measure("facets", || Ok(query::facets(ledger, rates, synthetic::NOW)))?;
    for (view, currency) in [("", Reporting::Native), (" in eur", Reporting::In(Currency::EUR))] {
        for sort in [CustomerSort::Mrr, CustomerSort::Name, CustomerSort::Created] {
            let asked = CustomersQuery { sort, ..everybody(currency) };
            bench.measure(&format!("customers by {sort:?}{view}"), || {
                query::customers(ledger, rates, &asked)
            })?;
        }
        let query = last_year(currency, None)?;
        let asked = MovementsQuery {
            query,
            kinds: Vec::new(),
            only: MovementFilter::default(),
            order: MovementOrder::default(),
            cursor: None,
            limit: PAGE,
        };
        bench.measure(&format!("movements{view}"), || query::movements(ledger, rates, &asked))?;
    }
    Ok(())
}

/// What is behind a figure.
fn opened(bench: &mut Bench, ledger: &Ledger, rates: &Rates) -> Result<(), Box<dyn Error>> {
    for (view, currency) in [("", Reporting::Native), (" in eur", Reporting::In(Currency::EUR))] {
        let query = last_year(currency, None)?;
        for (id, part) in [("customer_churn_rate", "lost_customers"), ("net_revenue", "paid_invoice")] {
            let metric = Metric::find(id).ok_or("no such metric")?;
            bench.measure(&format!("{id} explained{view}"), || {
                query::explain(ledger, rates, metric, &query).map(|explained| explained.series.len())
            })?;
            let asked =
                ContributionsQuery { query: query.clone(), part: part.to_owned(), cursor: None, limit: PAGE };
            bench.measure(&format!("customers behind its part{view}"), || {
                query::contributions(ledger, rates, metric, &asked).map(|page| page.total)
            })?;
        }
        let asked = PaymentsQuery {
            query,
            kinds: Vec::new(),
            decline_codes: Vec::new(),
            sort: PaymentSort::Date,
            is_descending: true,
            cursor: None,
            limit: PAGE,
        };
        bench.measure(&format!("payments{view}"), || {
            query::payments(ledger, rates, &asked).map(|page| page.total)
        })?;
    }
    Ok(())
}

/// What is asked more rarely.
fn others(bench: &mut Bench, ledger: &Ledger, rates: &Rates) -> Result<(), Box<dyn Error>> {
    for (view, currency) in [("", Reporting::Native), (" in eur", Reporting::In(Currency::EUR))] {
        let query = last_year(currency, None)?;
        for what in [CohortValue::Mrr, CohortValue::Revenue] {
            let asked = CohortCustomersQuery {
                query: query.clone(),
                what,
                start_on: None,
                at: 3,
                group: None,
                in_currency: None,
                is_kept: None,
                cursor: None,
                limit: PAGE,
            };
            bench.measure(&format!("customers behind cohorts of {what:?}{view}"), || {
                query::cohort_customers(ledger, rates, &asked).map(|page| page.total)
            })?;
        }
        for (id, by) in [("expansion_mrr", Dimension::Cause), ("churned_mrr", Dimension::ChurnReason)] {
            let metric = Metric::find(id).ok_or("no such metric")?;
            let asked = last_year(currency, Some(by))?;
            bench.measure(&format!("{id} by {by}{view}"), || {
                query::value(ledger, rates, metric, &asked).map(|answer| answer.series.len())
            })?;
        }
        bench.measure(&format!("plan switches{view}"), || {
            query::plan_switches(ledger, rates, &query).map(|switches| switches.data.len())
        })?;
        let asked = UpcomingQuery {
            what: UpcomingKind::End,
            from: query.to,
            to: Day(query.to.0 + 90),
            filter: Filter::default(),
            currency,
            now: synthetic::NOW,
            cursor: None,
            limit: PAGE,
        };
        bench.measure(&format!("what ends in three months{view}"), || {
            query::upcoming(ledger, rates, &asked).map(|page| page.total)
        })?;
        let state = Some(CustomerState::Churned);
        let search = Some("customer 99".to_owned());
        for (of, sort, state, search) in [
            ("of those that left", CustomerSort::LostMrr, state, None),
            ("by Revenue", CustomerSort::Revenue, None, None),
            ("searched by name", CustomerSort::Name, None, search),
        ] {
            let asked = CustomersQuery { search, state, sort, ..everybody(currency) };
            bench.measure(&format!("customers {of}{view}"), || query::customers(ledger, rates, &asked))?;
        }
        let asked =
            Query { filter: Filter { countries: vec!["DE".to_owned()], ..Filter::default() }, ..query };
        bench.measure(&format!("MRR report of a country{view}"), || {
            query::mrr(ledger, rates, &asked).map(|answer| answer.series.len())
        })?;
    }
    Ok(())
}

/// Everybody, with the sums.
fn everybody(currency: Reporting) -> CustomersQuery {
    CustomersQuery {
        search: None,
        state: None,
        status: None,
        filter: Filter::default(),
        sort: CustomerSort::Mrr,
        is_descending: true,
        on: None,
        currency,
        now: synthetic::NOW,
        cursor: None,
        limit: PAGE,
        with_sums: true,
    }
}

/// Answers that were given before of the same ledger.
fn asked_again(bench: &mut Bench, ledger: &Arc<Ledger>, rates: &Arc<Rates>) -> Result<(), Box<dyn Error>> {
    let answers = Answers::new(ledger, rates, synthetic::NOW);
    bench.measure("what is ahead in the ledger", || {
        let answers = Answers::new(ledger, rates, synthetic::NOW);
        Ok(answers.look_ahead(ledger))
    })?;
    let query = last_year(Reporting::In(Currency::EUR), Some(Dimension::Plan))?;
    bench.measure("MRR report by plan in eur, asked again", || {
        let asked = AnswerKey::new("mrr", &query);
        let make = || query::mrr(ledger, rates, &query);
        let answer = answers.answer(ledger, asked, synthetic::NOW, |_: &Answer<MrrPoint>| 1, make)?;
        Ok(answer.series.len())
    })?;
    Ok(())
}

/// Clients that never stop asking, as a server answers them: each wants every metric in every view, in an order of its
/// own, and then again.
fn clients(ledger: &Arc<Ledger>, rates: &Arc<Rates>) -> Result<(), Box<dyn Error>> {
    let view = View {
        ledger: Arc::clone(ledger),
        rates: Arc::clone(rates),
        settings: Settings::default(),
        default_currency: Some(Currency::USD),
        mrr_method: None,
        now: synthetic::NOW,
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: Some(Arc::new(Answers::new(ledger, rates, synthetic::NOW))),
    };
    let mut asked = Vec::new();
    for metric in METRICS {
        for currency in [Reporting::Native, Reporting::In(Currency::EUR)] {
            let question = Question { currency: Some(currency), ..Question::default() };
            asked.push((metric, question));
        }
    }
    for round in ["for the first time", "asked again"] {
        let walls: Result<Vec<Vec<Duration>>, QueryError> = std::thread::scope(|scope| {
            let client = |number: usize| ask_all(&view, &asked, number);
            let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
            clients.into_iter().filter_map(|client| client.join().ok()).collect()
        });
        let mut walls = walls?.concat();
        walls.sort();
        let (p50, p99) = (walls[walls.len() / 2], walls[walls.len() * 99 / 100]);
        let name = format!("{CLIENTS} clients at once, {round}: p50, p99");
        println!("{name:<52}{:>9}{:>9}", ms(p50), ms(p99));
    }
    Ok(())
}

fn ask_all(
    view: &View,
    asked: &[(&'static Metric, Question)],
    client: usize,
) -> Result<Vec<Duration>, QueryError> {
    let order = (0..asked.len()).map(|place| &asked[(place + client * asked.len() / CLIENTS) % asked.len()]);
    order
        .map(|(metric, question)| {
            let (start, question) = (Instant::now(), question.clone());
            black_box(envelope::value(view, metric, question)?);
            Ok(start.elapsed())
        })
        .collect()
}

fn last_year(currency: Reporting, by: Option<Dimension>) -> Result<Query, model::DayError> {
    Ok(Query {
        from: "2025-10-01".parse()?,
        to: "2026-09-30".parse()?,
        interval: Interval::Month,
        week_start: WeekStart::Monday,
        currency,
        filter: Filter::default(),
        by,
        within_days: None,
        now: synthetic::NOW,
    })
}

struct Bench {
    /// How many answers were over the limit.
    slow: usize,
    limit: Duration,
    /// Only answers whose name has one of these in it.
    only: Option<String>,
}

impl Bench {
    fn measure<T>(
        &mut self,
        name: &str,
        mut run: impl FnMut() -> Result<T, QueryError>,
    ) -> Result<(), QueryError> {
        if self.only.as_ref().is_some_and(|only| !only.split('|').any(|part| name.contains(part))) {
            return Ok(());
        }
        black_box(run()?);
        let cpu = cpu_time();
        let mut walls = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            black_box(run()?);
            walls.push(start.elapsed());
        }
        walls.sort();
        // Other programs on the machine cost time, and no CPU time of this one.
        let cpu = cpu_time().saturating_sub(cpu) / ROUNDS / CORES;
        let mark = if cpu > self.limit { "  over the limit" } else { "" };
        let (p50, worst) = (walls[walls.len() / 2], walls[walls.len() - 1]);
        println!("{name:<52}{:>9}{:>9}{:>9}{mark}", ms(p50), ms(worst), ms(cpu));
        self.slow += usize::from(cpu > self.limit);
        Ok(())
    }

    fn verdict(self) -> ExitCode {
        let limit = self.limit.as_millis();
        if self.slow == 0 {
            println!("\nevery answer costs at most {limit} ms");
            return ExitCode::SUCCESS;
        }
        println!("\n{} answers cost more than {limit} ms", self.slow);
        ExitCode::FAILURE
    }
}

/// In milliseconds, with one decimal.
fn ms(duration: Duration) -> String {
    let tenths = duration.as_micros() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Of all threads, as Linux counts it, to a hundredth of a second; elsewhere 0.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
