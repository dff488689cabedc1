//! What the ledger keeps so that nobody has to read all objects: where paid money went, and what other rules would
//! change. Both are compared with a plain computation from the histories.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use metrics::columns::{Ledger, LedgerBuilder};
use metrics::fx::Rates;
use metrics::ledger::{LineVerdict, build, line_verdicts};
use metrics::preview::preview;
use metrics::query::{self, Query};
use metrics::reconcile::{Reason, ReconciledMonth, reconcile};
use metrics::view::{Reach, View};
use model::billing::{CustomerHistory, Invoice, InvoiceStatus};
use model::{Currency, Day, Interval, InvoiceId, LedgerRules, Money, Settings, UnixSeconds, WeekStart};

use super::second_reader::lives::{self, Merchant};
use super::world::{TestCustomer, day, query};

const MERCHANTS: u64 = 12;
const ZONE: &str = "America/New_York";
const EVER: UnixSeconds = UnixSeconds(i64::MAX);

/// With taxes, shipping and credits, and now and then an amount that nothing explains.
fn merchant(seed: u64) -> Merchant {
    let mut merchant = lives::merchant(seed);
    let invoices = merchant.customers.iter_mut().flat_map(|history| &mut history.invoices);
    for (number, invoice) in (0..).zip(invoices) {
        let every = |count: i64, amount_minor: i64| if number % count == 0 { amount_minor } else { 0 };
        invoice.tax_minor = every(3, 190 + number);
        invoice.shipping_minor = every(5, 700);
        invoice.billing_credits_minor = every(7, 450);
        let lines = invoice
            .lines
            .iter()
            .map(|line| line.amount_minor - line.discount_minor - line.inclusive_tax_minor);
        invoice.total_minor = lines.sum::<i64>() + invoice.tax_minor + invoice.shipping_minor
            - invoice.billing_credits_minor
            + every(11, 1);
        invoice.paid_at = Some(UnixSeconds(invoice.created_at.0 + number % 9 * 40_000));
    }
    merchant
}

fn ledger(merchant: &Merchant, rules: LedgerRules) -> Ledger {
    let builder = LedgerBuilder::new();
    for (number, history) in merchant.customers.iter().enumerate() {
        builder.add(entry(number), &build(history, &merchant.prices, rules));
    }
    builder.finish(&merchant.prices, TimeZone::get(ZONE).unwrap())
}

fn entry(number: usize) -> metrics::columns::CustomerEntry {
    TestCustomer::new(&format!("cus_{number}")).entry()
}

fn all_months(ledger: &Ledger) -> Vec<ReconciledMonth> {
    reconcile(ledger, day("2000-01-01"), day("2040-12-31"))
}

#[derive(Debug, Default, PartialEq)]
struct PlainMonth {
    invoices: u64,
    total_minor: i64,
    used_minor: i64,
    left_out: BTreeMap<Reason, i64>,
    unexplained_minor: i64,
    unexplained_invoices: BTreeSet<InvoiceId>,
}

type PlainMonths = BTreeMap<(Day, Currency), PlainMonth>;

fn plainly(merchant: &Merchant) -> PlainMonths {
    let zone = TimeZone::get(ZONE).unwrap();
    let mut months = PlainMonths::new();
    for history in &merchant.customers {
        for invoice in history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid) {
            let on = invoice.paid_at.unwrap().day(&zone);
            let month_on = Interval::Month.bucket(on, WeekStart::default()).start_on;
            let month = months.entry((month_on, invoice.currency)).or_default();
            month.add(invoice, history, merchant);
        }
    }
    months.values_mut().for_each(|month| month.left_out.retain(|_, amount| *amount != 0));
    months
}

impl PlainMonth {
    fn add(&mut self, invoice: &Invoice, history: &CustomerHistory, merchant: &Merchant) {
        let mut explained = invoice.tax_minor + invoice.shipping_minor - invoice.billing_credits_minor;
        for (reason, amount_minor) in [
            (Reason::Tax, invoice.tax_minor),
            (Reason::Shipping, invoice.shipping_minor),
            (Reason::BillingCredit, -invoice.billing_credits_minor),
        ] {
            *self.left_out.entry(reason).or_default() += amount_minor;
        }
        for (reference, line, verdict) in line_verdicts(history, &merchant.prices, merchant.rules) {
            if reference.invoice.as_ref() != Some(&invoice.id) {
                continue;
            }
            let net = line.amount_minor - line.discount_minor - line.inclusive_tax_minor;
            explained += net;
            match verdict {
                LineVerdict::Recurring | LineVerdict::Proration => self.used_minor += net,
                LineVerdict::ProrationCredit => {
                    *self.left_out.entry(Reason::ProrationCredit).or_default() += net;
                }
                LineVerdict::LeftOut(reason) => *self.left_out.entry(reason.into()).or_default() += net,
            }
        }
        self.invoices += 1;
        self.total_minor += invoice.total_minor;
        self.unexplained_minor += invoice.total_minor - explained;
        if invoice.total_minor != explained {
            self.unexplained_invoices.insert(invoice.id.clone());
        }
    }
}

/// Reasons that took as much as they gave are none.
fn as_plain(months: Vec<ReconciledMonth>) -> PlainMonths {
    let plain = months.into_iter().map(|month| {
        let left_out = month.left_out.iter().filter(|sum| sum.amount_minor != 0);
        let plain = PlainMonth {
            invoices: month.invoices,
            total_minor: month.total_minor,
            used_minor: month.used_minor,
            left_out: left_out.map(|sum| (sum.reason, sum.amount_minor)).collect(),
            unexplained_minor: month.unexplained_minor,
            unexplained_invoices: month.unexplained_invoices.into_iter().collect(),
        };
        ((month.month_on, month.currency), plain)
    });
    plain.collect()
}

#[test]
fn paid_money_went_where_a_plain_reading_of_all_lines_says() {
    let mut reasons = BTreeSet::new();
    for seed in 0..MERCHANTS {
        let merchant = merchant(seed);
        let kept = as_plain(all_months(&ledger(&merchant, merchant.rules)));
        assert_eq!(kept, plainly(&merchant), "seed {seed}");
        reasons.extend(kept.into_values().flat_map(|month| month.left_out.into_keys()));
    }
    assert!(reasons.contains(&Reason::Metered) && reasons.contains(&Reason::ProrationCredit), "{reasons:?}");
}

/// Changes of MRR by day.
fn changes(ledger: &Ledger) -> BTreeMap<(Currency, Day), i64> {
    let zone = ledger.zone().clone();
    let mut days = BTreeMap::new();
    let mut last: BTreeMap<_, i64> = BTreeMap::new();
    for step in query::steps(ledger, EVER) {
        let before = last.insert((step.customer, step.currency), step.mrr_minor).unwrap_or(0);
        *days.entry((step.currency, step.at.day(&zone))).or_default() += step.mrr_minor - before;
    }
    days
}

#[test]
fn the_differences_lead_from_a_ledger_to_that_of_any_other_rules() {
    let mut concerned = BTreeSet::new();
    for seed in 0..MERCHANTS {
        let merchant = merchant(seed);
        let own = ledger(&merchant, merchant.rules);
        assert!(query::differences(&own, merchant.rules, EVER).is_empty());
        for (place, rules) in LedgerRules::all().into_iter().enumerate() {
            let differences = query::differences(&own, rules, EVER);
            if !differences.is_empty() {
                concerned.insert(place);
            }
            let mut led_to = changes(&own);
            for (day, delta_minor) in differences {
                *led_to.entry(day).or_default() += delta_minor;
            }
            let mut other = changes(&ledger(&merchant, rules));
            led_to.retain(|_, delta| *delta != 0);
            other.retain(|_, delta| *delta != 0);
            assert_eq!(led_to, other, "seed {seed}, {:?} to {rules:?}", merchant.rules);
        }
    }
    assert_eq!(concerned.len(), LedgerRules::COUNT, "some rules never made a difference");
}

#[test]
fn differences_after_now_do_not_count() {
    let merchant = merchant(1);
    let own = ledger(&merchant, merchant.rules);
    for rules in LedgerRules::all() {
        let all = query::differences(&own, rules, EVER);
        let now = day("2024-06-01").starts_at(own.zone());
        let until_now = query::differences(&own, rules, UnixSeconds(now.0 - 1));
        assert!(all.into_iter().filter(|((_, on), _)| *on < day("2024-06-01")).eq(until_now), "{rules:?}");
    }
}

#[test]
fn what_is_kept_is_the_same_after_updates_and_on_disk_as_when_built_at_once() {
    for seed in 0..MERCHANTS {
        let merchant = merchant(seed);
        let whole = ledger(&merchant, merchant.rules);
        let mut grown = ledger(&Merchant { customers: Vec::new(), ..self::merchant(seed) }, merchant.rules);
        // The customers arrive one after the other, first with half of their bills.
        for (number, history) in merchant.customers.iter().enumerate() {
            let mut half = history.clone();
            half.invoices.truncate(history.invoices.len() / 2);
            for history in [&half, history] {
                let built = build(history, &merchant.prices, merchant.rules);
                grown = grown.update(vec![(entry(number), built)], &merchant.prices).ledger;
            }
        }
        let blobs = |ledger: &Ledger| -> Vec<(u32, Vec<u8>)> {
            ledger.blob_ids().map(|id| (id, ledger.to_bytes(id).unwrap())).collect()
        };
        let read = Ledger::from_bytes(blobs(&grown), TimeZone::get(ZONE).unwrap()).unwrap();
        for other in [&grown, &read] {
            assert_eq!(all_months(other), all_months(&whole), "seed {seed}");
            for rules in LedgerRules::all() {
                let differences = |ledger| query::differences(ledger, rules, EVER);
                assert_eq!(differences(other), differences(&whole), "seed {seed}, {rules:?}");
            }
        }
    }
}

fn view(ledger: Ledger) -> View {
    View {
        ledger: ledger.into(),
        rates: Rates::default().into(),
        settings: Settings::default(),
        default_currency: None,
        now: day("2025-03-10").starts_at(&TimeZone::UTC),
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
        mrr_method: None,
    }
}

/// What is worth something at the end of each month.
fn mrr_by_month(view: &View) -> BTreeMap<(Day, Currency), i64> {
    let asked = query("2022-06-01", &view.today().to_string());
    let asked = Query { interval: Interval::Month, now: view.now, ..asked };
    let answer = query::mrr(&view.ledger, &view.rates, &asked).unwrap();
    let points = answer.series.into_iter().flat_map(|series| {
        let currency = series.currency;
        series.points.into_iter().map(move |point| ((point.start_on, currency), point.mrr_minor))
    });
    points.filter(|(_, mrr_minor)| *mrr_minor != 0).collect()
}

#[test]
fn a_preview_shows_what_a_ledger_by_the_other_rules_and_in_the_other_zone_gives() {
    let mut changed = 0;
    for seed in 0..4 {
        let merchant = merchant(seed);
        let own = view(ledger(&merchant, merchant.rules));
        let before = mrr_by_month(&own);
        for (rules, zone) in
            LedgerRules::all().into_iter().flat_map(|rules| [(rules, ZONE), (rules, "Asia/Tokyo")])
        {
            let zone = TimeZone::get(zone).unwrap();
            let shown = preview(&own, rules, zone.clone()).unwrap();
            let other = view(ledger(&merchant, rules).with_zone(zone));
            let after = mrr_by_month(&other);
            let mut led_to = before.clone();
            for month in &shown.months {
                let key = (month.month_on, month.currency);
                assert_eq!(before.get(&key).copied().unwrap_or(0), month.before_minor);
                led_to.insert(key, month.after_minor);
                changed += 1;
            }
            led_to.retain(|_, mrr_minor| *mrr_minor != 0);
            assert_eq!(led_to, after, "seed {seed}, {:?} to {rules:?}", merchant.rules);
            let now = |months: &BTreeMap<(Day, Currency), i64>, view: &View| {
                let month_on = Interval::Month.bucket(view.today(), WeekStart::default()).start_on;
                let own = months.iter().filter(|((on, _), _)| *on == month_on);
                own.map(|((_, currency), mrr)| Money { amount_minor: *mrr, currency: *currency })
                    .collect::<Vec<_>>()
            };
            assert_eq!((shown.mrr_before, shown.mrr_after), (now(&before, &own), now(&after, &other)));
        }
    }
    assert!(changed > 100, "only {changed} months changed");
}
