//! Which lives there are: each plays one thing that happens with a subscription, and goes on from there.

mod table;

use super::super::account::Account;
use super::buyer::{Buyer, COUNTRIES};
use super::catalog::Catalog;
use super::life::{Item, Life};
use crate::chance::mix;

#[cfg(test)]
pub use table::paid_trial;
pub use table::{SCRIPTS, Script};

/// Since then a trial can cost something.
const PAID_TRIALS_SINCE: i64 = 1_781_136_000; // 2026-06-11

/// What a script has to play with.
pub struct Stage<'a> {
    pub catalog: &'a Catalog,
    pub at: i64,
    pub seats: i64,
}

/// Writes one customer's life until the present.
pub fn live(
    account: &mut Account,
    catalog: &Catalog,
    due_at: &mut i64,
    number: u64,
    came_at: i64,
    is_simple: bool,
) {
    let dice = mix(account.seed, number, 61);
    let at = came_at + i64::try_from(dice % 80_000).unwrap_or(0);
    if at > account.now.0 {
        *due_at = (*due_at).min(at);
        return;
    }
    account.begin(number);
    let round = number / SCRIPTS.len() as u64;
    let country = if is_simple { 0 } else { (number + round) as usize % COUNTRIES.len() };
    let buyer = Buyer::come(account, number, at, &COUNTRIES[country]);
    let seats = if is_simple { 1 } else { 1 + i64::try_from(dice >> 16 & 3).unwrap_or(0) };
    let mut life = Life::new(account, due_at, buyer);
    let stage = Stage { catalog, at, seats };
    let _ = play(&mut life, &stage, number, dice, is_simple);
    life.finish();
}

/// `None` where the present is reached, as it always is but for those who leave.
fn play(life: &mut Life<'_>, stage: &Stage<'_>, number: u64, dice: u64, is_simple: bool) -> Option<()> {
    let is_yearly = dice >> 8 & 7 == 0;
    if is_simple {
        let price = if is_yearly { &stage.catalog.basic_yearly } else { &stage.catalog.basic };
        life.purchase(stage.at, vec![Item::of(price, 1)])?;
        if dice >> 24 & 1 == 0 {
            return life.go_on();
        }
        life.renew()?;
        life.renew()?;
        return life.cancel(life.within(10));
    }
    if stage.at >= PAID_TRIALS_SINCE && number.is_multiple_of(2) {
        return table::paid_trial(life, stage);
    }
    let (_, script): (&str, Script) = SCRIPTS[number as usize % SCRIPTS.len()];
    script(life, stage)
}
