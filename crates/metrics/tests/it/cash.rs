//! The statement of cash: it adds up, ends in the metrics, and each of its cells can be opened.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use metrics::columns::{BalanceChanges, Ledger, LedgerBuilder};
use metrics::envelope;
use metrics::fx::Rates;
use metrics::ledger::{CustomerLedger, MoneyFact, MoneyKind, PriceBook};
use metrics::query::{self, Value};
use metrics::question::Question;
use metrics::registry::Feed;
use metrics::statement::cash::{CashColumn, CashLine, CashMonth, CashTransactionsQuery, cash, transactions};
use metrics::view::View;
use model::{BalanceCategory, BalanceTransaction, Currency, Day, UnixSeconds};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::currencies::view;
use super::generated::{HOURS, START, ZONES};
use super::world::{TestCustomer, at, currency, day, metric, query, transaction};

/// A payment, and what was booked for it.
#[derive(Debug, Clone)]
struct TestPayment {
    charge: MoneyFact,
    is_booked: bool,
    booked: Vec<BalanceTransaction>,
}

fn payment(id: &str, when: &str, code: &str, amount_minor: i64) -> TestPayment {
    let charge = MoneyFact {
        at: at(when),
        kind: MoneyKind::Payment,
        currency: currency(code),
        amount_minor,
        source: id.to_owned(),
        decline_code: None,
    };
    TestPayment { charge, is_booked: false, booked: Vec::new() }
}

impl TestPayment {
    fn booked(mut self, when: &str, code: &str, amount_minor: i64, fee_minor: i64) -> Self {
        let id = format!("txn_{}", self.charge.source);
        let booked = transaction(&id, at(when), BalanceCategory::Charge, currency(code), amount_minor);
        let source = Some(self.charge.source.clone());
        let net_minor = amount_minor - fee_minor;
        self.booked.push(BalanceTransaction { source, fee_minor, net_minor, ..booked });
        self.is_booked = true;
        self
    }

    fn facts(&self) -> Vec<MoneyFact> {
        let again = || MoneyFact { kind: MoneyKind::UnbookedPayment, ..self.charge.clone() };
        let unbooked = (!self.is_booked).then(again);
        unbooked.into_iter().chain([self.charge.clone()]).collect()
    }
}

fn customer(payments: &[TestPayment]) -> CustomerLedger {
    CustomerLedger {
        money: payments.iter().flat_map(TestPayment::facts).collect(),
        ..CustomerLedger::default()
    }
}

fn ledger(payments: &[TestPayment], others: &[BalanceTransaction], zone: &str) -> Ledger {
    let builder = LedgerBuilder::new();
    builder.add_balance(payments.iter().flat_map(|payment| &payment.booked));
    builder.add_balance(others);
    builder.add(TestCustomer::new("cus_1").entry(), &customer(payments));
    builder.finish(&PriceBook::default(), TimeZone::get(zone).unwrap())
}

const EVER: UnixSeconds = UnixSeconds(i64::MAX);

fn months(ledger: &Ledger) -> Vec<CashMonth> {
    cash(ledger, day("2023-01-01"), day("2026-12-31"), EVER).months
}

fn lines(month: &CashMonth) -> Vec<(CashLine, i64)> {
    month.lines.iter().map(|sum| (sum.line, sum.amount_minor)).collect()
}

#[test]
fn a_month_goes_from_payments_to_cash() {
    let payments = [
        payment("ch_1", "2024-02-01", "usd", 10_000).booked("2024-02-01", "usd", 10_000, 320),
        payment("ch_2", "2024-02-02", "eur", 5_000).booked("2024-02-02", "usd", 5_407, 187),
        payment("ch_3", "2024-02-03", "usd", 700),
        payment("ch_4", "2024-02-29", "usd", 900).booked("2024-03-01", "usd", 900, 56),
    ];
    let booked = |id: &str, category, amount_minor: i64| {
        let one = transaction(id, at("2024-02-10"), category, Currency::USD, amount_minor);
        BalanceTransaction { fee_minor: 0, net_minor: amount_minor, ..one }
    };
    let payout = booked("txn_7", BalanceCategory::Payout, -9_000);
    let others = [
        booked("txn_5", BalanceCategory::Refund, -4_000),
        booked("txn_6", BalanceCategory::Adjustment, 25),
        BalanceTransaction { fee_minor: 30, net_minor: -9_030, ..payout },
    ];
    let months = months(&ledger(&payments, &others, "UTC"));
    let [euros, dollars, march] = months.as_slice() else { panic!("{months:?}") };
    assert_eq!((euros.payments_collected_minor, euros.net_cash_minor), (Some(5_000), Some(0)));
    assert_eq!(lines(euros), [(CashLine::OtherCurrencies, -5_000)]);
    assert_eq!(dollars.payments_collected_minor, Some(10_000 + 700 + 900));
    let wanted = [
        (CashLine::NotBooked, -700),
        (CashLine::OtherMonths, -900),
        (CashLine::OtherCurrencies, 5_407),
        (CashLine::Refunds, -4_000),
        (CashLine::Fees, -320 - 187 - 30),
        (CashLine::FeesOfPayouts, 30),
        (CashLine::Adjustments, 25),
    ];
    assert_eq!(lines(dollars), wanted);
    assert_eq!(dollars.net_cash_minor, Some(9_680 + 5_220 - 4_000 + 25));
    assert_eq!(lines(march), [(CashLine::OtherMonths, 900), (CashLine::Fees, -56)]);
    assert!(months.iter().all(|month| month.unexplained_minor == Some(0)), "{months:?}");
}

#[test]
fn what_is_missing_is_unexplained_or_has_a_line_of_its_own() {
    let only = |payments: &[TestPayment], others: &[BalanceTransaction]| {
        let months = months(&ledger(payments, others, "UTC"));
        let [month] = months.as_slice() else { panic!("{months:?}") };
        (lines(month), month.unexplained_minor.unwrap())
    };
    let booked = payment("ch_1", "2024-02-01", "usd", 10_000).booked("2024-02-01", "usd", 10_000, 0);
    let lost = TestPayment { booked: Vec::new(), ..booked.clone() };
    assert_eq!(only(&[lost], &[]), (Vec::new(), -10_000), "it names a transaction that is not there");
    assert_eq!(only(&[], &booked.booked), (vec![(CashLine::UncountedPayments, 10_000)], 0));
    let more = payment("ch_1", "2024-02-01", "usd", 9_999).booked("2024-02-01", "usd", 10_000, 0);
    assert_eq!(only(&[more], &[]), (Vec::new(), 1));
    let captured = payment("ch_1", "2024-02-01", "usd", 6_000).booked("2024-02-01", "usd", 10_000, 0);
    let rest = transaction("r", at("2024-02-03"), BalanceCategory::PartialCapture, Currency::USD, -4_000);
    let rest = BalanceTransaction { fee_minor: 0, net_minor: -4_000, ..rest };
    assert_eq!(only(&[captured], &[rest]), (Vec::new(), 0), "half of it was never captured");
    let wrong = BalanceTransaction { net_minor: 9_000, ..booked.booked[0].clone() };
    let wrong = TestPayment { booked: vec![wrong], ..booked };
    assert_eq!(only(&[wrong], &[]), (Vec::new(), -1_000));
}

#[test]
fn a_payment_that_comes_after_its_transaction_finds_it() {
    let payments = [payment("ch_1", "2024-02-01", "eur", 5_000).booked("2024-02-02", "usd", 5_407, 187)];
    let whole = ledger(&payments, &[], "UTC");
    let bytes = |ledger: &Ledger| -> BTreeMap<u32, Vec<u8>> {
        ledger.blob_ids().map(|id| (id, ledger.to_bytes(id).unwrap())).collect()
    };
    let entry = TestCustomer::new("cus_1").entry();
    let late = ledger(&[], &payments[0].booked, "UTC");
    let updated = late.update(vec![(entry.clone(), customer(&payments))], &PriceBook::default());
    assert_eq!(bytes(&updated.ledger), bytes(&whole));
    let differing = bytes(&whole).into_iter().filter(|(id, blob)| bytes(&late).get(id) != Some(blob));
    let differing: Vec<u32> = differing.map(|(id, _)| id).collect();
    assert!(differing.iter().all(|id| updated.dirty.contains(id)), "{differing:?} in {:?}", updated.dirty);

    // The other way around.
    let early = ledger(&[TestPayment { booked: Vec::new(), ..payments[0].clone() }], &[], "UTC");
    let transactions = payments[0].booked.iter().map(|one| (one.id.to_string(), Some(one.clone())));
    let changes = BalanceChanges { transactions: transactions.collect(), payments: payments[0].facts() };
    assert_eq!(bytes(&early.with_balance_changes(&changes).unwrap().ledger), bytes(&whole));

    // One that failed later is not counted any more.
    let failed = MoneyFact { kind: MoneyKind::FailedPayment, ..payments[0].charge.clone() };
    let failed = CustomerLedger { money: vec![failed], ..CustomerLedger::default() };
    let after = whole.update(vec![(entry, failed)], &PriceBook::default()).ledger;
    let months = months(&after);
    assert_eq!(lines(&months[0]), [(CashLine::UncountedPayments, 5_407), (CashLine::Fees, -187)]);
    assert_eq!(months[0].unexplained_minor, Some(0));
}

fn hour(hour: i64) -> UnixSeconds {
    UnixSeconds(START + hour * 3600)
}

fn random_payment() -> impl Strategy<Value = TestPayment> {
    let codes = || select(vec!["usd", "eur", "jpy"]);
    let booking = (0..900_i64, codes(), -3..300_i64);
    (0..HOURS, codes(), 1..90_000_i64, prop::option::weighted(0.8, booking)).prop_map(
        |(at, code, amount_minor, booking)| {
            let unbooked = payment("", "2024-01-01", code, amount_minor);
            let charge = MoneyFact { at: hour(at), ..unbooked.charge };
            let Some((hours, settled, fee_minor)) = booking else {
                return TestPayment { charge, ..unbooked };
            };
            let booked_minor = if settled == code { amount_minor } else { amount_minor * 11 / 10 + 1 };
            let one =
                transaction("", hour(at + hours), BalanceCategory::Charge, currency(settled), booked_minor);
            let booked = vec![BalanceTransaction { fee_minor, net_minor: booked_minor - fee_minor, ..one }];
            TestPayment { charge, is_booked: true, booked }
        },
    )
}

/// Payments with ids of their own, and other transactions.
fn random() -> impl Strategy<Value = (Vec<TestPayment>, Vec<BalanceTransaction>)> {
    let categories: Vec<_> =
        BalanceCategory::ALL.into_iter().filter(|one| *one != BalanceCategory::PartialCapture).collect();
    let other = (0..HOURS, select(categories), select(vec!["usd", "eur"]), -9_000..9_000_i64);
    (vec(random_payment(), 0..25), vec(other, 0..25)).prop_map(|(mut payments, others)| {
        for (number, payment) in payments.iter_mut().enumerate() {
            payment.charge.source = format!("ch_{number}");
            for booked in &mut payment.booked {
                booked.id = format!("txn_{number}").into();
                booked.source = Some(payment.charge.source.clone());
            }
        }
        let others = others.into_iter().enumerate().map(|(number, (at, category, code, amount_minor))| {
            transaction(&format!("other_{number}"), hour(at), category, currency(code), amount_minor)
        });
        (payments, others.collect())
    })
}

/// A month's sum by a metric.
fn by_metric(ledger: &Ledger, id: &str, month: &CashMonth) -> i64 {
    let (from, to) = (month.month_on.to_string(), month.month_on.date().last_of_month().to_string());
    let asked = query::Query { now: at("2099-01-01"), ..query(&from, &to) };
    let answer = query::value(ledger, &Rates::default(), metric(id), &asked).unwrap();
    let series = answer.series.iter().find(|series| series.currency == month.currency);
    match series.map(|series| series.points[0].value) {
        Some(Some(Value::Minor(minor))) => minor,
        _ => 0,
    }
}

/// Every transaction of a cell, a few a page, and what they add up to.
fn opened(ledger: &Ledger, month: &CashMonth, column: CashColumn) -> (usize, i64) {
    let month_on = Day(month.month_on.0 + 9);
    let mut asked = CashTransactionsQuery {
        month_on,
        currency: month.currency,
        column,
        cursor: None,
        limit: 3,
        now: EVER,
    };
    let mut all = Vec::new();
    loop {
        let page = transactions(ledger, &asked).unwrap();
        all.extend(page.data);
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            assert_eq!(all.len(), page.total);
            assert!(all.is_sorted_by(|a, b| (a.created_at, &a.id) > (b.created_at, &b.id)));
            return (all.len(), all.iter().map(|one| one.counted_minor).sum());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_month_adds_up_and_every_cell_opens((payments, others) in random(), zone in select(ZONES.to_vec())) {
        let ledger = ledger(&payments, &others, zone);
        let mut collected = 0;
        for month in months(&ledger) {
            let sum: i64 = month.lines.iter().map(|line| line.amount_minor).sum();
            let (month_collected, net_cash) =
                (month.payments_collected_minor.unwrap(), month.net_cash_minor.unwrap());
            prop_assert_eq!(month.unexplained_minor, Some(0));
            prop_assert_eq!(month_collected + sum, net_cash);
            prop_assert_eq!(month_collected, by_metric(&ledger, "payments_collected", &month));
            prop_assert_eq!(net_cash, by_metric(&ledger, "net_cash", &month));
            let fees = lines(&month).into_iter().find(|(line, _)| *line == CashLine::Fees);
            prop_assert_eq!(-fees.map_or(0, |(_, minor)| minor), by_metric(&ledger, "fees", &month));
            let mut unbooked = 0;
            for line in &month.lines {
                let opened = opened(&ledger, &month, CashColumn::Line(line.line));
                if line.line == CashLine::NotBooked {
                    unbooked = line.amount_minor;
                    prop_assert_eq!(opened.0, 0);
                } else {
                    prop_assert_eq!(opened.1, line.amount_minor, "{}", line.line);
                }
            }
            prop_assert_eq!(opened(&ledger, &month, CashColumn::NetCash).1, net_cash);
            let paid = opened(&ledger, &month, CashColumn::PaymentsCollected).1;
            prop_assert_eq!(paid - unbooked, month_collected);
            collected += month_collected;
        }
        prop_assert_eq!(collected, payments.iter().map(|payment| payment.charge.amount_minor).sum::<i64>());
    }
}

#[test]
fn what_the_key_cannot_read_is_not_known() {
    let payments = [payment("ch_1", "2024-02-03", "usd", 10_000)];
    let of = |absent: &[Feed]| {
        let absent = absent.iter().map(|feed| (*feed, "charge".to_owned())).collect();
        let view = View { absent, ..view(ledger(&payments, &[], "UTC"), Rates::default()) };
        envelope::cash(&view, Question { from: Some(day("2024-02-01")), ..Question::default() })
            .unwrap()
            .answer
    };
    let known = of(&[]).months;
    assert!(known[0].payments_collected_minor == Some(10_000) && known[0].unexplained_minor == Some(0));
    for absent in [[Feed::Charges], [Feed::BalanceTransactions]] {
        let months = of(&absent).months;
        let has_charges = !absent.contains(&Feed::Charges);
        assert_eq!(months[0].payments_collected_minor.is_some(), has_charges);
        assert_eq!(months[0].net_cash_minor.is_some(), !has_charges);
        assert_eq!(months[0].unexplained_minor, None);
        assert!(months[0].lines.is_empty(), "that it is in no balance takes both to know");
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let ledger = ledger(&[], &[], "UTC");
    let column = "net_cash".parse().unwrap();
    let (month_on, cursor) = (day("2024-01-01"), Some("elsewhere".to_owned()));
    let asked =
        CashTransactionsQuery { month_on, currency: Currency::USD, column, cursor, limit: 3, now: EVER };
    assert!(transactions(&ledger, &asked).is_err());
    assert!("payouts".parse::<CashColumn>().is_err());
    for line in CashLine::ALL {
        assert_eq!(line.as_str().parse(), Ok(CashColumn::Line(line)));
    }
}
