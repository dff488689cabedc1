use super::super::catalog::every;
use super::super::life::{Item, Mode};
use super::*;

/// Germany's tax on top of prices in US dollars.
static COUNTRY: Country =
    Country { code: "DE", currency_code: "USD", tax_per_mille: 190, per_cent: (1, 1), exchange_rate: "1" };

/// Two Basic, one Pro instead, a pause, a return and the end.
fn a_life_in_short(life: &mut Life<'_>, stage: &Stage<'_>) -> Option<()> {
    life.purchase(stage.at, vec![Item::of(&stage.catalog.basic, 2)])?;
    life.renew()?;
    let pro = vec![Item::of(&stage.catalog.pro, 1)];
    life.change(at("2026-02-24T09:00:00Z"), pro, Mode::ProratedImmediately)?;
    life.renew()?;
    life.pause(at("2026-03-20T10:00:00Z"), None)?;
    life.resume(at("2026-05-05T12:00:00Z"))?;
    life.cancel(at("2026-05-20T10:00:00Z"))
}

#[test]
fn a_life_in_short_is_worth_what_its_table_says() {
    let since = at("2026-01-10T09:00:00Z");
    let account = live(&COUNTRY, since, at("2026-07-01T00:00:00Z"), a_life_in_short);
    let expected = ["2026-01-10 4000", "2026-02-24 5000", "2026-04-10 0", "2026-05-05 5000", "2026-06-05 0"];
    assert_eq!(steps(&account), expected);
    let transactions: Vec<&Value> = account.all(Kind::Transaction).map(|(_, entity)| entity).collect();
    let lines = |transaction: &Value| -> Vec<(i64, Option<String>, i64, i64, i64)> {
        let lines = transaction["details"]["line_items"].as_array().unwrap().iter();
        lines
            .map(|line| {
                let rate = line["proration"]["rate"].as_str().map(str::to_owned);
                let totals = &line["totals"];
                let quantity = line["quantity"].as_i64().unwrap();
                (quantity, rate, minor(&totals["subtotal"]), minor(&totals["tax"]), minor(&totals["total"]))
            })
            .collect()
    };
    let rate = |text: &str| Some(text.to_owned());
    assert_eq!(lines(transactions[0]), [(2, None, 4000, 760, 4760)]);
    assert_eq!(lines(transactions[1]), [(2, rate("1"), 4000, 760, 4760)]);
    assert_eq!(
        lines(transactions[2]),
        [(1, rate("0.5"), 2500, 475, 2975), (-2, rate("0.5"), -2000, -380, -2380)]
    );
    assert_eq!(lines(transactions[4]), [(1, None, 5000, 950, 5950)]);
    let window = &transactions[2]["details"]["line_items"][1]["proration"]["billing_period"];
    assert_eq!(window["starts_at"], "2026-02-24T09:00:00.000000Z");
    assert_eq!(window["ends_at"], "2026-03-10T09:00:00.000000Z");
    // What is taken back has positive totals a unit, and names the line it was billed with.
    let taken_back = &transactions[2]["details"]["line_items"][1];
    assert_eq!(taken_back["unit_totals"]["total"], "1190");
    assert_eq!(taken_back["item_id"], transactions[1]["details"]["line_items"][0]["id"]);
    let (_, subscription) = account.all(Kind::Subscription).next().unwrap();
    assert_eq!(subscription["canceled_at"], "2026-06-05T12:00:00.000000Z");
    assert!(subscription["paused_at"].is_null() && subscription["scheduled_change"].is_null());
}

/// While a change is put off nothing shows it; the bill that does says since when.
#[test]
fn a_change_that_is_billed_later_was_worth_something_all_along() {
    let since = at("2026-01-10T09:00:00Z");
    let until = |now: &str| {
        steps(&live(&COUNTRIES[0], since, at(now), script("seats in full with the next renewal")))
    };
    assert_eq!(until("2026-02-05T00:00:00Z"), ["2026-01-10 2000"]);
    assert_eq!(until("2026-02-11T00:00:00Z"), ["2026-01-10 2000", "2026-01-30 4000"]);
}

/// An immediate pause from before the recorded history shows by the days that were not billed, and one within a period not.
#[test]
fn a_pause_that_is_over_and_was_not_recorded_is_the_days_that_were_not_billed() {
    let (within, after) =
        ("pauses at once and goes on within the period", "pauses at once and starts a new period");
    let now = at("2027-03-01T00:00:00Z");
    let of = |since: &str, name: &str| steps(&live(&COUNTRIES[0], at(since), now, script(name)));
    assert_eq!(of("2025-05-10T00:00:00Z", within), ["2025-05-10 2000"]);
    assert_eq!(of("2025-05-10T00:00:00Z", after), ["2025-05-10 2000", "2025-06-10 0", "2025-06-22 2000"]);
    assert_eq!(of("2026-07-10T00:00:00Z", within), ["2026-07-10 2000", "2026-07-16 0", "2026-07-28 2000"]);
    assert_eq!(of("2026-07-10T00:00:00Z", after), ["2026-07-10 2000", "2026-07-16 0", "2026-08-22 2000"]);
}

#[test]
fn values_a_month_are_exact_until_they_are_rounded() {
    let mut account = Account::new(1, UnixSeconds(NOW));
    let catalog = Catalog::open(&mut account, &mut i64::MAX.clone(), NOW - DAY_S);
    let in_cycle = |cycle| {
        let mut price = catalog.basic.clone();
        price.cycle = cycle;
        price.a_month(1000)
    };
    use model::billing::BillingInterval::{Day, Month, Week, Year};
    let of = |interval, count| in_cycle(every(interval, count));
    assert_eq!(
        [of(Day, 1), of(Week, 2), of(Month, 3), of(Year, 1), in_cycle(None)],
        [(365_000, 12), (52_000, 24), (1000, 3), (1000, 12), (0, 1)]
    );
}
