use model::{RawObject, UnixSeconds};
use serde_json::json;
use store::Batch;

use super::*;
use crate::testing::{Folder, Merchant, Provider, SOURCE, kind};

fn words(prices: &KnownPrices) -> Vec<String> {
    let mut words: Vec<String> = prices.book().prices().map(|price| format!("{price:?}")).collect();
    words.extend(prices.book().products().map(|product| format!("{product:?}")));
    words.sort();
    words
}

/// A price or product as it comes, under the next number.
async fn write(
    objects: &Objects,
    kind: ObjectKind,
    body: serde_json::Value,
) -> BTreeSet<(ObjectKind, String)> {
    let id = body["id"].as_str().unwrap().to_owned();
    let object = RawObject {
        kind,
        id: id.clone(),
        created_at: None,
        counterparts: Default::default(),
        is_deleted: false,
        body: body.to_string().into(),
    };
    let seen_at = UnixSeconds(crate::testing::NOW + 1);
    let batch = Batch { objects: vec![object], seen_at, ..Batch::default() };
    crate::writing::write(objects.clone(), batch).await.unwrap();
    [(kind, id)].into()
}

fn sequence(objects: &Objects) -> u64 {
    objects.meta(SEQUENCE).unwrap().unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_changed_of_the_list_gives_the_list_that_is_read_anew() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    runner.stop().await;
    let objects = folder.files().objects_to_write().unwrap();
    let mut known = KnownPrices::read(SOURCE, &objects).unwrap();

    let price = provider.merchant.lock().unwrap().get_mut(kind::PRICE, "price_1").clone();
    let mut second = price.clone();
    second["id"] = json!("price_2");
    let mut product = provider.merchant.lock().unwrap().get_mut(kind::PRODUCT, "prod_1").clone();
    product["name"] = json!("Another name");
    for (kind, body) in [(kind::PRICE, second.clone()), (kind::PRODUCT, product)] {
        let changed = write(&objects, kind, body).await;
        let values = known.renew(SOURCE, &objects, &changed, sequence(&objects)).unwrap();
        assert_eq!(values, Values::AsBefore);
        assert_eq!(words(&known), words(&KnownPrices::read(SOURCE, &objects).unwrap()));
    }
    assert!(words(&known).iter().any(|words| words.contains("Another name")));

    // LedgerMeta between two pieces of work, unless something was written that it has not heard of.
    let kept = KnownPrices::or_read(Some(known.listed()), SOURCE, &objects).unwrap();
    second["unit_amount"] = json!(2000);
    second["unit_amount_decimal"] = json!("2000");
    let changed = write(&objects, kind::PRICE, second).await;
    let mut known = KnownPrices::or_read(Some(kept), SOURCE, &objects).unwrap();
    assert_eq!(words(&known), words(&KnownPrices::read(SOURCE, &objects).unwrap()));
    let mut dearer = price;
    dearer["unit_amount"] = json!(3000);
    dearer["unit_amount_decimal"] = json!("3000");
    assert_eq!(
        known.renew(SOURCE, &objects, &changed, sequence(&objects)).unwrap(),
        Values::AsBefore,
        "read already"
    );
    let changed = write(&objects, kind::PRICE, dearer).await;
    assert_eq!(known.renew(SOURCE, &objects, &changed, sequence(&objects)).unwrap(), Values::Others);
}

#[tokio::test]
async fn what_only_came_inside_others_is_not_kept_for_the_next_work() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    let objects = folder.objects();
    let mut known = KnownPrices::read(SOURCE, &objects).unwrap();
    let before = words(&known);
    let listed = known.book().prices().next().unwrap().clone();
    known.insert_inline(vec![listed.clone(), Price { id: "price_inline".into(), ..listed }]);
    assert_eq!(words(&known).len(), before.len() + 1);
    assert_eq!(words(&known.listed()), before);
}
