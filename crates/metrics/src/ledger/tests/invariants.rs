//! What holds for every history, however odd.

use model::billing::*;
use model::{ChurnAt, LedgerRules};
use proptest::prelude::*;

use super::build::*;
use crate::ledger::build as build_ledger;

fn any_line() -> impl Strategy<Value = InvoiceLine> {
    let price = prop::sample::select(vec!["basic", "pro", "annual", "usage", "setup", "seats", "gone"]);
    let facts = (price, -5000_i64..5000, 0_i64..20, 0_i64..40, any::<bool>(), 0_i64..10, 0_i64..600);
    facts.prop_map(|(price, amount, start, days, is_proration, quantity, discount)| {
        let mut line = line(price, amount, "2026-01-01", "2026-02-01");
        line.period.start.0 += start * 5 * 86_400;
        line.period.end.0 = line.period.start.0 + days * 86_400;
        line.is_proration = is_proration;
        line.quantity = quantity.into();
        line.discount_minor = discount;
        line.id = format!("il_{price}_{amount}_{start}_{days}_{quantity}").into();
        line
    })
}

fn any_history() -> impl Strategy<Value = CustomerHistory> {
    use InvoiceStatus::{Draft, Open, Paid, Uncollectible, Void};
    use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid};
    let status = prop::sample::select(vec![Paid, Paid, Paid, Open, Draft, Void, Uncollectible]);
    let invoices = prop::collection::vec((status, prop::collection::vec(any_line(), 0..4)), 0..8);
    let state = prop::sample::select(vec![Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid]);
    (invoices, state, prop::option::of(0_i64..120)).prop_map(|(invoices, state, ended)| {
        let mut subscription = subscription(state);
        subscription.ended_at = ended.map(|days| model::UnixSeconds(at("2026-01-01").0 + days * 86_400));
        let numbered = invoices.into_iter().enumerate().map(|(number, (status, lines))| {
            let mut invoice = invoice("2026-01-01", status, lines);
            invoice.id = format!("in_{number}").into();
            invoice.created_at.0 += i64::try_from(number).unwrap();
            invoice
        });
        history(subscription, numbered.collect())
    })
}

proptest! {
    #[test]
    fn steps_add_up_and_come_in_order(history in any_history()) {
        let ledger = ledger(&history);
        let mut value = std::collections::HashMap::new();
        for step in &ledger.steps {
            let before = value.entry((step.subscription.clone(), step.price.clone(), step.currency)).or_insert(0_i64);
            prop_assert!(step.delta_minor != 0);
            prop_assert_eq!(*before + step.delta_minor, step.value_minor);
            *before = step.value_minor;
        }
        prop_assert!(ledger.steps.is_sorted_by_key(|step| step.at));
        let last: i64 = value.values().sum();
        prop_assert_eq!(ledger.totals().last().map_or(0, |total| total.mrr_minor), last);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(history in any_history(), seed in any::<u64>()) {
        let mut shuffled = history.clone();
        let count = shuffled.invoices.len();
        if count > 1 {
            let turn = usize::try_from(seed % 97).unwrap() % count;
            shuffled.invoices.rotate_left(turn);
            shuffled.invoices.reverse();
        }
        prop_assert_eq!(ledger(&history), ledger(&shuffled));
    }

    #[test]
    fn an_ended_subscription_is_worth_nothing(history in any_history(), requested in any::<bool>()) {
        let churn_at = if requested { ChurnAt::Requested } else { ChurnAt::Ended };
        let rules = LedgerRules { churn_at, include_metered: requested, count_unbilled: false };
        let ended = history.subscriptions[0].ended_at;
        let ledger = build_ledger(&history, &prices(), rules);
        if let Some(ended) = ended {
            prop_assert!(ledger.steps.iter().all(|step| step.at <= ended));
            prop_assert_eq!(ledger.totals().last().map_or(0, |total| total.mrr_minor), 0);
        }
    }
}
