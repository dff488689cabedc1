use model::{Counterparts, UnixSeconds};
use serde_json::{Value, json};
use store::{Batch, ConnectionFiles};

use super::*;
use crate::testing::{Folder, Merchant, NOW, Provider, SOURCE, kind};

fn object(kind: ObjectKind, body: &Value) -> RawObject {
    let customer = body["customer"].as_str().map(ToOwned::to_owned);
    RawObject {
        kind,
        id: body["id"].as_str().unwrap().to_owned(),
        created_at: body["created"].as_i64().map(UnixSeconds),
        counterparts: Counterparts { customer, ..Counterparts::default() },
        is_deleted: body["deleted"] == json!(true),
        body: body.to_string().into(),
    }
}

fn objects_of(merchant: &Merchant, kind: ObjectKind) -> Vec<RawObject> {
    merchant.objects[&kind].values().map(|body| object(kind, body)).collect()
}

/// Two customers with two invoices each, of which one names a price that nothing describes.
fn merchant() -> Merchant {
    let mut merchant = Merchant::monthly(2, 2);
    let line = &mut merchant.get_mut(kind::INVOICE, "in_1_01")["lines"]["data"][0];
    line["pricing"]["price_details"]["price"] = json!("price_gone");
    merchant
}

fn these(ids: &[&str]) -> Suspects {
    Suspects::These(ids.iter().map(|id| (kind::INVOICE, (*id).to_owned())).collect())
}

fn empty() -> (tempfile::TempDir, Objects) {
    let dir = tempfile::tempdir().unwrap();
    let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    (dir, objects)
}

#[test]
fn an_invoice_is_suspect_if_its_price_did_not_come_before_it() {
    let (merchant, (_dir, stored)) = (merchant(), empty());
    let (invoices, prices) = (objects_of(&merchant, kind::INVOICE), objects_of(&merchant, kind::PRICE));
    let later = Namings::begin(SOURCE, &stored).unwrap();
    later.note(SOURCE, &prices);
    later.note(SOURCE, &invoices);
    assert_eq!(later.suspects(), these(&["in_1_01"]));
    let together = Namings::begin(SOURCE, &stored).unwrap();
    together.note(SOURCE, &[invoices.clone(), prices.clone()].concat());
    assert_eq!(together.suspects(), these(&["in_1_01"]));
    let before = Namings::begin(SOURCE, &stored).unwrap();
    before.note(SOURCE, &invoices);
    before.note(SOURCE, &prices);
    assert_eq!(before.suspects(), these(&["in_0_00", "in_0_01", "in_1_00", "in_1_01"]));
}

#[test]
fn everything_is_suspect_without_a_load_after_a_restart_and_once_a_price_turns_out_to_be_gone() {
    let (merchant, (_dir, stored)) = (merchant(), empty());
    assert_eq!(Namings::default().suspects(), Suspects::All);

    let namings = Namings::begin(SOURCE, &stored).unwrap();
    namings.note(SOURCE, &objects_of(&merchant, kind::PRICE));
    assert_eq!(namings.suspects(), these(&[]));
    namings.note(SOURCE, &[object(kind::PRICE, &json!({ "id": "price_1", "deleted": true }))]);
    assert_eq!(namings.suspects(), Suspects::All);

    let invoices = Batch { objects: objects_of(&merchant, kind::INVOICE), ..Batch::default() };
    stored.commit_blocking(invoices).unwrap();
    assert_eq!(Namings::begin(SOURCE, &stored).unwrap().suspects(), Suspects::All);
}

#[test]
fn more_suspects_than_are_worth_keeping_are_not_kept() {
    let mut noted = Noted { suspects: these(&[]), ..Noted::default() };
    let Suspects::These(suspects) = &mut noted.suspects else { unreachable!() };
    suspects.extend((0..SUSPECTS_MAX).map(|n| (kind::INVOICE_ITEM, n.to_string())));
    noted.note(SOURCE, &objects_of(&merchant(), kind::INVOICE));
    assert_eq!(noted.suspects, Suspects::All);
}

#[tokio::test]
async fn what_a_load_writes_is_noted_on_the_way() {
    let provider = Provider::start(merchant()).await;
    let (_dir, stored) = empty();
    let (mut context, _heard) = crate::testing::context(&provider, stored.clone());
    context.namings = std::sync::Arc::new(Namings::begin(SOURCE, &stored).unwrap());
    crate::backfill::run(&context).await.unwrap();
    let Suspects::These(suspects) = context.namings.suspects() else {
        unreachable!("the load was looked at")
    };
    assert!(suspects.contains(&(kind::INVOICE, "in_1_01".to_owned())), "{suspects:?}");
}

#[tokio::test]
async fn a_load_fetches_prices_that_are_in_no_list_and_reports_those_that_are_gone() {
    let mut merchant = merchant();
    // As inline prices are.
    let hidden = merchant.objects[&kind::PRICE]["price_1"].clone();
    merchant.add(kind::PRICE, "price_hidden", NOW, hidden);
    let line = &mut merchant.get_mut(kind::INVOICE, "in_0_01")["lines"]["data"][0];
    line["pricing"]["price_details"]["price"] = json!("price_hidden");
    let provider = Provider::start(merchant).await;
    provider.manners(|manners| manners.unlisted = ["price_hidden".to_owned()].into());
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    assert!(folder.objects().get(kind::PRICE, "price_hidden").unwrap().is_some());
    let problems = folder.objects().meta(crate::problems::PROBLEMS).unwrap().unwrap();
    let problems: Value = serde_json::from_str(&problems).unwrap();
    let unknown = problems.as_array().unwrap().iter().find(|one| one["code"] == "unknown_price").unwrap();
    assert_eq!(unknown["count"], json!(1));
    assert_eq!(unknown["examples"][0]["id"], json!("in_1_01"));
}
