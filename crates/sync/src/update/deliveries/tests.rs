use connect::{ClientConfig, Limits, Privacy};
use serde_json::json;
use store::{ConnectionFiles, NewDelivery};

use super::*;
use crate::testing::{Merchant, NOW, Provider, SOURCE, context, kind};

/// An account that was loaded, and then has one customer more.
async fn with_a_new_customer() -> (Provider, tempfile::TempDir, Context) {
    let provider = Provider::start(Merchant::monthly(2, 1)).await;
    let dir = tempfile::tempdir().unwrap();
    let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    let (context, _) = context(&provider, objects);
    crate::backfill::run(&context).await.unwrap();
    provider.merchant(|merchant| {
        let customer = json!({"name": "Ada at first", "address": {"country": "GB"}});
        merchant.add(kind::CUSTOMER, "cus_new", NOW, customer);
    });
    (provider, dir, context)
}

async fn deliver(context: &Context, number: u32, event_type: &str) {
    let delivery = NewDelivery {
        event_id: format!("evt_{number}"),
        event_type: event_type.to_owned(),
        kind: Some(kind::CUSTOMER),
        object_id: Some("cus_new".to_owned()),
        created_at: UnixSeconds(NOW),
        received_at_ms: context.clock.now_ms(),
    };
    context.inbox.put(delivery).await.unwrap();
}

fn came_along(context: &Context) {
    let object = json!({
        "id": "cus_new", "object": "customer", "created": NOW, "name": "Ada at first", "address": {"country": "GB"},
    });
    let event = json!({
        "id": "evt_1", "object": "event", "created": NOW, "type": "customer.created",
        "api_version": SOURCE.webhook_terms().api_version, "data": {"object": object},
    });
    context.created.put(SOURCE.created_object(event.to_string().as_bytes()).unwrap());
}

fn stored(context: &Context) -> String {
    context.objects.get(kind::CUSTOMER, "cus_new").unwrap().unwrap().object.body.to_string()
}

const REQUEST: &str = "/v1/customers/cus_new";

#[tokio::test]
async fn an_object_that_was_created_is_taken_as_it_came_and_then_as_it_is_requested() {
    let (provider, _dir, context) = with_a_new_customer().await;
    came_along(&context);
    deliver(&context, 1, "customer.created").await;
    run(&context).await.unwrap();
    assert!(stored(&context).contains("Ada at first"));
    assert_eq!((provider.times_asked(REQUEST), context.inbox.facts().unwrap().waiting), (0, 0));

    provider.merchant(|merchant| merchant.get_mut(kind::CUSTOMER, "cus_new")["name"] = json!("Ada later"));
    // Delivered a second time, it is known, and what is known may have changed.
    came_along(&context);
    deliver(&context, 2, "customer.created").await;
    run(&context).await.unwrap();
    assert!(stored(&context).contains("Ada later"));
    assert_eq!(provider.times_asked(REQUEST), 1);
}

#[tokio::test]
async fn one_that_changed_since_is_fetched() {
    let (provider, _dir, context) = with_a_new_customer().await;
    provider.merchant(|merchant| merchant.get_mut(kind::CUSTOMER, "cus_new")["name"] = json!("Ada later"));
    came_along(&context);
    deliver(&context, 1, "customer.updated").await;
    deliver(&context, 2, "customer.created").await;
    run(&context).await.unwrap();
    assert!(stored(&context).contains("Ada later"));
    assert_eq!(provider.times_asked(REQUEST), 1);
}

#[tokio::test]
async fn what_came_along_is_kept_as_privately_as_what_is_requested() {
    let (provider, _dir, mut context) = with_a_new_customer().await;
    let config = context.client.config().clone();
    context.client =
        connect::Client::new(ClientConfig { privacy: Privacy::Pseudonymous, limits: Limits::None, ..config })
            .unwrap();
    came_along(&context);
    deliver(&context, 1, "customer.created").await;
    run(&context).await.unwrap();
    assert!(!stored(&context).contains("Ada"), "{}", stored(&context));
    assert_eq!(provider.times_asked(REQUEST), 0);
}
