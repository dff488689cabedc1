//! Rarer ways to bill: what each is meant to be worth, worked out by hand, and what of it the lists show.

use super::super::records::LineSource;
use super::super::subscribing::{FirstPeriod, Terms};
use super::scenarios::{Told, renewal};
use super::*;
use crate::world::catalog::{Deal, Plan};
use crate::world::ids::{self, Tag};
use crate::world::proration::Proration;
use crate::world::scheduled::CustomerAction;

fn monthly() -> Told {
    Told::with(Plan::ProMonth, |terms| terms)
}

fn is_listed(merchant: &Simulated, price: u32, is_active: Option<bool>) -> bool {
    let mut query = ListQuery::new(ObjectKind::Price, usize::MAX);
    query.filter.is_active = is_active;
    let id = merchant.world.id(Tag::Price, price);
    merchant.list(&query).unwrap().objects.iter().any(|object| object["id"] == id.as_str())
}

#[test]
fn inline_archived_and_deleted_prices_are_there_for_who_asks_by_id() {
    let mut merchant = monthly().merchant;
    let inline = merchant.world.own_price(0, Plan::ProMonth, true);
    let archived = merchant.world.own_price(0, Plan::ProMonth, false);
    let deleted = merchant.world.own_price(0, Plan::ProMonth, false);
    assert!([archived, deleted].iter().all(|price| is_listed(&merchant, *price, None)));
    merchant.world.archive_price(archived);
    merchant.world.delete_plan(deleted);
    let shown = |is_active| [inline, archived, deleted].map(|price| is_listed(&merchant, price, is_active));
    assert_eq!(shown(None), [false; 3], "only active ones are listed");
    assert_eq!(shown(Some(false)), [false, true, false]);
    let get = |price| merchant.get(ObjectKind::Price, &merchant.world.id(Tag::Price, price)).unwrap();
    assert_eq!(get(inline)["unit_amount"], 4410, "a tenth off");
    assert_eq!(get(deleted)["deleted"], true);
    let product = get(deleted)["product"].as_str().unwrap().to_owned();
    assert_eq!(merchant.get(ObjectKind::Product, &product).unwrap()["deleted"], true);
    assert!(list(&merchant, ObjectKind::Product).iter().all(|listed| listed["id"] != product.as_str()));
}

#[test]
fn a_price_in_another_currency_is_the_same_object() {
    let world = &monthly().merchant.world;
    let [dollars, euros] =
        ["usd", "eur"].map(|code| world.catalog.plan(code.parse().unwrap(), Plan::Anywhere));
    let object = world.object(ObjectKind::Price, euros);
    assert_eq!((&object["currency"], &object["unit_amount"]), (&"usd".into(), &800.into()));
    assert_eq!(object["currency_options"]["gbp"]["unit_amount"], 640);
    assert_eq!(ids::index(world.seed, Tag::Price, object["id"].as_str().unwrap()), Some(dollars.into()));
}

#[test]
fn a_new_interval_without_proration_begins_at_once() {
    let steps = monthly().does(10, CustomerAction::StartOver(Plan::ProYear)).until(100);
    assert_eq!(steps, [(0, 4900), (10, 4083)]);
}

#[test]
fn a_monthly_add_on_of_a_yearly_plan_is_worth_something_until_its_month_is_over() {
    let told = || {
        Told::with(Plan::ProYear, |terms| {
            let prices = [terms.prices, vec![(add_on(), 1)]].concat();
            Terms { prices, is_flexible: true, ..terms }
        })
    };
    assert_eq!(told().until(400), [(0, 4083 + 500)]);
    let dropped = told().does(40, CustomerAction::DropMonthly).until(400);
    assert_eq!(dropped, [(0, 4083 + 500), (renewal(2), 4083)]);
}

/// The first of the dollar add-ons, which is the same in every catalog.
fn add_on() -> u32 {
    Told::new().merchant.world.catalog.add_on(model::Currency::USD, 0)
}

#[test]
fn usage_is_worth_nothing_between_two_flat_prices() {
    let steps = monthly()
        .does(10, CustomerAction::ChangeToUsage)
        .does(40, CustomerAction::FlatAtRenewal(Plan::BusinessMonth))
        .until(100);
    assert_eq!(steps, [(0, 4900), (10, 0), (renewal(2), 9900)]);
}

#[test]
fn changes_count_though_their_bill_was_given_up() {
    for writes_off in [false, true] {
        let seats = |quantity| CustomerAction::Seats(quantity, Proration::Pending);
        let steps = monthly()
            .does(5, seats(3))
            .does(7, seats(2))
            .does(9, CustomerAction::BillAndGiveUp { writes_off })
            .until(100);
        assert_eq!(steps, [(0, 4900), (5, 3 * 4900), (7, 2 * 4900)], "writes off: {writes_off}");
    }
}

#[test]
fn an_update_that_awaits_its_payment_is_made_when_it_is_paid_or_not_at_all() {
    let update = |is_paid| CustomerAction::UpdateIfPaid { plan: Plan::BusinessMonth, is_paid };
    let mut waiting = monthly().does(10, update(true));
    waiting.merchant.advance(UnixSeconds(NOW + 10 * DAY));
    let subscription = waiting.merchant.world.object(ObjectKind::Subscription, 0);
    let item = &subscription["pending_update"]["subscription_items"][0];
    assert_eq!(item["id"], subscription["items"]["data"][0]["id"]);
    assert_ne!(item["price"], subscription["items"]["data"][0]["price"]["id"]);
    assert_eq!(waiting.until(10), [(0, 4900)], "not yet");
    assert_eq!(monthly().does(10, update(true)).until(100), [(0, 4900), (10, 9900)]);
    assert_eq!(monthly().does(10, update(false)).until(100), [(0, 4900)]);
    let gone = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
    let left = monthly().does(10, update(true)).does(10, gone).until(100);
    assert_eq!(left, [(0, 4900), (10, 0)], "it ended before it was decided");
}

#[test]
fn a_revision_counts_in_place_of_the_invoice_that_it_revises() {
    let mut told = Told::with(Plan::BusinessMonth, |terms| Terms { days_until_due: Some(30), ..terms });
    told.merchant
        .world
        .schedule(NOW + 2 * 3600, super::super::scheduled::Scheduled::Act(0, CustomerAction::Revise));
    assert_eq!(told.until(40), [(0, 7920), (renewal(1), 9900)]);
}

#[test]
fn time_before_the_first_whole_period_counts_from_its_start() {
    let begin = |from: i64, anchor: i64, is_flexible: bool| {
        let first_period = Some(FirstPeriod { from: NOW + from * DAY, anchor: NOW + anchor * DAY });
        Told::with(Plan::ProMonth, |terms| Terms { first_period, is_flexible, ..terms })
    };
    for is_flexible in [false, true] {
        assert_eq!(begin(-75, 0, is_flexible).until(100), [(-75, 4900)]);
        assert_eq!(begin(-40, 12, is_flexible).until(100), [(-40, 4900)]);
        assert_eq!(begin(0, 12, is_flexible).until(100), [(0, 4900)]);
    }
    let lines = |is_flexible| {
        let merchant = begin(-75, 0, is_flexible).merchant;
        let lines = merchant.world.invoices[0].lines.clone();
        lines.iter().filter(|line| !matches!(line.source, LineSource::Item { .. })).count()
    };
    assert_eq!((lines(false), lines(true)), (1, 3), "one line, or one for each period");
}

#[test]
fn a_stated_discount_comes_off_a_change_as_one_that_is_inside_it() {
    for itemizes_discounts in [false, true] {
        let told = Told::with(Plan::ProMonth, |terms| Terms {
            deal: Some(Deal::Launch),
            itemizes_discounts,
            is_flexible: itemizes_discounts,
            ..terms
        });
        let mut told = told.does(10, CustomerAction::Seats(2, Proration::Pending));
        told.merchant.advance(UnixSeconds(NOW + 11 * DAY));
        let item = told.merchant.world.object(ObjectKind::InvoiceItem, 1);
        let stated = item["proration_details"]["discount_amounts"].as_array().unwrap().len();
        assert_eq!(stated, usize::from(itemizes_discounts));
        assert_eq!(told.until(80), [(0, 3675), (10, 7350)], "itemizes: {itemizes_discounts}");
    }
}
