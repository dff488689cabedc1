//! The scripts by name. Those of prorations by credit come early: only the first customers were there in time. Whoever changes
//! otherwise waits until they are over: how other modes were billed then is not known.

use super::super::discounts::{Discount, Off};
use super::super::life::{Adjusting, DAY_S, How, Item, Life, Mode};
use super::{COUNTRIES, Stage};

/// Plays until the present or until the customer has left for good.
pub type Script = fn(&mut Life<'_>, &Stage<'_>) -> Option<()>;

use Mode::{
    DoNotBill, FullImmediately, FullNextBillingPeriod, ProratedImmediately, ProratedNextBillingPeriod,
};

pub const SCRIPTS: &[(&str, Script)] = &[
    ("stays", |life, stage| buy(life, stage).and_then(|()| life.go_on())),
    ("leaves", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.cancel(life.within(10))?;
        life.buyer.clone().archive(life.account, life.period.1);
        Some(())
    }),
    ("dunning ends it", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.dunning()
    }),
    ("swaps by credit, before 2024-03-11", |life, stage| {
        buy(life, stage)?;
        life.change(life.middle(), vec![Item::of(&stage.catalog.pro, 1)], ProratedImmediately)?;
        life.go_on()
    }),
    ("adds seats by credit, before 2024-03-11", |life, stage| {
        buy(life, stage)?;
        life.change(life.middle(), basic(stage, 2), ProratedImmediately)?;
        life.go_on()
    }),
    ("returns seats by credit, before 2024-03-11", |life, stage| {
        life.purchase(stage.at, basic(stage, 4))?;
        life.change(life.middle(), basic(stage, 1), ProratedImmediately)?;
        life.go_on()
    }),
    ("upgrades", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change(life.within(14), vec![Item::of(&stage.catalog.pro, 1)], ProratedImmediately)?;
        life.go_on()
    }),
    ("more seats, then fewer", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change(life.period.0 + 9 * DAY_S + 777, basic(stage, 2), ProratedImmediately)?;
        life.renew()?;
        let few = vec![Item::of(&stage.catalog.basic, 1)];
        life.change(life.period.0 + 5 * DAY_S + 99, few, ProratedImmediately)?;
        life.go_on()
    }),
    ("adds a second price and drops the first", |life, stage| {
        buy(life, stage)?;
        let pro = Item::of(&stage.catalog.pro, 1);
        let both = [basic(stage, 0), vec![pro.clone()]].concat();
        life.renew_while_changes_are_credits()?;
        life.change(life.within(11), both, ProratedImmediately)?;
        life.renew()?;
        life.change(life.within(8), vec![pro], ProratedImmediately)?;
        life.go_on()
    }),
    ("seats in full at once", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change(life.period.0 + 6 * DAY_S, basic(stage, 3), FullImmediately)?;
        life.go_on()
    }),
    ("upgrade billed with the next renewal", |life, stage| {
        buy(life, stage)?;
        let pro = vec![Item::of(&stage.catalog.pro, 1)];
        life.renew_while_changes_are_credits()?;
        life.change(life.within(12), pro, ProratedNextBillingPeriod)?;
        life.go_on()
    }),
    ("seats in full with the next renewal", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change(life.period.0 + 20 * DAY_S, basic(stage, 1), FullNextBillingPeriod)?;
        life.go_on()
    }),
    ("swap without a bill", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change(life.within(9), vec![Item::of(&stage.catalog.pro, 2)], DoNotBill)?;
        life.go_on()
    }),
    ("from months to years", |life, stage| {
        buy(life, stage)?;
        life.renew_while_changes_are_credits()?;
        life.change_interval(life.within(15), vec![Item::of(&stage.catalog.basic_yearly, stage.seats)])?;
        life.go_on()
    }),
    ("from years to months, with credit left", |life, stage| {
        life.purchase(stage.at, vec![Item::of(&stage.catalog.pro_yearly, stage.seats)])?;
        life.renew_while_changes_are_credits()?;
        life.change_interval(life.within(70), vec![Item::of(&stage.catalog.pro, stage.seats)])?;
        life.go_on()
    }),
    ("one-off charges", |life, stage| {
        buy(life, stage)?;
        life.charge(life.within(3), &stage.catalog.setup)?;
        life.charge_next(life.within(12), &stage.catalog.setup)?;
        life.go_on()
    }),
    ("free trial", |life, stage| {
        life.try_out(stage.at, Item::of(&stage.catalog.free_trial, stage.seats))?;
        life.go_on()
    }),
    ("free trial, not convinced", |life, stage| {
        life.try_out(stage.at, Item::of(&stage.catalog.free_trial, stage.seats))?;
        life.cancel(life.period.0 + 4 * DAY_S)
    }),
    ("cardless trial runs out", |life, stage| {
        life.try_out(stage.at, Item::of(&stage.catalog.cardless_trial, 1))?;
        life.trial_runs_out()
    }),
    ("cardless trial, card given", |life, stage| {
        life.try_out(stage.at, Item::of(&stage.catalog.cardless_trial, stage.seats))?;
        life.change_payment_method(life.period.0 + 3 * DAY_S)?;
        life.go_on()
    }),
    ("a fifth off, and upgrades", |life, stage| {
        let off = Discount::make(life.account, stage.at, None, Off::PerMille(200), true, None);
        life.purchase_with(stage.at, basic(stage, 0), Some(off))?;
        life.renew_while_changes_are_credits()?;
        life.change(life.middle(), vec![Item::of(&stage.catalog.pro, 1)], ProratedImmediately)?;
        life.renew()?;
        let more = vec![Item::of(&stage.catalog.pro, 3)];
        life.change(life.period.0 + 10 * DAY_S + 321, more, ProratedImmediately)?;
        life.go_on()
    }),
    ("a quarter off three bills", |life, stage| {
        let off = Discount::make(life.account, stage.at, Some("SPRING"), Off::PerMille(250), true, Some(3));
        life.purchase_with(stage.at, basic(stage, 0), Some(off))?;
        life.go_on()
    }),
    ("an amount off two bills of two prices", |life, stage| {
        let off = Discount::make(life.account, stage.at, Some("WELCOME"), Off::Flat(700), true, Some(2));
        let both = [basic(stage, 0), vec![Item::of(&stage.catalog.pro, 1)]].concat();
        life.purchase_with(stage.at, both, Some(off))?;
        life.go_on()
    }),
    ("an amount off each seat", |life, stage| {
        let off = Discount::make(life.account, stage.at, Some("SEATS"), Off::FlatPerSeat(300), true, None);
        life.purchase_with(stage.at, basic(stage, 1), Some(off))?;
        life.go_on()
    }),
    ("a tenth off the first bill", |life, stage| {
        let off = Discount::make(life.account, stage.at, Some("FIRST"), Off::PerMille(100), false, None);
        life.purchase_with(stage.at, basic(stage, 0), Some(off))?;
        life.go_on()
    }),
    ("a failed renewal recovers", |life, stage| {
        buy(life, stage)?;
        life.recover()?;
        life.go_on()
    }),
    ("dunning pauses it", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.dunning_pauses()?;
        life.resume(life.period.0 + 52 * DAY_S)?;
        life.go_on()
    }),
    ("pauses and starts a new period", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.pause(life.within(10), None)?;
        life.resume(life.period.1 + 25 * DAY_S)?;
        life.go_on()
    }),
    ("pauses until a date", |life, stage| {
        buy(life, stage)?;
        life.pause(life.within(10), Some(40))?;
        life.resume(life.period.1 + 40 * DAY_S)?;
        life.go_on()
    }),
    ("pauses at once and goes on within the period", |life, stage| {
        buy(life, stage)?;
        life.pause_now(life.within(6))?;
        life.resume_within(life.period.0 + 18 * DAY_S)?;
        life.go_on()
    }),
    ("pauses at once and starts a new period", |life, stage| {
        buy(life, stage)?;
        life.pause_now(life.within(6))?;
        life.resume(life.period.1 + 12 * DAY_S)?;
        life.go_on()
    }),
    ("paused, then canceled", |life, stage| {
        buy(life, stage)?;
        life.pause(life.within(10), None)?;
        life.cancel_now(life.period.1 + 30 * DAY_S, "customer_request")
    }),
    ("pauses for good", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.pause(life.within(10), None)
    }),
    ("canceled at once", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.cancel_now(life.within(7), "seller_request")
    }),
    ("cancels and thinks again", |life, stage| {
        buy(life, stage)?;
        life.think_again(life.period.0 + 4 * DAY_S, "cancel", 9)?;
        life.renew()?;
        life.think_again(life.period.0 + 4 * DAY_S, "pause", 3)?;
        life.go_on()
    }),
    ("refunded in full", |life, stage| {
        buy(life, stage)?;
        life.adjust(life.period.0 + 2 * DAY_S, Adjusting::of("refund", How::Full))?;
        life.go_on()
    }),
    ("refunded in part, then the tax", |life, stage| {
        buy(life, stage)?;
        life.adjust(life.period.0 + 2 * DAY_S, Adjusting::of("refund", How::PerMille(400)))?;
        life.adjust(life.period.0 + 9 * DAY_S, Adjusting::of("refund", How::TaxOnly))?;
        life.go_on()
    }),
    ("a refund is rejected", |life, stage| {
        buy(life, stage)?;
        let refund = Adjusting { is_approved: false, ..Adjusting::of("refund", How::Full) };
        life.adjust(life.period.0 + 3 * DAY_S, refund)?;
        life.go_on()
    }),
    ("charged back and won", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        let on = |days: i64| life.period.0 + days * DAY_S;
        let (warned_at, opened_at, won_at) = (on(3), on(8), on(20));
        life.adjust(warned_at, Adjusting::of("chargeback_warning", How::Full))?;
        life.adjust(opened_at, Adjusting::of("chargeback_warning_reverse", How::Full))?;
        life.adjust(opened_at + 60, Adjusting::of("chargeback", How::Full))?;
        life.adjust(won_at, Adjusting::of("chargeback_reverse", How::Full))?;
        life.go_on()
    }),
    ("charged back and lost", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        let at = life.within(8);
        life.adjust(at, Adjusting::of("chargeback", How::Full))?;
        life.cancel_now(at + 60, "chargeback")
    }),
    ("pays by transfer", |life, stage| {
        life.invoice(stage.at, basic(stage, 5), 9)?;
        life.renew_by_transfer(20)?;
        loop {
            life.renew_by_transfer(12)?;
        }
    }),
    ("never pays an invoice", |life, stage| {
        life.invoice(stage.at, basic(stage, 5), 9)?;
        life.renew_by_transfer(10)?;
        life.never_pays(26)
    }),
    ("an invoice is lowered", |life, stage| {
        life.invoice(stage.at, basic(stage, 5), 9)?;
        life.renew_with_credit_note(150)?;
        loop {
            life.renew_by_transfer(12)?;
        }
    }),
    ("gives another card", |life, stage| {
        buy(life, stage)?;
        life.change_payment_method(life.period.0 + 16 * DAY_S)?;
        life.go_on()
    }),
    ("buys by agreement", |life, stage| {
        let custom = stage.catalog.custom(life.account, stage.at);
        let price = stage.catalog.custom_price(life.account, stage.at);
        life.purchase(stage.at, vec![Item::of(&custom, 1), Item::of(&price, stage.seats)])?;
        life.go_on()
    }),
    ("moves to another currency", |life, stage| {
        buy(life, stage)?;
        let here = COUNTRIES.iter().position(|country| country.code == life.buyer.country.code);
        life.move_to(&COUNTRIES[(here.unwrap_or(0) + 1) % COUNTRIES.len()])?;
        life.go_on()
    }),
    ("comes back with a new subscription", |life, stage| {
        life.abandon(stage.at, basic(stage, 0))?;
        life.purchase(stage.at + 3_600, basic(stage, 0))?;
        life.cancel(life.within(5))?;
        life.purchase(life.period.1 + 45 * DAY_S, vec![Item::of(&stage.catalog.pro, 1)])?;
        life.go_on()
    }),
    ("quarters", |life, stage| {
        life.purchase(stage.at, vec![Item::of(&stage.catalog.basic_quarterly, stage.seats)])?;
        life.go_on()
    }),
    ("weeks", |life, stage| {
        life.purchase(stage.at, vec![Item::of(&stage.catalog.basic_weekly, stage.seats)])?;
        for _ in 0..20 {
            life.renew()?;
        }
        life.cancel(life.period.0 + DAY_S)
    }),
    ("two yearly prices", |life, stage| {
        let both = [&stage.catalog.basic_yearly, &stage.catalog.pro_yearly];
        life.purchase(stage.at, both.map(|price| Item::of(price, stage.seats)).to_vec())?;
        life.go_on()
    }),
    ("tax inside the price", |life, stage| {
        life.purchase(stage.at, vec![Item::of(&stage.catalog.solo, 1)])?;
        let more = vec![Item::of(&stage.catalog.solo, 2)];
        life.renew_while_changes_are_credits()?;
        life.change(life.period.0 + 13 * DAY_S + 55, more, ProratedImmediately)?;
        life.go_on()
    }),
    ("keeps what is not sold any more", |life, stage| {
        life.purchase(stage.at, vec![Item::of(&stage.catalog.legacy, stage.seats)])?;
        life.go_on()
    }),
    ("buys once", |life, stage| life.buy_once(stage.at, Item::of(&stage.catalog.setup, 1))),
];

/// A trial that costs something, and the price after it.
pub fn paid_trial(life: &mut Life<'_>, stage: &Stage<'_>) -> Option<()> {
    life.try_out(stage.at, Item::of(&stage.catalog.paid_trial, stage.seats))?;
    life.go_on()
}

fn basic(stage: &Stage<'_>, more: i64) -> Vec<Item> {
    vec![Item::of(&stage.catalog.basic, stage.seats + more)]
}

fn buy(life: &mut Life<'_>, stage: &Stage<'_>) -> Option<()> {
    life.purchase(stage.at, basic(stage, 0))
}
