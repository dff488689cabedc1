//! What is shown apart from MRR, failed payments, disputes, and why a value changed.

use InvoiceStatus::{Open, Paid, Uncollectible, Void};
use SubscriptionStatus::{Active, PastDue, Trialing};
use model::billing::*;
use model::{Currency, UnixSeconds};
use rust_decimal::Decimal;

use super::build::*;
use crate::ledger::{ApartStep, ChangeCause, CustomerLedger, MoneyKind};

fn steps(steps: &[ApartStep]) -> Vec<(UnixSeconds, i64)> {
    steps.iter().map(|step| (step.at, step.delta_minor)).collect()
}

/// Amounts of a kind with their days.
fn money(ledger: &CustomerLedger, kind: MoneyKind) -> Vec<(UnixSeconds, i64)> {
    ledger.money.iter().filter(|fact| fact.kind == kind).map(|fact| (fact.at, fact.amount_minor)).collect()
}

fn charge(invoice: &Invoice, status: ChargeStatus, on: &str) -> Charge {
    Charge {
        id: format!("ch_{on}").into(),
        customer: Some("cus_1".into()),
        invoice: Some(invoice.id.clone()),
        payment_intent: None,
        status,
        currency: Currency::USD,
        amount_minor: invoice.amount_due_minor,
        amount_captured_minor: invoice.amount_due_minor,
        is_booked: true,
        amount_refunded_minor: 0,
        created_at: at(on),
        failure_code: None,
        decline_code: None,
        payment_method: None,
        is_disputed: false,
    }
}

fn second(status: InvoiceStatus) -> Invoice {
    invoice("2026-02-01", status, vec![line("basic", 1000, "2026-02-01", "2026-03-01")])
}

fn with_second(second: Invoice) -> CustomerHistory {
    history(subscription(PastDue), vec![paid("basic", 1000, "2026-01-01", "2026-02-01"), second])
}

#[test]
fn what_the_provider_foresees_of_a_trial_counts_and_later_what_was_billed_after_it() {
    let foreseen = vec![ForeseenLine { price: "basic".into(), amount_minor: 833 }];
    let trial = Some(Period { start: at("2026-01-01"), end: at("2026-01-15") });
    let items = vec![SubscriptionItem::new("basic".into(), "basic".into())];
    let running = Subscription { trial, foreseen, items, ..subscription(Trialing) };
    let worth = |history: &CustomerHistory| steps(&ledger(history).trials);
    assert_eq!(worth(&history(running.clone(), vec![])), [(at("2026-01-01"), 833), (at("2026-01-15"), -833)]);
    let sets = |net| InvoiceLine {
        effect: LineEffect::Sets,
        discount_minor: 100,
        ..line("basic", net, "2026-01-15", "2026-02-15")
    };
    let billed = invoice("2026-01-15", Paid, vec![sets(800)]);
    let billed = history(Subscription { status: Active, ..running }, vec![billed]);
    assert_eq!(worth(&billed), [(at("2026-01-01"), 700), (at("2026-01-15"), -700)]);
}

#[test]
fn a_subscription_is_at_risk_from_the_failure_until_the_invoice_is_paid() {
    let second = Invoice { paid_at: Some(at("2026-02-09")), ..second(Paid) };
    let charges = vec![
        charge(&second, ChargeStatus::Failed, "2026-02-02"),
        charge(&second, ChargeStatus::Failed, "2026-02-05"),
        charge(&second, ChargeStatus::Succeeded, "2026-02-09"),
    ];
    let ledger = ledger(&CustomerHistory { charges, ..with_second(second) });
    assert_eq!(steps(&ledger.at_risk), [(at("2026-02-02"), 1000), (at("2026-02-09"), -1000)]);
    assert_eq!(money(&ledger, MoneyKind::FailedInvoice), [(at("2026-02-02"), 1000)]);
    assert_eq!(money(&ledger, MoneyKind::RecoveredInvoice), [(at("2026-02-02"), 1000)]);
    assert_eq!(money(&ledger, MoneyKind::FailedPayment).len(), 2);
}

#[test]
fn a_failure_has_the_reason_of_its_own_attempt_and_an_invoice_that_of_its_first() {
    let second = Invoice { paid_at: Some(at("2026-02-09")), ..second(Paid) };
    let declined = |on: &str, code: &str| Charge {
        decline_code: Some(code.to_owned()),
        ..charge(&second, ChargeStatus::Failed, on)
    };
    let charges = vec![
        declined("2026-02-05", "expired_card"),
        declined("2026-02-02", "insufficient_funds"),
        charge(&second, ChargeStatus::Succeeded, "2026-02-09"),
    ];
    let ledger = ledger(&CustomerHistory { charges, ..with_second(second.clone()) });
    let codes = |kind| -> Vec<Option<&str>> {
        let own = ledger.money.iter().filter(|fact| fact.kind == kind);
        own.map(|fact| fact.decline_code.as_deref()).collect()
    };
    assert_eq!(codes(MoneyKind::FailedPayment), [Some("insufficient_funds"), Some("expired_card")]);
    assert_eq!(codes(MoneyKind::FailedInvoice), [Some("insufficient_funds")]);
    assert_eq!(codes(MoneyKind::RecoveredInvoice), [Some("insufficient_funds")]);
    assert_eq!(codes(MoneyKind::Payment), [None]);
}

#[test]
fn every_failed_invoice_is_kept_with_its_subscription_and_how_long_it_was_unpaid() {
    let finalized_at = |on: &str| Some(at(on));
    let first = Invoice {
        paid_at: Some(at("2026-02-20")),
        attempt_count: 2,
        finalized_at: finalized_at("2026-02-02"),
        ..second(Paid)
    };
    let third = Invoice {
        finalized_at: finalized_at("2026-02-10"),
        ..invoice("2026-02-10", Open, vec![line("basic", 500, "2026-02-10", "2026-03-01")])
    };
    let mut history = with_second(first);
    history.invoices.push(third);
    let kept: Vec<_> =
        ledger(&history).failed_invoices.iter().map(|one| (one.failed_at, one.until)).collect();
    assert_eq!(kept, [(at("2026-02-02"), Some(at("2026-02-20"))), (at("2026-02-10"), None)]);
}

#[test]
fn a_card_is_that_of_the_default_method_as_its_last_charge_tells() {
    let card = |month| {
        let expiry = CardExpiry::new(2026, month).unwrap();
        PaymentMeans::Card(Card { brand: None, last4: None, expiry })
    };
    let method = |id: &str, means| Some(PaymentMethod { id: id.to_owned(), means });
    let second = second(Paid);
    let paid_with = |on: &str, id: &str, means| Charge {
        payment_method: method(id, means),
        ..charge(&second, ChargeStatus::Succeeded, on)
    };
    let mut history = with_second(second.clone());
    history.charges = vec![
        paid_with("2026-03-01", "pm_1", card(9)),
        paid_with("2026-02-01", "pm_1", card(3)),
        paid_with("2026-04-01", "pm_1", PaymentMeans::Unknown),
        paid_with("2026-05-01", "pm_2", card(12)),
    ];
    let means = |history: &CustomerHistory| ledger(history).subscriptions[0].means.clone();
    assert_eq!(means(&history), PaymentMeans::Unknown, "nothing is the default");
    history.subscriptions[0].payment_method = method("pm_1", PaymentMeans::Unknown);
    assert_eq!(means(&history), card(9));
    history.subscriptions[0].payment_method = method("pm_1", PaymentMeans::NoCard);
    assert_eq!(means(&history), PaymentMeans::NoCard, "what it says itself comes first");
}

#[test]
fn without_its_charges_an_invoice_tells_by_its_attempts() {
    let finalized_at = Some(at("2026-02-02"));
    let ledger_of = |invoice| ledger(&with_second(invoice));
    let tried_twice = Invoice { attempt_count: 2, finalized_at, ..second(Paid) };
    assert_eq!(money(&ledger_of(tried_twice), MoneyKind::RecoveredInvoice), [(at("2026-02-02"), 1000)]);
    let open = ledger_of(Invoice { finalized_at, ..second(Open) });
    assert_eq!(steps(&open.at_risk), [(at("2026-02-02"), 1000)]);
    assert!(money(&open, MoneyKind::RecoveredInvoice).is_empty());
    let paid_at_once = ledger_of(Invoice { finalized_at, ..second(Paid) });
    assert!(paid_at_once.at_risk.is_empty());
    assert!(money(&paid_at_once, MoneyKind::FailedInvoice).is_empty());
}

#[test]
fn what_was_given_up_is_no_risk_any_more() {
    for status in [Void, Uncollectible] {
        let given_up_at = Some(at("2026-02-20"));
        let given_up = Invoice { finalized_at: Some(at("2026-02-02")), given_up_at, ..second(status) };
        let third = paid("basic", 1000, "2026-03-01", "2026-04-01");
        let mut history = with_second(given_up);
        history.invoices.push(third);
        let ledger = ledger(&history);
        let worth = |on: &str| {
            let at_risk = ledger.at_risk.iter().filter(|step| step.at <= at(on));
            at_risk.map(|step| step.delta_minor).sum::<i64>()
        };
        assert_eq!(worth("2026-02-20"), 0, "{status:?}");
        assert_eq!(worth("2026-12-31"), 0, "{status:?}");
    }
}

#[test]
fn a_trial_is_worth_its_items_less_their_discounts_until_it_is_paid_for() {
    let trial = Some(Period { start: at("2026-01-01"), end: at("2026-01-15") });
    let discount = |percent_off: Option<i64>, amount_off: Option<i64>, ends_at: Option<&str>| Discount {
        percent_off: percent_off.map(Decimal::from),
        amount_off: amount_off.map(|minor| (minor, Currency::USD)),
        ends_at: ends_at.map(at),
        is_once: false,
    };
    let discounts = vec![
        discount(Some(50), None, None),
        discount(None, Some(100), Some("2027-01-01")),
        discount(Some(90), None, Some("2026-01-10")),
    ];
    let own = with_items(subscription(Trialing), &[("si_1", "basic", 3)]);
    let running = ledger(&history(Subscription { trial, discounts, ..own.clone() }, Vec::new()));
    // 30.00 less half of it, less 1.00; what is over before the trial takes nothing off.
    assert_eq!(steps(&running.trials), [(at("2026-01-01"), 1400), (at("2026-01-15"), -1400)]);
    let free = line("pro", 0, "2026-01-01", "2026-01-15");
    let invoices = vec![bill("2026-01-01", vec![free]), paid("pro", 3000, "2026-01-08", "2026-02-08")];
    let early = ledger(&history(Subscription { trial, ..own }, invoices));
    // Its own invoice says what it was of.
    assert_eq!(steps(&early.trials), [(at("2026-01-01"), 3000), (at("2026-01-08"), -3000)]);
}

#[test]
fn only_what_was_lost_in_a_dispute_and_not_won_back_is_lost() {
    let dispute = |status, won_back_minor| Dispute {
        id: "dp_1".into(),
        charge: None,
        status,
        currency: Currency::USD,
        amount_minor: 1000,
        created_at: at("2026-02-01"),
        won_back_minor,
        moved_at: Some(at("2026-02-20")),
    };
    let lost = |status, won_back| {
        let disputes = vec![dispute(status, won_back)];
        let ledger = ledger(&CustomerHistory { disputes, ..CustomerHistory::default() });
        assert_eq!(money(&ledger, MoneyKind::DisputeOpened), [(at("2026-02-01"), 1000)]);
        money(&ledger, MoneyKind::DisputeLost)
    };
    assert_eq!(lost(DisputeStatus::Lost, 0), [(at("2026-02-20"), 1000)]);
    assert_eq!(lost(DisputeStatus::Lost, 400), [(at("2026-02-20"), 600)]);
    assert_eq!(lost(DisputeStatus::Won, 1000), []);
    assert_eq!(lost(DisputeStatus::Open, 0), []);
}

#[test]
fn an_invoice_that_is_not_paid_is_what_it_asks_for_until_it_is_given_up() {
    let of = |status, amount_due_minor, amount_paid_minor| {
        let (finalized_at, given_up_at) = (Some(at("2026-02-02")), Some(at("2026-03-05")));
        let lines = vec![line("basic", 1000, "2026-02-01", "2026-03-01")];
        let issued = invoice("2026-02-01", status, lines);
        let invoices = vec![Invoice {
            amount_due_minor,
            amount_paid_minor,
            attempt_count: 0,
            finalized_at,
            given_up_at,
            ..issued
        }];
        let money = ledger(&CustomerHistory { invoices, ..CustomerHistory::default() }).money;
        money.iter().map(|fact| (fact.kind, fact.at, fact.amount_minor)).collect::<Vec<_>>()
    };
    assert_eq!(of(Open, 1190, 0), [(MoneyKind::OpenInvoice, at("2026-02-02"), 1190)]);
    assert_eq!(of(Void, 1190, 0), [(MoneyKind::VoidedInvoice, at("2026-03-05"), 1190)]);
    assert_eq!(of(Uncollectible, 1190, 0), [(MoneyKind::UncollectibleInvoice, at("2026-03-05"), 1190)]);
    assert_eq!(of(InvoiceStatus::Draft, 1190, 0), [], "it is not issued");
    assert_eq!(of(Open, 0, 0), [], "it asks for nothing");
    assert_eq!(of(Open, 1190, 1000), [(MoneyKind::OpenInvoice, at("2026-02-02"), 190)], "the rest of it");
}

#[test]
fn a_change_is_told_by_what_changed() {
    let first = |amount| on("si_1", line("basic", amount, "2026-01-01", "2026-02-01"));
    let causes = |next: Vec<InvoiceLine>| {
        let bills = vec![bill("2026-01-01", vec![first(1000)]), bill("2026-02-01", next)];
        let history = history(subscription(Active), bills);
        let ledger = ledger(&history);
        assert_eq!(ledger.causes.len(), ledger.steps.len());
        assert_eq!(ledger.causes[0], ChangeCause::SecondSubscription);
        ledger.causes[1..].to_vec()
    };
    let of = |item: &str, price: &str, quantity: i64, amount| InvoiceLine {
        quantity: quantity.into(),
        ..on(item, line(price, amount, "2026-02-01", "2026-03-01"))
    };
    assert_eq!(causes(vec![of("si_1", "basic", 2, 2000)]), [ChangeCause::Quantity]);
    assert_eq!(causes(vec![of("si_1", "basic", 1, 800)]), [ChangeCause::Discount]);
    assert_eq!(causes(vec![of("si_1", "pro", 1, 3000)]), [ChangeCause::Plan; 2]);
    let added = vec![of("si_1", "basic", 1, 1000), of("si_2", "pro", 1, 3000)];
    assert_eq!(causes(added), [ChangeCause::Item]);
}
