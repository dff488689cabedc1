//! A list of events that is longer than what is in memory at once.

use std::time::Duration;

use model::{Clock, ManualClock, UnixSeconds};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::testing::{Merchant, Provider, context, kind};
use crate::update::{self, How, Thoroughness, Updated};

const CUSTOMERS: i64 = 30;
const EVENTS: i64 = 2_500;
/// As many as the provider puts on a page.
const PER_PAGE: usize = 100;

/// A loaded account, in which every subscription was canceled since and then much happened to customers.
async fn after_much_happened() -> (Provider, tempfile::TempDir, Context, UnixSeconds) {
    let provider = Provider::start(Merchant::monthly(CUSTOMERS, 1)).await;
    let dir = tempfile::tempdir().unwrap();
    let objects = store::ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    let (context, _) = context(&provider, objects);
    let began = crate::backfill::run(&context).await.unwrap().began.unwrap();
    provider.merchant(|merchant| {
        (0..CUSTOMERS).for_each(|customer| merchant.cancel(customer, began.0 + 5));
        for event in 0..EVENTS {
            let id = format!("cus_{}", event % CUSTOMERS);
            merchant.note("customer.updated", kind::CUSTOMER, &id, began.0 + 6);
        }
    });
    (provider, dir, context, began)
}

async fn update(context: &Context, began: UnixSeconds) -> Result<Updated, SyncError> {
    update::run(context, began, Thoroughness::JustLoaded, Vec::new()).await
}

fn canceled(context: &Context) -> usize {
    let stored = context.objects.scan(kind::SUBSCRIPTION, None, 100).unwrap();
    stored.iter().filter(|stored| stored.object.body.contains("canceled_at")).count()
}

#[tokio::test]
async fn each_object_is_fetched_once_however_far_apart_its_events_are() {
    let (provider, _dir, mut context, began) = after_much_happened().await;
    let clock = ManualClock::at(context.clock.now());
    context.clock = Clock::Manual(clock.clone());
    let passing = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            clock.advance_ms(1_000);
        }
    });
    let updated = update(&context, began).await.unwrap();
    passing.abort();
    assert_eq!((updated.how, canceled(&context)), (How::Events, CUSTOMERS as usize));
    let pages = (EVENTS + CUSTOMERS) as usize / PER_PAGE + 1;
    assert_eq!(provider.times_asked("/v1/events"), pages);
    assert_eq!(provider.times_asked("/v1/customers/cus_7"), 1);
    assert_eq!(context.meta(EVENTS_WALK).await.unwrap().as_deref(), Some(""), "none is under way");
}

#[tokio::test]
async fn a_walk_that_was_stopped_goes_on_and_then_sees_what_happened_since() {
    let (provider, _dir, mut context, began) = after_much_happened().await;
    let (before, cancel) = (provider.asked.lock().unwrap().len(), CancellationToken::new());
    // The first chunk with its objects, and some pages of the second.
    let answers = before + AT_ONCE / PER_PAGE + CUSTOMERS as usize + 5;
    provider.manners(|manners| manners.cancel_after = Some((answers, cancel.clone())));
    context.cancel = cancel;
    assert!(matches!(update(&context, began).await, Err(SyncError::Cancelled)));
    assert_eq!(canceled(&context), 0, "what happened first is at the end of the list");

    let until_then = provider.times_asked("/v1/events");
    provider.manners(|manners| manners.cancel_after = None);
    context.cancel = CancellationToken::new();
    provider.merchant(|merchant| {
        merchant.sign_up(CUSTOMERS, began.0 + 7);
        let id = format!("sub_{CUSTOMERS}");
        merchant.note("customer.subscription.created", kind::SUBSCRIPTION, &id, began.0 + 7);
    });
    update(&context, began).await.unwrap();
    assert_eq!(canceled(&context), CUSTOMERS as usize);
    assert_eq!(context.objects.scan(kind::SUBSCRIPTION, None, 100).unwrap().len(), CUSTOMERS as usize + 1);
    let resumed = provider.times_asked("/v1/events");
    let whole = (EVENTS + CUSTOMERS) as usize / PER_PAGE + 1;
    // The list again from its top, for what happened since, comes on top of what was left.
    assert!(resumed - until_then <= 2 * whole - AT_ONCE / PER_PAGE, "{resumed} {until_then}");
}

#[tokio::test]
async fn what_is_delivered_meanwhile_does_not_wait_for_the_end_of_the_list() {
    let (provider, _dir, mut context, began) = after_much_happened().await;
    let delivery = store::NewDelivery {
        event_id: "evt_delivered".to_owned(),
        event_type: "customer.subscription.deleted".to_owned(),
        kind: Some(kind::SUBSCRIPTION),
        object_id: Some("sub_3".to_owned()),
        created_at: UnixSeconds(began.0 + 5),
        received_at_ms: context.clock.now_ms(),
    };
    context.inbox.put(delivery).await.unwrap();
    let (before, cancel) = (provider.asked.lock().unwrap().len(), CancellationToken::new());
    let answers = before + AT_ONCE / PER_PAGE + CUSTOMERS as usize + 5;
    provider.manners(|manners| manners.cancel_after = Some((answers, cancel.clone())));
    context.cancel = cancel;
    assert!(matches!(update(&context, began).await, Err(SyncError::Cancelled)));
    assert_eq!((canceled(&context), context.inbox.facts().unwrap().waiting), (1, 0));
}

/// The most requests for pages of events that came one after another.
fn pages_in_a_row(asked: &[String]) -> usize {
    let is_page = |path: &String| path.starts_with("/v1/events");
    asked
        .chunk_by(|a, b| is_page(a) == is_page(b))
        .filter(|run| is_page(&run[0]))
        .map(<[_]>::len)
        .max()
        .unwrap_or(0)
}

#[tokio::test]
async fn no_more_events_and_objects_are_held_at_once_however_many_there_are() {
    const CHANGED: i64 = 2_300;
    let provider = Provider::start(Merchant::monthly(CHANGED, 0)).await;
    let dir = tempfile::tempdir().unwrap();
    let objects = store::ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
    let (context, mut heard) = context(&provider, objects);
    let began = crate::backfill::run(&context).await.unwrap().began.unwrap();
    provider.merchant(|merchant| {
        for customer in 0..CHANGED {
            let id = format!("cus_{customer}");
            merchant.get_mut(kind::CUSTOMER, &id)["name"] = serde_json::json!("Another");
            merchant.note("customer.updated", kind::CUSTOMER, &id, began.0 + 6);
        }
    });
    while heard.try_recv().is_ok() {}
    let before = provider.asked.lock().unwrap().len();
    assert_eq!(update(&context, began).await.unwrap().how, How::Events);
    let asked = provider.asked.lock().unwrap()[before..].to_vec();
    let pages = asked.iter().filter(|path| path.starts_with("/v1/events")).count();
    assert_eq!(pages, CHANGED as usize / PER_PAGE);
    assert!(pages_in_a_row(&asked) * PER_PAGE <= AT_ONCE, "events: {}", pages_in_a_row(&asked) * PER_PAGE);
    let mut commits = Vec::new();
    while let Ok(written) = heard.try_recv() {
        commits.push(written.committed.updated);
    }
    assert_eq!(commits.iter().sum::<usize>(), CHANGED as usize);
    assert!(commits.iter().all(|objects| *objects <= fetch::BATCH), "objects: {commits:?}");
}
