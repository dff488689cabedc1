//! What a shop means is coherent, whatever its seed, and does not depend on how its clock was moved.

use std::collections::BTreeSet;

use model::UnixSeconds;

use super::order::STATUSES;
use super::refund::Refunding;
use super::scripts::{MID, Step};
use super::*;

const NOW: i64 = 1_790_000_000;

fn shop(merchant: MerchantName, seed: u64, now: i64) -> World {
    World::new(Start { merchant, seed, customers: None, now: UnixSeconds(now) })
}

#[test]
fn the_parts_of_every_order_and_refund_come_to_its_total() {
    for seed in 1..=20 {
        for merchant in [MerchantName::Small, MerchantName::Mid] {
            let world = shop(merchant, seed, NOW);
            for (order, expected) in world.orders().iter().zip(world.expected_orders()) {
                let parts = expected.gross_sales_minor - expected.discounts_minor
                    + expected.shipping_minor
                    + expected.handling_minor
                    + expected.wrapping_minor
                    + expected.fees_minor
                    + expected.taxes_minor
                    + expected.gift_certificates_minor;
                assert_eq!(parts, expected.total_minor, "seed {seed}, {}", order.script);
                assert_eq!(expected.total_minor, order.total.inc_minor(), "seed {seed}, {}", order.script);
                assert_eq!(expected.taxes_minor, order.total.tax_minor, "seed {seed}, {}", order.script);
                let line_cuts = order.lines.iter().filter_map(|line| line.discount.as_ref());
                let line_cuts: i64 = line_cuts.map(|cut| cut.amount_minor).sum();
                assert_eq!(line_cuts, expected.discounts_minor, "seed {seed}, {}", order.script);
                assert!(order.due_minor() >= 0 && expected.total_minor >= 0, "seed {seed}, {}", order.script);
            }
            for (refund, expected) in world.refunds().iter().zip(world.expected_refunds()) {
                let parts = expected.returns_minor
                    + expected.shipping_minor
                    + expected.fees_minor
                    + expected.taxes_minor;
                assert_eq!(parts, refund.total_minor, "seed {seed}, order {}", refund.order_id);
                let paid: i64 = refund.payments.iter().map(|payment| payment.amount_minor).sum();
                assert_eq!(paid, refund.total_minor, "seed {seed}, order {}", refund.order_id);
            }
            for day in world.expected_days() {
                let sums = day.sums;
                let parts = sums.net_sales_minor
                    + sums.shipping_minor
                    + sums.taxes_minor
                    + sums.other_minor
                    + sums.gift_certificates_minor;
                assert_eq!(parts, sums.total_sales_minor, "seed {seed}, {}", day.day);
            }
        }
    }
}

#[test]
fn no_order_gives_more_back_than_it_took() {
    for seed in 1..=20 {
        let world = shop(MerchantName::Mid, seed, NOW);
        for order in world.orders() {
            let refunds = world.expected_refunds().into_iter();
            let refunds = refunds.filter(|refund| refund.order_id == order.id && refund.has_happened);
            let back: i64 = refunds.map(|refund| refund.total_minor).sum();
            assert!(back <= order.total.inc_minor(), "seed {seed}, {}", order.script);
            if order.status_id == 4 && order.script == "everything_back" {
                assert_eq!(back, order.total.inc_minor(), "seed {seed}");
            }
        }
    }
}

#[test]
fn a_mid_shop_plays_every_script_and_has_every_status_currency_and_kind_of_refund() {
    for seed in [1, 2, 3, 4] {
        let world = shop(MerchantName::Mid, seed, NOW);
        let scripts: BTreeSet<&str> = world.orders().iter().map(|order| order.script).collect();
        assert_eq!(scripts.len(), MID.len() + 2, "seed {seed}"); // two are taken over
        let statuses: BTreeSet<usize> =
            world.orders().iter().map(|order| usize::from(order.status_id)).collect();
        assert!(statuses.into_iter().eq(0..STATUSES.len()), "seed {seed}");
        let currencies: BTreeSet<String> =
            world.orders().iter().map(|order| order.currency.to_string()).collect();
        assert!(["jpy", "kwd", "eur", "usd"].iter().all(|code| currencies.contains(*code)), "{currencies:?}");
        let kinds: BTreeSet<&str> =
            world.refunds().iter().flat_map(|refund| refund.items.iter().map(|item| item.kind)).collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["FEE", "GIFT_WRAPPING", "HANDLING", "ORDER", "PRODUCT", "SHIPPING"]
        );
        assert!(world.refunds().iter().any(|refund| refund.items.is_empty()), "seed {seed}: tax alone");
        assert!(
            world.refunds().iter().any(|refund| refund.tax_minor < 0),
            "seed {seed}: tax that is collected"
        );
        assert!(
            world.refunds().iter().any(|refund| refund.payments.iter().all(|payment| payment.is_declined))
        );
        let refundings: BTreeSet<String> = MID
            .iter()
            .flat_map(|script| script.steps())
            .filter_map(|step| match step {
                (_, Step::Refund(refunding)) => Some(format!("{refunding:?}")),
                _ => None,
            })
            .collect();
        assert!(refundings.contains(&format!("{:?}", Refunding::StoreCredit)) && refundings.len() == 15);
        let orders = world.expected_orders();
        assert!(orders.iter().any(|order| order.is_archived && !order.counts));
        assert!(orders.iter().any(|order| order.gift_certificates_minor > 0));
        let guests = orders.iter().filter(|order| order.buyer.starts_with("guest:")).count();
        let joined = orders.iter().zip(world.orders());
        let joined =
            joined.filter(|(truth, order)| order.customer_id == 0 && truth.buyer.starts_with("customer:"));
        assert!(guests > 10 && joined.count() > 3, "seed {seed}: {guests} guests");
        assert!(world.customers().count() < world.customers.len(), "some are deleted");
    }
}

#[test]
fn a_clock_that_is_moved_often_comes_to_the_same_shop() {
    let start = NOW - 90 * DAY_S;
    let seen = |world: &World| {
        (
            world.expected_orders(),
            world.expected_refunds(),
            world
                .orders()
                .iter()
                .map(|order| (order.modified_at, order.transactions.len()))
                .collect::<Vec<_>>(),
        )
    };
    let mut at_once = shop(MerchantName::Mid, 5, start);
    let events = at_once.advance(UnixSeconds(NOW));
    let mut often = shop(MerchantName::Mid, 5, start);
    let mut scopes = Vec::new();
    for day in 1..=90 {
        scopes.extend(often.advance(UnixSeconds(start + day * DAY_S)).into_iter().map(|event| event.scope));
    }
    assert_eq!(seen(&at_once), seen(&often));
    assert!(events.iter().map(|event| event.scope).eq(scopes.iter().copied()));
    let kinds: BTreeSet<&str> = scopes.into_iter().collect();
    for scope in [
        "store/order/created",
        "store/order/updated",
        "store/order/statusUpdated",
        "store/order/archived",
        "store/order/refund/created",
        "store/order/transaction/created",
        "store/customer/created",
        "store/customer/updated",
        "store/customer/deleted",
        "store/product/updated",
        "store/information/updated",
    ] {
        assert!(kinds.contains(scope), "{scope} is missing in {kinds:?}");
    }
    assert!(at_once.advance(UnixSeconds(start)).is_empty(), "an earlier instant changes nothing");
}

#[test]
fn an_empty_shop_stays_empty_and_customers_are_as_many_as_asked_for() {
    let mut empty = shop(MerchantName::Empty, 1, NOW);
    assert!(empty.advance(UnixSeconds(NOW + 400 * DAY_S)).is_empty());
    assert!(empty.orders().is_empty() && empty.customers().next().is_none());
    let start = Start { merchant: MerchantName::Small, seed: 1, customers: Some(7), now: UnixSeconds(NOW) };
    let few = World::new(start);
    assert_eq!((few.buyers.len(), few.orders().len()), (7, 21));
}
