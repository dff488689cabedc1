//! What customers pay with is known as far as the key may read it, and is kept up to date.

use model::billing::PaymentMeans;
use serde_json::Value;

use super::*;

fn card(id: &str, year: i64) -> Value {
    json!({
        "id": id, "object": "payment_method", "type": "card",
        "card": { "brand": "visa", "last4": "4242", "exp_month": 5, "exp_year": year },
    })
}

/// One customer pays with a default card, and another's subscription with a card of its own.
async fn provider(shows_methods: bool) -> Provider {
    let mut merchant = Merchant::monthly(2, 1);
    merchant.get_mut(kind::CUSTOMER, "cus_0")["invoice_settings"] =
        json!({ "default_payment_method": card("pm_0", 2031) });
    merchant.get_mut(kind::SUBSCRIPTION, "sub_1")["default_payment_method"] = card("pm_1", 2032);
    let provider = Provider::start(merchant).await;
    provider.manners(|manners| manners.shows_methods = Some(shows_methods));
    provider
}

/// The years in which the cards of both expire, as far as they are known.
fn known(folder: &Folder) -> [Option<i64>; 2] {
    let read = |customer: &str| {
        crate::history::read_customer(SOURCE, &folder.objects(), &CustomerId::from(customer)).unwrap().history
    };
    let of_customer = read("cus_0").customer.unwrap().payment_method;
    let own = read("cus_1").subscriptions[0].payment_method.clone();
    [of_customer, own].map(|method| match method.unwrap().means {
        PaymentMeans::Card(card) => Some(i64::from(card.expiry.number() / 12)),
        _ => None,
    })
}

fn later(seconds: i64) -> Clock {
    Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + seconds)))
}

#[tokio::test]
async fn a_card_that_was_never_charged_is_known() {
    let folder = Folder::connected_to(&provider(true).await);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(known(&folder).map(|year| year.is_some()), [true; 2]);
}

/// As for a folder of an earlier version, which did not ask for them.
#[tokio::test]
async fn without_the_permission_all_else_is_read_and_with_it_the_cards_are_once() {
    let provider = provider(false).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    assert_eq!((known(&folder), folder.now().absent), ([None; 2], vec![]));
    let lists = ["/v1/customers?", "/v1/subscriptions?", "/v1/invoices?"];
    let asked = || lists.map(|list| provider.times_asked(list));
    let before = asked();
    folder.sync(&runner).await.unwrap();
    assert_eq!((known(&folder), asked()), ([None; 2], before), "nothing is read in vain");

    provider.manners(|manners| manners.shows_methods = Some(true));
    folder.sync(&runner).await.unwrap();
    assert_eq!(known(&folder).map(|year| year.is_some()), [true; 2]);
    let [customers, subscriptions, invoices] = asked();
    assert!(customers > before[0] && subscriptions > before[1] && invoices == before[2], "{:?}", asked());
    folder.sync(&runner).await.unwrap();
    assert_eq!(asked(), [customers, subscriptions, invoices], "once");
    let anew = Folder::connected_to(&provider);
    anew.sync(&anew.runner()).await.unwrap();
    assert_eq!(folder.steps(), anew.steps());
}

#[tokio::test]
async fn a_card_that_is_replaced_is_known_where_it_is_named() {
    let provider = provider(true).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let before = known(&folder);
    let at = folder.now().data_through.unwrap().0 + 5;
    provider.merchant(|merchant| {
        merchant.get_mut(kind::CUSTOMER, "cus_0")["invoice_settings"]["default_payment_method"] =
            card("pm_0", 2036);
        merchant.get_mut(kind::SUBSCRIPTION, "sub_1")["default_payment_method"] = card("pm_1", 2037);
        for customer in [0, 1] {
            let method = json!({
                "id": format!("pm_{customer}"), "object": "payment_method", "customer": format!("cus_{customer}"),
            });
            let event = json!({ "type": "payment_method.automatically_updated", "data": { "object": method } });
            merchant.add(kind::EVENT, &format!("evt_method_{customer}"), at, event);
        }
    });
    folder.sync(&folder.runner_at(later(100))).await.unwrap();
    assert_eq!(known(&folder), before.map(|year| Some(year.unwrap() + 5)));
}
