//! What each script looks like, and what it is meant to be worth: in `lives.txt`, a paragraph each. With `WRITE_LIVES` set it
//! is written, to be read before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;

const LIVES: &str = include_str!("lives.txt");

fn is_of_2024(name: &str) -> bool {
    name.contains("2024-03-11")
}

/// Half a year in US dollars, one seat.
fn paragraph(name: &str, script: scripts::Script) -> String {
    let (since, now) = match is_of_2024(name) {
        true => ("2023-12-10T09:00:00Z", "2024-03-20T00:00:00Z"),
        false => ("2026-08-10T09:00:00Z", "2027-01-15T00:00:00Z"),
    };
    let account = live(&COUNTRIES[0], at(since), at(now), script);
    let mut text = format!("# {name}\nworth: {}\n", steps(&account).join(", "));
    let name_of = |entity: &Value| entity["name"].as_str().unwrap_or("?").to_owned();
    for (_, transaction) in account.all(Kind::Transaction).take(4) {
        let text_of = |field: &str| transaction[field].as_str().unwrap_or("-").to_owned();
        let lines: Vec<String> = transaction["details"]["line_items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                let price = transaction["items"].as_array().unwrap().iter().map(|item| &item["price"]);
                let price = price.clone().find(|price| price["id"] == line["price_id"]).unwrap();
                let rate =
                    line["proration"]["rate"].as_str().map_or(String::new(), |rate| format!(" ×{rate}"));
                let totals = &line["totals"];
                let off = minor(&totals["discount"]);
                let off = if off == 0 { String::new() } else { format!(" −{off}") };
                format!(
                    "{} {}{rate} = {}{off}",
                    line["quantity"],
                    name_of(price),
                    totals["subtotal"].as_str().unwrap()
                )
            })
            .collect();
        let payments: Vec<&str> = transaction["payments"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|payment| payment["status"].as_str().unwrap())
            .collect();
        let totals = &transaction["details"]["totals"];
        let _ = writeln!(
            text,
            "{} {} {}: {}; to pay {} after credit {} ({})",
            &text_of("created_at")[..10],
            text_of("origin"),
            text_of("status"),
            lines.join(", "),
            minor(&totals["grand_total"]),
            minor(&totals["credit"]),
            payments.join(" ")
        );
    }
    for (_, adjustment) in account.all(Kind::Adjustment).take(4) {
        let text_of = |field: &str| adjustment[field].as_str().unwrap_or("-").to_owned();
        let totals = &adjustment["totals"];
        let _ = writeln!(
            text,
            "{} {} {} {} of {}: {}",
            &text_of("created_at")[..10],
            text_of("action"),
            text_of("status"),
            adjustment["items"][0]["type"].as_str().unwrap_or("-"),
            totals["total"].as_str().unwrap(),
            totals["subtotal"].as_str().unwrap(),
        );
    }
    for (_, subscription) in account.all(Kind::Subscription) {
        let scheduled = subscription["scheduled_change"]["action"].as_str().unwrap_or("nothing");
        let _ =
            writeln!(text, "subscription: {}, then {scheduled}", subscription["status"].as_str().unwrap());
    }
    text
}

#[test]
fn each_script_is_shaped_and_worth_what_is_written_of_it() {
    let mut found: Vec<String> = SCRIPTS.iter().map(|(name, script)| paragraph(name, *script)).collect();
    found.push(paragraph("paid trial", scripts::paid_trial));
    let found = found.join("\n");
    if std::env::var_os("WRITE_LIVES").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/paddle/world/tests/lives.txt"), &found)
            .unwrap();
    }
    for (paragraph, expected) in found.split("\n\n").zip(LIVES.split("\n\n")) {
        assert_eq!(paragraph.trim(), expected.trim());
    }
    assert_eq!(found.trim(), LIVES.trim());
}

/// Everything that can happen is somewhere in the merchant.
#[test]
fn the_merchant_has_every_happening() {
    let account = MID.account();
    let values = |kind: Kind, pointer: &str| -> BTreeSet<String> {
        let all = account.all(kind).filter_map(|(_, entity)| entity.pointer(pointer)?.as_str());
        all.map(str::to_owned).collect()
    };
    let has = |kind: Kind, pointer: &str, expected: &[&str]| {
        let found = values(kind, pointer);
        for value in expected {
            assert!(found.contains(*value), "{kind:?} with {pointer} {value}: there are {found:?}");
        }
    };
    has(Kind::Transaction, "/status", &["ready", "completed", "canceled"]);
    has(
        Kind::Transaction,
        "/origin",
        &[
            "web",
            "api",
            "subscription_recurring",
            "subscription_update",
            "subscription_charge",
            "subscription_payment_method_change",
        ],
    );
    has(Kind::Transaction, "/currency_code", &["USD", "EUR", "GBP", "JPY", "KRW"]);
    has(Kind::Transaction, "/collection_mode", &["automatic", "manual"]);
    has(
        Kind::Adjustment,
        "/action",
        &[
            "refund",
            "credit",
            "chargeback",
            "chargeback_reverse",
            "chargeback_warning",
            "chargeback_warning_reverse",
        ],
    );
    has(Kind::Adjustment, "/items/0/type", &["full", "partial", "tax", "proration"]);
    has(Kind::Adjustment, "/status", &["approved", "rejected"]);
    has(Kind::Discount, "/type", &["percentage", "flat", "flat_per_seat"]);
    has(Kind::Discount, "/mode", &["standard", "custom"]);
    has(Kind::Customer, "/status", &["active", "archived"]);
    has(Kind::Price, "/status", &["active", "archived"]);
    has(Kind::Business, "/status", &["active"]);
    has(Kind::Subscription, "/status", &["active", "paused", "canceled"]);
    let custom = account.all(Kind::Transaction).any(|(_, transaction)| {
        let price = &transaction["items"][0]["price"];
        price["type"] == "custom" && account.get(Kind::Price, price["id"].as_str().unwrap()).is_none()
    });
    assert!(custom, "a price of no list");
    let paid_trial = account
        .all(Kind::Transaction)
        .any(|(_, transaction)| transaction["items"][0]["price"]["trial_period"]["unit_price"].is_object());
    assert!(paid_trial);
}
