//! Customers whose cards expire.

use metrics::fx::Rates;
use metrics::query::{self, ExpiringCards, ExpiringCardsQuery, Filter, QueryError, Reporting};
use model::billing::{Card, CardExpiry, PaymentMeans};

use super::world::{World, at, currency, day, steady_dollar};

fn card(last4: &str, year: i64, month: i64) -> PaymentMeans {
    let expiry = CardExpiry::new(year, month).unwrap();
    PaymentMeans::Card(Card { brand: Some("visa".to_owned()), last4: Some(last4.to_owned()), expiry })
}

/// Today is 2024-06-10.
fn world() -> World {
    let mut world = World::default()
        .with("june", "usd", &[("2024-01-10", 1_000)])
        .with("july", "eur", &[("2024-01-10", 3_000)])
        .with("september", "usd", &[("2024-01-10", 9_000)])
        .with("expired", "usd", &[("2024-01-10", 500)])
        .with("left", "usd", &[("2024-01-10", 700), ("2024-05-10", 0)])
        .with("bank", "usd", &[("2024-01-10", 4_000)])
        .with("unknown", "usd", &[("2024-01-10", 600)]);
    for (id, means) in [
        ("june", card("4242", 2024, 6)),
        ("july", card("1881", 2024, 7)),
        ("september", card("0005", 2024, 9)),
        ("expired", card("0069", 2024, 5)),
        ("left", card("0119", 2024, 6)),
        ("bank", PaymentMeans::NoCard),
    ] {
        world.customer(id).means.insert(format!("sub_{id}"), means);
    }
    world
}

fn asked(within_days: u32) -> ExpiringCardsQuery {
    ExpiringCardsQuery {
        within_days,
        filter: Filter::default(),
        currency: Reporting::In(currency("eur")),
        now: at("2024-06-10"),
        cursor: None,
        limit: 50,
    }
}

fn ask(asked: &ExpiringCardsQuery) -> ExpiringCards {
    query::expiring_cards(&world().ledger("UTC"), &steady_dollar(), asked).unwrap()
}

fn ids(page: &ExpiringCards) -> Vec<&str> {
    page.data.iter().map(|one| one.customer_id.as_str()).collect()
}

#[test]
fn cards_are_good_until_the_end_of_their_month_and_the_most_mrr_comes_first() {
    let page = ask(&asked(60));
    assert_eq!(ids(&page), ["july", "june", "expired"]);
    assert_eq!(ids(&ask(&asked(19))), ["expired"]);
    assert_eq!(ids(&ask(&asked(20))), ["june", "expired"]);
    let june = &page.data[1];
    assert_eq!(
        (june.expires_on, june.is_expired, june.last4.as_deref()),
        (day("2024-06-30"), false, Some("4242"))
    );
    assert!(page.data[2].is_expired);
    let amounts: Vec<_> = page.data.iter().map(|one| one.mrr_converted_minor).collect();
    assert_eq!(amounts, [Some(3_000), Some(800), Some(400)]);
    assert_eq!((page.total, page.mrr_converted_minor), (3, Some(4_200)));
}

#[test]
fn what_is_not_known_is_told_and_a_bank_account_does_not_expire() {
    let page = ask(&asked(10_000));
    assert_eq!(ids(&page), ["september", "july", "june", "expired"]);
    assert_eq!(page.unknown_customers, 1);
    assert_eq!(page.unknown_mrr.iter().map(|money| money.amount_minor).sum::<i64>(), 600);
}

#[test]
fn pages_follow_one_another() {
    let mut asked = ExpiringCardsQuery { limit: 1, ..asked(60) };
    let mut seen = Vec::new();
    loop {
        let page = ask(&asked);
        assert_eq!((page.total, page.mrr_converted_minor), (3, Some(4_200)), "on every page");
        seen.extend(page.data.iter().map(|one| one.customer_id.clone()));
        asked.cursor = page.next_cursor;
        if asked.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["july", "june", "expired"]);
    let bad = ExpiringCardsQuery { cursor: Some("1,2".to_owned()), ..asked };
    let error = query::expiring_cards(&world().ledger("UTC"), &Rates::embedded(), &bad).unwrap_err();
    assert!(matches!(error, QueryError::BadCursor(_)));
}

#[test]
fn two_cards_of_a_customer_are_two_rows_with_what_is_paid_with_each() {
    let mut world = World::default()
        .with_price("a", "sub_1", "price_usd_0", &[("2024-01-10", 1_000)])
        .with_price("a", "sub_2", "price_usd_0", &[("2024-01-10", 2_000)])
        .with_price("a", "sub_3", "price_usd_2", &[("2024-01-10", 4_000)]);
    let means = [
        ("sub_1", card("4242", 2024, 6)),
        ("sub_2", card("0005", 2024, 7)),
        ("sub_3", card("4242", 2024, 6)),
    ];
    world.customer("a").means.extend(means.map(|(id, means)| (id.to_owned(), means)));
    let asked = ExpiringCardsQuery { currency: Reporting::Native, ..asked(60) };
    let page = query::expiring_cards(&world.ledger("UTC"), &Rates::default(), &asked).unwrap();
    let rows: Vec<_> = page.data.iter().map(|one| (one.last4.as_deref(), one.mrr[0].amount_minor)).collect();
    assert_eq!(rows, [(Some("4242"), 5_000), (Some("0005"), 2_000)]);
    assert_eq!(page.mrr_converted_minor, None);
}

#[test]
fn an_erased_customers_card_goes_with_its_name() {
    let nameless = world().ledger("UTC").without_names(|id| id == "july", None);
    let page = query::expiring_cards(&nameless, &steady_dollar(), &asked(60)).unwrap();
    assert_eq!(ids(&page), ["june", "expired"]);
    assert_eq!(page.unknown_customers, 2);
}
