//! Which lives there are: each plays one thing that happens with a subscription, and goes on from there.

mod table;

use super::super::account::Account;
use super::DAY_S;
use super::catalog::Catalog;
use super::life::{Life, Terms};
use crate::chance::mix;
use crate::paddle::{COUNTRIES, Country};
use crate::world::add_months;

pub use table::{SCRIPTS, Script};

/// What a script has to play with.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    pub at: i64,
    pub seats: i64,
}

/// How many scripts there are.
pub fn count() -> u64 {
    SCRIPTS.len() as u64
}

fn script_of(number: u64) -> &'static Script {
    &SCRIPTS[(number % count()) as usize]
}

/// When a customer comes whose script should be at its point by the present.
pub fn recent_arrival(number: u64, now: i64) -> i64 {
    let script = script_of(number);
    add_months(now - script.days_ago * DAY_S, -script.months_ago) - jitter(number)
}

/// Not everybody comes at the same time of the day.
fn jitter(number: u64) -> i64 {
    i64::try_from(mix(number, 0, 63) % 20_000).unwrap_or(0)
}

/// Writes one customer's life until the present.
pub fn live(account: &mut Account, catalog: &Catalog, due_at: &mut i64, number: u64, came_at: i64) {
    let script = script_of(number);
    let round = number / count();
    // Each seed has each script in other countries.
    let place = (number + round + account.seed) % COUNTRIES.len() as u64;
    let place = usize::try_from(place).unwrap_or(0);
    let country = script.country.unwrap_or(&COUNTRIES[place]);
    let seats = 2 + i64::try_from(mix(account.seed, number, 62) % 3).unwrap_or(0);
    play(account, catalog, due_at, number, country, |life| {
        (script.play)(life, &Stage { at: came_at + jitter(number), seats })
    });
}

/// Writes one life with a single plan in one currency.
pub fn live_simply(account: &mut Account, catalog: &Catalog, due_at: &mut i64, number: u64, came_at: i64) {
    let dice = mix(account.seed, number, 61);
    play(account, catalog, due_at, number, &COUNTRIES[0], |life| {
        let is_yearly = dice >> 8 & 7 == 0;
        let plan = if is_yearly { catalog.basic_yearly } else { catalog.basic };
        life.subscribe(came_at + jitter(number), Terms::of(&plan, 1))?;
        if dice & 1 == 0 {
            return life.go_on();
        }
        life.renew()?;
        life.renew()?;
        life.cancel(life.days_in(10))
    });
}

fn play(
    account: &mut Account,
    catalog: &Catalog,
    due_at: &mut i64,
    number: u64,
    country: &'static Country,
    script: impl FnOnce(&mut Life<'_>) -> Option<()>,
) {
    let mut life = Life::new(account, catalog, due_at, number, country);
    // `None` where the present is reached, as it always is but for those who leave.
    let _ = script(&mut life);
    life.finish();
}
