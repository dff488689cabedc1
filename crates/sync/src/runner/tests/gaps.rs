//! What a list left out, a permission kept back or a clock hid for a while is there in the end, and nothing that is not.

use crate::testing::SOURCE;
use crate::testing::kind;
use std::collections::BTreeMap;

use super::*;
use crate::context::Context;
use crate::update::{self, Thoroughness};

fn later(seconds: i64) -> Clock {
    Clock::Manual(model::ManualClock::at(UnixSeconds(NOW + seconds)))
}

async fn loaded(provider: &Provider) -> Folder {
    let folder = Folder::connected_to(provider);
    folder.sync(&folder.runner()).await.unwrap();
    folder
}

/// What a folder has that is loaded now.
async fn anew(provider: &Provider) -> String {
    loaded(provider).await.steps()
}

/// An instant just after the last look, by the provider's clock.
fn after(folder: &Folder) -> i64 {
    folder.now().data_through.unwrap().0 + 5
}

fn count(folder: &Folder, kind: ObjectKind) -> u64 {
    let kinds: BTreeMap<_, _> =
        folder.objects().kinds().unwrap().into_iter().map(|facts| (facts.kind, facts.count)).collect();
    kinds.get(&kind).copied().unwrap_or(0)
}

async fn with_a_long_invoice() -> Provider {
    let mut merchant = Merchant::monthly(2, 2);
    merchant.bill(0, 1, NOW - 100, 12);
    let provider = Provider::start(merchant).await;
    provider.manners(|manners| manners.embedded_lines = 10);
    provider
}

fn shorten(merchant: &mut Merchant, lines: usize, at: i64) {
    let data = merchant.get_mut(kind::INVOICE, "in_0_01")["lines"]["data"].as_array_mut().unwrap();
    data.truncate(lines);
    merchant.note("invoice.updated", kind::INVOICE, "in_0_01", at);
}

#[tokio::test]
async fn an_invoice_that_is_listed_again_keeps_its_lines_until_the_rest_is_read() {
    let provider = with_a_long_invoice().await;
    let folder = loaded(&provider).await;
    let before = folder.steps();
    provider.manners(|manners| {
        manners.refused = [(kind::EVENT, 403), (kind::INVOICE_LINE, 403)].into();
    });
    // Half way through listing everything: the invoice is here, the rest of its lines is not.
    folder.sync(&folder.runner_at(later(90_000))).await.unwrap_err();
    assert_eq!(folder.steps(), before);
    provider.manners(|manners| manners.refused.clear());
    folder.sync(&folder.runner_at(later(90_060))).await.unwrap();
    assert_eq!(folder.steps(), before);
}

#[tokio::test]
async fn lines_that_an_invoice_lost_are_gone_at_once() {
    for lines in [11, 10, 8] {
        let provider = with_a_long_invoice().await;
        let folder = loaded(&provider).await;
        provider.merchant(|merchant| shorten(merchant, lines, after(&folder)));
        let runner = folder.runner_at(later(20));
        folder.sync(&runner).await.unwrap();
        assert_eq!(folder.steps(), anew(&provider).await, "{lines} lines");
        assert_eq!(bytes(&*folder.ledger(&runner).await), bytes(&rebuilt(&folder)), "{lines} lines");
    }
}

#[tokio::test]
async fn an_audit_reads_a_long_invoice_to_its_end() {
    let provider = with_a_long_invoice().await;
    let folder = loaded(&provider).await;
    provider.merchant(|merchant| merchant.get_mut(kind::INVOICE, "in_0_01")["amount_due"] = 5.into());
    folder.sync(&folder.runner_at(later(90_000))).await.unwrap();
    let missed = crate::audit::Audit::last(&folder.objects()).unwrap().unwrap().missed;
    assert_eq!(missed.len(), 1);
    assert_eq!(folder.steps(), anew(&provider).await);
}

#[tokio::test]
async fn an_audit_passes_over_what_cannot_be_read_singly() {
    let provider = Provider::start(Merchant::monthly(2, 2)).await;
    let folder = loaded(&provider).await;
    provider.manners(|manners| {
        manners.refused_objects = [(kind::SUBSCRIPTION, 400), (kind::INVOICE, 403)].into();
    });
    folder.sync(&folder.runner_at(later(90_000))).await.unwrap();
    assert_eq!(folder.now().state, ConnectionState::Live);
}

#[tokio::test]
async fn a_list_is_read_once_the_key_may_read_it() {
    let provider = Provider::start(Merchant::monthly(3, 4)).await;
    provider.manners(|manners| manners.refused = [(kind::CHARGE, 403)].into());
    let folder = loaded(&provider).await;
    assert_eq!(count(&folder, kind::CHARGE), 0);
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.now().absent, [(kind::CHARGE, AbsentReason::Forbidden)], "still");
    provider.manners(|manners| manners.refused.clear());
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!((count(&folder, kind::CHARGE), folder.now().absent), (12, vec![]));
    assert_eq!(folder.steps(), anew(&provider).await);
    let asked = provider.times_asked("/v1/charges");
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(provider.times_asked("/v1/charges"), asked, "once");
}

#[tokio::test]
async fn what_happened_while_a_permission_was_withdrawn_is_read_when_it_is_back() {
    let provider = Provider::start(Merchant::monthly(3, 4)).await;
    let folder = loaded(&provider).await;
    provider.manners(|manners| {
        manners.refused = [(kind::CHARGE, 403)].into();
        manners.refused_objects = [(kind::CHARGE, 403)].into();
    });
    provider.merchant(|merchant| {
        merchant.bill(0, 9, NOW + 5, 1);
        merchant.note("charge.succeeded", kind::CHARGE, "ch_0_09", after(&folder));
    });
    folder.sync(&folder.runner_at(later(100))).await.unwrap();
    folder.sync(&folder.runner_at(later(160))).await.unwrap();
    assert_eq!(folder.now().absent, [(kind::CHARGE, AbsentReason::Forbidden)], "it is told");
    provider.manners(|manners| (manners.refused, manners.refused_objects) = Default::default());
    folder.sync(&folder.runner_at(later(7_200))).await.unwrap();
    assert_eq!((count(&folder, kind::CHARGE), folder.now().absent), (13, vec![]));
}

#[tokio::test]
async fn events_that_may_be_read_from_now_on_tell_of_all_since_the_load() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    provider.manners(|manners| manners.refused = [(kind::EVENT, 403)].into());
    let folder = loaded(&provider).await;
    let since = after(&folder);
    provider.merchant(|merchant| merchant.cancel(1, since));
    let catalog = folder.data.catalog().unwrap();
    // Looked at an hour later, without finding out.
    catalog
        .update_connection(&folder.record.workspace, &folder.record.id, |record| {
            record.data_through = Some(UnixSeconds(since + 3_600));
        })
        .unwrap();
    provider.manners(|manners| manners.refused.clear());
    folder.sync(&folder.runner()).await.unwrap();
    assert_eq!(folder.ledger(&folder.runner()).await.row_count(), 3 + 1, "it churned");
}

#[tokio::test]
async fn a_price_that_is_deleted_stays_what_was_paid() {
    let provider = Provider::start(Merchant::monthly(2, 3)).await;
    let folder = loaded(&provider).await;
    let before = folder.steps();
    provider.merchant(|merchant| {
        merchant.remove(kind::PRICE, "price_1");
        merchant.note("price.deleted", kind::PRICE, "price_1", after(&folder));
    });
    let runner = folder.runner_at(later(10));
    folder.sync(&runner).await.unwrap();
    assert_eq!(folder.steps(), before);
    assert_eq!(bytes(&*folder.ledger(&runner).await), bytes(&rebuilt(&folder)));
    folder.sync(&folder.runner_at(later(60))).await.unwrap();
    assert_eq!(folder.steps(), before, "told of twice");
}

#[tokio::test]
async fn a_customer_who_is_deleted_keeps_a_country_and_loses_a_name() {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    provider.merchant(|merchant| {
        merchant.get_mut(kind::CUSTOMER, "cus_1")["address"] =
            serde_json::json!({ "country": "DE", "city": "Secretstadt" });
    });
    let folder = loaded(&provider).await;
    provider.merchant(|merchant| {
        merchant.remove(kind::CUSTOMER, "cus_1");
        merchant.note("customer.deleted", kind::CUSTOMER, "cus_1", after(&folder));
    });
    folder.sync(&folder.runner_at(later(10))).await.unwrap();
    let reading =
        crate::history::read_customer(SOURCE, &folder.objects(), &CustomerId::from("cus_1")).unwrap();
    let customer = reading.history.customer.unwrap();
    assert_eq!((customer.country.as_deref(), customer.name, customer.is_deleted), (Some("DE"), None, true));
    let stored = folder.objects().get(kind::CUSTOMER, "cus_1").unwrap().unwrap();
    assert!(!stored.object.body.contains("Secretstadt") && !stored.object.body.contains("Customer 1"));
}

#[tokio::test]
async fn a_price_comes_along_with_the_first_invoice_that_names_it() {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    let folder = loaded(&provider).await;
    provider.merchant(|merchant| {
        let mut price = merchant.get_mut(kind::PRICE, "price_1").clone();
        price["unit_amount"] = 700.into();
        merchant.add(kind::PRICE, "price_new", NOW + 1, price);
        merchant.sign_up(7, NOW + 5);
        merchant.bill(7, 0, NOW + 5, 1);
        let line = &mut merchant.get_mut(kind::INVOICE, "in_7_00")["lines"]["data"][0];
        line["pricing"]["price_details"]["price"] = "price_new".into();
        for (kind, id) in [(kind::CUSTOMER, "cus_7"), (kind::INVOICE, "in_7_00")] {
            merchant.note("something.happened", kind, id, after(&folder));
        }
    });
    let runner = folder.runner_at(later(10));
    folder.sync(&runner).await.unwrap();
    assert!(folder.objects().get(kind::PRICE, "price_new").unwrap().is_some());
    assert_eq!(bytes(&*folder.ledger(&runner).await), bytes(&rebuilt(&folder)));
}

#[tokio::test]
async fn a_clock_that_was_ahead_hides_nothing() {
    let provider = Provider::start(Merchant::monthly(3, 2)).await;
    let folder = Folder::connected_to(&provider);
    folder.sync(&folder.runner_at(later(86_400))).await.unwrap();
    // Looked at once more, so that no audit finds it today.
    folder.sync(&folder.runner_at(later(0))).await.unwrap();
    provider.merchant(|merchant| merchant.cancel(1, after(&folder)));
    let runner = folder.runner_at(later(10));
    folder.sync(&runner).await.unwrap();
    assert_eq!(folder.ledger(&runner).await.row_count(), 3 + 1, "it churned");
}

/// What is left of a load: work on its objects, and when it began.
async fn at_work(provider: &Provider) -> (tempfile::TempDir, Context, UnixSeconds) {
    let dir = tempfile::tempdir().unwrap();
    let objects = store::ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    let (context, _) = crate::testing::context(provider, objects);
    let began = crate::backfill::run(&context).await.unwrap().began.unwrap();
    (dir, context, began)
}

fn is_canceled(context: &Context, id: &str) -> bool {
    context.objects.get(kind::SUBSCRIPTION, id).unwrap().unwrap().object.body.contains("canceled_at")
}

#[tokio::test]
async fn an_object_that_is_never_answered_for_holds_up_no_other() {
    let provider = Provider::start(Merchant::monthly(3, 1)).await;
    let (_dir, context, began) = at_work(&provider).await;
    provider.merchant(|merchant| (0..3).for_each(|customer| merchant.cancel(customer, began.0 + 5)));
    provider.manners(|manners| manners.stuck = ["sub_0".to_owned()].into());
    update::run(&context, began, Thoroughness::JustLoaded, Vec::new()).await.unwrap();
    assert_eq!((is_canceled(&context, "sub_0"), is_canceled(&context, "sub_1")), (false, true));
    let waiting = context.inbox.due(UnixSeconds(NOW), 10).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].event.object_id.as_deref(), Some("sub_0"));
    // Tried again and again, then left to a person.
    assert_eq!(update::deliveries::run(&context).await.unwrap(), None, "no webhook told of it");
    assert_eq!(context.inbox.due(UnixSeconds(NOW), 10).unwrap(), [], "not at once");
    let again = context.inbox.due(UnixSeconds(NOW + 3_600), 10).unwrap();
    assert_eq!(again[0].attempts, 1);
    provider.manners(|manners| manners.stuck.clear());
    context.inbox.failed(&[again[0].number], "", store::NextAttempt::At(UnixSeconds(NOW))).unwrap();
    update::deliveries::run(&context).await.unwrap();
    assert!(is_canceled(&context, "sub_0"));
    assert_eq!(context.inbox.facts().unwrap().waiting, 0);
}

#[tokio::test]
async fn a_provider_that_answers_for_nothing_is_waited_for() {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    let (_dir, context, began) = at_work(&provider).await;
    provider.merchant(|merchant| merchant.cancel(0, began.0 + 5));
    provider.manners(|manners| manners.stuck = ["sub_0".to_owned(), "account".to_owned()].into());
    let error = update::run(&context, began, Thoroughness::JustLoaded, Vec::new()).await.unwrap_err();
    assert!(matches!(error, SyncError::GaveUp { .. }), "{error}");
    assert_eq!(context.inbox.facts().unwrap().waiting, 0, "nothing is wrong with the object");
}

#[tokio::test]
async fn a_cursor_that_is_deleted_hides_nothing_of_what_is_new() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let (_dir, context, began) = at_work(&provider).await;
    provider.merchant(|merchant| {
        for customer in 10..40 {
            merchant.sign_up(customer, began.0 + 5);
            let id = format!("cus_{customer}");
            merchant.note("customer.created", kind::CUSTOMER, &id, began.0 + 5);
        }
    });
    provider.manners(|manners| {
        (manners.page, manners.lost_cursors) = (7, 1);
        manners.refused = [(kind::EVENT, 403)].into();
    });
    update::run(&context, began, Thoroughness::JustLoaded, Vec::new()).await.unwrap();
    for kind in [kind::CUSTOMER, kind::SUBSCRIPTION] {
        assert_eq!(context.objects.scan(kind, None, 100).unwrap().len(), 31, "{kind}");
    }
}
