//! Which lives there are.

use super::super::account::Account;
use super::buyer::{Buyer, COUNTRIES};
use super::catalog::Catalog;
use super::life::{Item, Life};
use crate::chance::mix;

const DAY_S: i64 = 86_400;

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
    let country = if is_simple { 0 } else { number as usize % COUNTRIES.len() };
    let buyer = Buyer::come(account, number, at, &COUNTRIES[country]);
    let is_yearly = dice >> 8 & 7 == 0;
    let price = if is_yearly { &catalog.basic_yearly } else { &catalog.basic };
    let quantity = if is_simple { 1 } else { 1 + i64::try_from(dice >> 16 & 3).unwrap_or(0) };
    let items = vec![Item { price: price.clone(), quantity }];
    let mut life = Life::new(account, due_at, buyer, items);
    let script = if is_simple || is_yearly { dice >> 24 & 1 } else { number / 5 % 8 };
    let _ = play(&mut life, catalog, at, script);
    life.finish();
}

/// `None` where the present is reached, as it always is but for those who leave.
fn play(life: &mut Life<'_>, catalog: &Catalog, at: i64, script: u64) -> Option<()> {
    let of = |price: &super::catalog::Price, quantity| vec![Item { price: price.clone(), quantity }];
    life.purchase(at)?;
    match script {
        0 => {}
        1 => {
            life.renew()?;
            life.renew()?;
            return life.cancel(life.period.0 + 10 * DAY_S);
        }
        2 => {
            life.renew()?;
            return life.dunning();
        }
        3 => life.change(life.period.0 + 14 * DAY_S + 4321, of(&catalog.pro, 1))?,
        4 => {
            let more = life.items[0].quantity + 2;
            life.change(life.period.0 + 9 * DAY_S, of(&catalog.basic, more))?;
            life.renew()?;
            life.change(life.period.0 + 5 * DAY_S, of(&catalog.basic, 1))?;
        }
        5 => {
            life.renew()?;
            life.pause(life.period.0 + 10 * DAY_S)?;
            life.resume(life.period.1 + 25 * DAY_S)?;
        }
        6 => {
            life.charge(life.period.0 + 3 * DAY_S, &catalog.setup)?;
            life.renew()?;
        }
        _ => {
            let both = [of(&catalog.basic, 2), of(&catalog.pro, 1)].concat();
            life.change(life.period.0 + 11 * DAY_S, both)?;
        }
    }
    loop {
        life.renew()?;
    }
}
