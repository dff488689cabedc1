//! What is lost, refused or damaged, and what must never pass for a finished load.

use super::*;
use crate::testing::kind;

async fn loaded(merchant: Merchant) -> (Provider, Folder) {
    let provider = Provider::start(merchant).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner()).await.unwrap();
    (provider, folder)
}

#[tokio::test]
async fn an_invoice_whose_rest_is_refused_is_not_taken_for_whole() {
    for status in [400, 403] {
        let mut merchant = Merchant::monthly(2, 1);
        merchant.bill(0, 1, NOW - 100, 25);
        let provider = Provider::start(merchant).await;
        provider.manners(|manners| {
            manners.embedded_lines = 10;
            manners.refused = [(kind::INVOICE_LINE, status)].into();
        });
        let folder = Folder::connected_to(&provider);
        let error = folder.sync(&folder.runner()).await.unwrap_err();
        assert!(matches!(error, SyncError::Indispensable { kind: kind::INVOICE_LINE, .. }), "{error}");
        assert_eq!(folder.now().loaded_at, None);
        // It is asked for again, and only then is everything here.
        provider.manners(|manners| manners.refused.clear());
        folder.sync(&folder.runner()).await.unwrap();
        let lines = folder.objects().scan(kind::INVOICE_LINE, None, 100).unwrap();
        assert_eq!(lines.len(), 15, "those that did not come with the invoice");
    }
}

#[tokio::test]
async fn a_changed_subscription_that_may_not_be_read_is_not_passed_over() {
    let (provider, folder) = loaded(Merchant::monthly(3, 2)).await;
    let since = folder.now().data_through.unwrap();
    provider.merchant(|merchant| merchant.cancel(1, since.0 + 5));
    provider.manners(|manners| manners.refused_objects = [(kind::SUBSCRIPTION, 403)].into());
    let error = folder.sync(&folder.runner()).await.unwrap_err();
    assert!(matches!(error, SyncError::Indispensable { kind: kind::SUBSCRIPTION, .. }), "{error}");
    assert_eq!(folder.now().data_through, Some(since), "nothing new is claimed");
    provider.manners(|manners| manners.refused_objects.clear());
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.ledger(&folder.runner()).await.row_count(), 3 + 1);
}

#[tokio::test]
async fn objects_that_are_gone_are_loaded_again() {
    let (_provider, folder) = loaded(Merchant::monthly(4, 2)).await;
    let dir = folder.on_disk();
    for name in ["objects.db", "objects.db-wal", "objects.db-shm"] {
        let path = dir.join(name);
        if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.objects().scan(kind::CUSTOMER, None, 100).unwrap().len(), 4);
    assert_eq!(folder.ledger(&folder.runner()).await.row_count(), 4);
    assert!(folder.now().loaded_at.is_some());
}

#[tokio::test]
async fn a_ledger_that_is_damaged_anywhere_is_made_again() {
    let (_provider, folder) = loaded(Merchant::monthly(40, 6)).await;
    let path = folder.on_disk().join("ledger.db");
    let whole = std::fs::read(&path).unwrap();
    let expected = bytes(&*folder.ledger(&folder.runner()).await);
    let offsets = (0..whole.len()).step_by(1_024);
    for (offset, is_cut) in offsets.flat_map(|offset| [(offset, false), (offset + 100, true)]) {
        let mut damaged = whole.clone();
        if is_cut {
            damaged.truncate(offset);
        } else {
            let end = (offset + 700).min(damaged.len());
            damaged[offset..end].fill(0xff);
        }
        for name in ["ledger.db-wal", "ledger.db-shm"] {
            let beside = path.with_file_name(name);
            if beside.exists() {
                std::fs::remove_file(beside).unwrap();
            }
        }
        std::fs::write(&path, &damaged).unwrap();
        let runner = folder.runner();
        assert_eq!(
            bytes(&*folder.ledger(&runner).await),
            expected,
            "damaged from {offset} on, cut off: {is_cut}"
        );
        folder.sync(&runner).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_is_no_customer_once_everything_has_an_owner() {
    let (provider, folder) = loaded(Merchant::monthly(2, 2)).await;
    let since = folder.now().data_through.unwrap().0;
    let body = serde_json::json!({"amount": 500, "currency": "usd", "status": "succeeded", "captured": true});
    provider.merchant(|merchant| {
        merchant.add(kind::CHARGE, "ch_alone", since + 5, body.clone());
        merchant.note("charge.succeeded", kind::CHARGE, "ch_alone", since + 5);
    });
    folder.sync(&folder.runner()).await.unwrap();
    let nobody = CustomerId::from(NOBODY);
    assert!(folder.ledger(&folder.runner()).await.customer(&nobody).is_some());

    provider.merchant(|merchant| {
        merchant.get_mut(kind::CHARGE, "ch_alone")["customer"] = "cus_1".into();
        merchant.note("charge.updated", kind::CHARGE, "ch_alone", since + 6);
    });
    folder.sync(&folder.runner()).await.unwrap();
    let ledger = folder.ledger(&folder.runner()).await;
    assert!(ledger.customer(&nobody).is_none());
    assert_eq!(bytes(&ledger), bytes(&rebuilt(&folder)), "the same as made from nothing");
}

#[tokio::test]
async fn what_moves_to_another_customer_leaves_the_figures_of_the_old_one_without_a_rebuild() {
    let moved = [
        (kind::CHARGE, "ch_1_00", "charge.updated"),
        (kind::INVOICE, "in_1_00", "invoice.updated"),
        (kind::SUBSCRIPTION, "sub_1", "customer.subscription.updated"),
    ];
    for (kind, id, event) in moved {
        let (provider, folder) = loaded(Merchant::monthly(3, 2)).await;
        let runner = folder.runner();
        let before = bytes(&*folder.ledger(&runner).await);
        let since = folder.now().data_through.unwrap();
        provider.merchant(|merchant| {
            merchant.get_mut(kind, id)["customer"] = json!("cus_2");
            merchant.note(event, kind, id, since.0 + 5);
        });
        folder.sync(&runner).await.unwrap();
        let after = bytes(&*folder.ledger(&runner).await);
        assert_eq!(after, bytes(&rebuilt(&folder)), "{kind}");
        assert_ne!(after, before, "{kind}: something moved");
    }
}
