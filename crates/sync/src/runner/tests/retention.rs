//! Personal data that ends with time.

use super::*;
use crate::testing::kind;

const DAY: i64 = 86_400;

fn name_of(folder: &Folder, customer: i64) -> Option<String> {
    let stored = folder.objects().get(kind::CUSTOMER, &format!("cus_{customer}")).unwrap().unwrap();
    let object: serde_json::Value = serde_json::from_str(&stored.object.body).unwrap();
    object["name"].as_str().map(str::to_owned)
}

fn keep_for(folder: &Folder, months: Option<u16>) {
    let change = |record: &mut ConnectionRecord| record.settings.retention_months = months;
    folder
        .data
        .catalog()
        .unwrap()
        .update_connection(&folder.record.workspace, &folder.record.id, change)
        .unwrap();
}

/// A merchant with three customers, of whom one left at that time.
async fn left(at: i64) -> (Provider, Folder) {
    let mut merchant = Merchant::monthly(3, 2);
    merchant.cancel(1, at);
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    (provider, folder)
}

#[tokio::test]
async fn who_left_long_ago_has_no_name_until_they_come_back() {
    let (provider, folder) = left(NOW - 3 * DAY).await;
    let clock = model::ManualClock::at(UnixSeconds(NOW));
    let runner = folder.runner_at(Clock::Manual(clock.clone()));
    keep_for(&folder, Some(6));
    folder.sync(&runner).await.unwrap();
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1).as_deref(), Some("Customer 1"), "not long ago");

    let nameless = folder.steps().replace("Some(\"Customer 1\")", "None");
    clock.set(UnixSeconds(NOW + 200 * DAY));
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1), None);
    assert_eq!(name_of(&folder, 2).as_deref(), Some("Customer 2"), "whose subscription goes on");
    let shown = folder.ledger(&runner).await.customer(&CustomerId::from("cus_1")).unwrap();
    assert_eq!(shown.name, None, "nor where the pages look");
    assert_eq!(folder.steps(), nameless, "no number changes");

    // A listing of everything does not bring it back.
    let long_ago = |record: &mut ConnectionRecord| record.data_through = Some(UnixSeconds(NOW - 40 * DAY));
    folder
        .data
        .catalog()
        .unwrap()
        .update_connection(&folder.record.workspace, &folder.record.id, long_ago)
        .unwrap();
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1), None);

    let since = folder.now().data_through.unwrap().0 + 5;
    provider.merchant(|merchant| {
        merchant.bill(1, 9, since, 1);
        merchant.note("invoice.created", kind::INVOICE, "in_1_09", since);
    });
    folder.sync(&runner).await.unwrap();
    clock.set(UnixSeconds(since + DAY));
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1).as_deref(), Some("Customer 1"), "welcome back");
}

#[tokio::test]
async fn kept_for_good_again_the_names_come_back() {
    let (_provider, folder) = left(NOW - 300 * DAY).await;
    let clock = model::ManualClock::at(UnixSeconds(NOW + 300 * DAY));
    let runner = folder.runner_at(Clock::Manual(clock));
    keep_for(&folder, Some(1));
    folder.sync(&runner).await.unwrap();
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1), None);
    keep_for(&folder, None);
    folder.sync(&runner).await.unwrap();
    assert_eq!(name_of(&folder, 1).as_deref(), Some("Customer 1"));
}
