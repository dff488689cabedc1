//! The scripts.

use super::super::life::{Billed, Life, Refund, Terms};
use super::Stage;
use crate::paddle::{COUNTRIES, Country};
use crate::paddle_classic::world::DAY_S;

/// A life, and how long before the present it begins where it should be at its point by then.
pub struct Script {
    #[cfg_attr(not(test), expect(dead_code, reason = "tests call a life by its name"))]
    pub name: &'static str,
    pub months_ago: i64,
    pub days_ago: i64,
    /// `None`: any.
    pub country: Option<&'static Country>,
    pub play: fn(&mut Life<'_>, &Stage) -> Option<()>,
}

const fn script(name: &'static str, play: fn(&mut Life<'_>, &Stage) -> Option<()>) -> Script {
    Script { name, months_ago: 2, days_ago: 14, country: None, play }
}

const fn since(months_ago: i64, days_ago: i64, script: Script) -> Script {
    Script { months_ago, days_ago, ..script }
}

/// In Germany, where the tax of what is sold here has no fractions of a cent.
const fn taxed(script: Script) -> Script {
    Script { country: Some(&COUNTRIES[1]), ..script }
}

pub const SCRIPTS: &[Script] = &[
    script("goes on", |life, stage| {
        buy(life, stage)?;
        life.go_on()
    }),
    script("goes on yearly", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.basic_yearly, stage.seats))?;
        life.go_on()
    }),
    script("first payment is dearer", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.with_setup, 1))?;
        life.go_on()
    }),
    script("first payment is cheaper", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.with_offer, 1))?;
        life.go_on()
    }),
    script("more seats at once, then fewer", |life, stage| {
        buy(life, stage)?;
        let basic = life.catalog.basic;
        life.change(life.days_in(11), &basic, stage.seats + 3, Billed::Now)?;
        life.renew()?;
        life.change(life.days_in(9) + 77, &basic, stage.seats + 1, Billed::Now)?;
        life.go_on()
    }),
    script("more seats with the next bill", |life, stage| {
        buy(life, stage)?;
        let basic = life.catalog.basic;
        life.change(life.days_in(20), &basic, stage.seats + 2, Billed::WithNext)?;
        life.go_on()
    }),
    script("upgrades at once", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        let pro = life.catalog.pro;
        life.change(life.days_in(15), &pro, stage.seats, Billed::Now)?;
        life.go_on()
    }),
    script("downgrades with the next bill", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.pro, stage.seats))?;
        life.renew()?;
        let basic = life.catalog.basic;
        life.change(life.days_in(12), &basic, stage.seats, Billed::WithNext)?;
        life.go_on()
    }),
    script("changes without proration", |life, stage| {
        buy(life, stage)?;
        let pro = life.catalog.pro;
        life.change(life.days_in(6), &pro, stage.seats, Billed::NotAtAll)?;
        life.go_on()
    }),
    script("from months to years", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        let yearly = life.catalog.basic_yearly;
        life.change(life.days_in(10), &yearly, stage.seats, Billed::Now)?;
        life.go_on()
    }),
    script("gets another price", |life, stage| {
        buy(life, stage)?;
        let basic = life.catalog.basic;
        life.change_price(life.days_in(18), &basic, stage.seats, 1500, Billed::NotAtAll)?;
        life.go_on()
    }),
    script("buys by agreement", |life, stage| {
        let terms = Terms { override_cents: Some(3300), ..Terms::of(&life.catalog.basic, stage.seats) };
        life.subscribe(stage.at, terms)?;
        life.go_on()
    }),
    script("an extra each time", |life, stage| {
        buy(life, stage)?;
        life.modify(life.days_in(5), 800, true)?;
        life.go_on()
    }),
    script("a discount each time", |life, stage| {
        buy(life, stage)?;
        life.modify(life.days_in(5), -400, true)?;
        life.renew()?;
        let basic = life.catalog.basic;
        life.change(life.days_in(10), &basic, stage.seats + 1, Billed::Now)?;
        life.go_on()
    }),
    script("an extra once", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.modify(life.days_in(8), 1200, false)?;
        life.go_on()
    }),
    since(
        0,
        20,
        script("a discount once, still to come", |life, stage| {
            buy(life, stage)?;
            life.modify(life.days_in(8), -500, false)?;
            life.go_on()
        }),
    ),
    script("an extra each time, and then more seats before it is billed", |life, stage| {
        buy(life, stage)?;
        life.modify(life.days_in(4), 800, true)?;
        let basic = life.catalog.basic;
        life.change(life.days_in(9), &basic, stage.seats + 1, Billed::Now)?;
        life.renew()?;
        life.change(life.days_in(12), &basic, stage.seats + 3, Billed::WithNext)?;
        life.go_on()
    }),
    script("an extra each time, until it is taken off", |life, stage| {
        buy(life, stage)?;
        life.modify(life.days_in(5), 700, true)?;
        life.renew()?;
        life.renew()?;
        life.take_off_modifiers(life.days_in(8))?;
        life.renew()?;
        let basic = life.catalog.basic;
        life.change(life.days_in(3), &basic, stage.seats + 2, Billed::Now)?;
        life.go_on()
    }),
    script("an extra each time and one once", |life, stage| {
        buy(life, stage)?;
        life.modify(life.days_in(5), 800, true)?;
        life.renew()?;
        life.modify(life.days_in(6), 1300, false)?;
        let pro = life.catalog.pro;
        life.change(life.days_in(10), &pro, stage.seats, Billed::NotAtAll)?;
        life.go_on()
    }),
    script("tries and stays", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.trial, stage.seats))?;
        life.go_on()
    }),
    script("tries and leaves", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.trial, 1))?;
        life.cancel(life.days_in(4))
    }),
    since(
        0,
        5,
        script("tries for now", |life, stage| {
            life.subscribe(stage.at, Terms::of(&life.catalog.trial, stage.seats))?;
            life.go_on()
        }),
    ),
    script("pays for a trial", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.paid_trial, 1))?;
        life.go_on()
    }),
    script("a payment fails once", |life, stage| {
        buy(life, stage)?;
        life.recover(1)?;
        life.go_on()
    }),
    script("a payment fails twice", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.recover(2)?;
        life.go_on()
    }),
    since(
        1,
        4,
        script("is past due for now", |life, stage| {
            buy(life, stage)?;
            life.recover(2)?;
            life.go_on()
        }),
    ),
    script("never pays again", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.never_pays()
    }),
    script("paused for not paying, then pays", |life, stage| {
        buy(life, stage)?;
        life.dunning_pauses()?;
        life.resume(life.period().1 + 29 * DAY_S)?;
        life.go_on()
    }),
    script("pauses and returns", |life, stage| {
        buy(life, stage)?;
        life.pause(life.days_in(10))?;
        life.resume(life.period().1 + 25 * DAY_S)?;
        life.go_on()
    }),
    script("pauses for good", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.pause(life.days_in(10))
    }),
    since(
        1,
        10,
        script("will pause", |life, stage| {
            buy(life, stage)?;
            life.renew()?;
            life.pause(life.days_in(6))
        }),
    ),
    script("cancels", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.cancel(life.days_in(7))
    }),
    since(
        1,
        10,
        script("has cancelled and may still use it", |life, stage| {
            buy(life, stage)?;
            life.renew()?;
            life.cancel(life.days_in(5))
        }),
    ),
    script("cancels a year", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.basic_yearly, 1))?;
        life.cancel(life.days_in(50))
    }),
    script("has several subscriptions", |life, stage| {
        buy(life, stage)?;
        life.subscribe(life.days_in(10), Terms::of(&life.catalog.pro, 1))?;
        life.turn_to(0);
        life.renew()?;
        life.turn_to(1);
        life.renew()?;
        life.turn_to(0);
        life.cancel(life.days_in(20))?;
        life.go_on()
    }),
    script("returns", |life, stage| {
        buy(life, stage)?;
        life.cancel(life.days_in(3))?;
        life.subscribe(life.period().1 + 20 * DAY_S, Terms::of(&life.catalog.pro, 1))?;
        life.go_on()
    }),
    script("one-off charges", |life, stage| {
        buy(life, stage)?;
        life.charge_once(life.days_in(5), "Setup", 9900)?;
        life.renew()?;
        life.charge_once(life.days_in(17), "Support", 2000)?;
        life.go_on()
    }),
    script("buys once", |life, stage| {
        let book = life.catalog.book;
        life.buy_once(stage.at, &book, 1)
    }),
    taxed(script("buys once and wants it back", |life, stage| {
        let book = life.catalog.book;
        life.buy_once(stage.at, &book, 2)?;
        life.refund_bought(stage.at + 3 * DAY_S, Refund::PerMille(500))?;
        life.refund_bought(stage.at + 5 * DAY_S, Refund::Full)
    })),
    script("refunded in full", |life, stage| {
        buy(life, stage)?;
        life.refund(life.days_in(2), Refund::Full)?;
        life.go_on()
    }),
    taxed(script("refunded in part, then the tax", |life, stage| {
        buy(life, stage)?;
        life.renew()?;
        life.refund(life.days_in(2), Refund::PerMille(400))?;
        life.refund(life.days_in(9), Refund::Vat)?;
        life.go_on()
    })),
    script("disputes and leaves", |life, stage| {
        buy(life, stage)?;
        life.dispute(life.days_in(6), life.days_in(25), true)?;
        life.cancel_now(life.days_in(25) + 60)
    }),
    script("disputes in vain", |life, stage| {
        buy(life, stage)?;
        life.dispute(life.days_in(6), life.days_in(25), false)?;
        life.go_on()
    }),
    script("a fifth off, always", |life, stage| {
        let coupon = Some(life.catalog.always_fifth_off);
        life.subscribe(stage.at, Terms { coupon, ..Terms::of(&life.catalog.basic, stage.seats) })?;
        life.renew()?;
        let basic = life.catalog.basic;
        life.change(life.days_in(13), &basic, stage.seats + 2, Billed::Now)?;
        life.go_on()
    }),
    script("five off, once", |life, stage| {
        let coupon = Some(life.catalog.five_off_once);
        life.subscribe(stage.at, Terms { coupon, ..Terms::of(&life.catalog.basic, stage.seats) })?;
        life.go_on()
    }),
    script("five off, once, and more seats before the next bill", |life, stage| {
        let coupon = Some(life.catalog.five_off_once);
        life.subscribe(stage.at, Terms { coupon, ..Terms::of(&life.catalog.basic, stage.seats) })?;
        let basic = life.catalog.basic;
        life.change(life.days_in(13), &basic, stage.seats + 2, Billed::Now)?;
        life.go_on()
    }),
    script("three off, always, and an extra each time", |life, stage| {
        let coupon = Some(life.catalog.always_three_off);
        life.subscribe(stage.at, Terms { coupon, ..Terms::of(&life.catalog.basic, stage.seats) })?;
        life.modify(life.days_in(9), 600, true)?;
        life.renew()?;
        let basic = life.catalog.basic;
        life.change(life.days_in(13), &basic, stage.seats + 2, Billed::WithNext)?;
        life.go_on()
    }),
    script("quarters", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.quarterly, stage.seats))?;
        life.go_on()
    }),
    script("weeks", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.weekly, stage.seats))?;
        for _ in 0..20 {
            life.renew()?;
        }
        life.cancel(life.days_in(1))
    }),
    taxed(script("tax inside the price", |life, stage| {
        life.subscribe(stage.at, Terms::of(&life.catalog.solo, 1))?;
        life.renew()?;
        let solo = life.catalog.solo;
        life.change(life.days_in(13), &solo, 3, Billed::Now)?;
        life.go_on()
    })),
];

fn buy(life: &mut Life<'_>, stage: &Stage) -> Option<()> {
    life.subscribe(stage.at, Terms::of(&life.catalog.basic, stage.seats))
}
