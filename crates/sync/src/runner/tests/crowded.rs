//! A server with many connections: files that nobody needs are closed, and updates take turns.

use super::*;

#[tokio::test]
async fn files_that_nobody_needs_are_closed_and_opened_again() {
    let provider = Provider::start(Merchant::monthly(3, 1)).await;
    let folder = Folder::connected_to(&provider);
    let runner = folder.runner();
    folder.sync(&runner).await.unwrap();
    let connection = runner.shared.connection(&folder.record.id);
    let files = runner.shared.config.data.connection_files(&connection.id);
    let held = connection.reading(&files).unwrap();
    connection.inbox(&files).unwrap();

    connection.close_files_when_idle(NOW - 1);
    assert!(connection.has_open_files(), "they were needed after that");
    let working = connection.working.lock().await;
    connection.close_files_when_idle(NOW);
    assert!(connection.has_open_files(), "somebody works with them");
    drop(working);
    connection.close_files_when_idle(NOW);
    assert!(!connection.has_open_files());

    assert_eq!(held.scan(kind::CUSTOMER, None, 100).unwrap().len(), 3, "whoever has a handle keeps it");
    assert_eq!(connection.inbox_facts(&files).unwrap().waiting, 0);
    assert!(!connection.has_open_files(), "a look opens nothing");
    assert_eq!(connection.reading(&files).unwrap().scan(kind::CUSTOMER, None, 100).unwrap().len(), 3);
}

#[tokio::test]
async fn regular_updates_take_turns_and_neither_requests_nor_deliveries_wait() {
    let provider = Provider::start(Merchant::monthly(1, 1)).await;
    let folder = Folder::connected_to(&provider);
    let shared = folder.runner().shared;
    let connection = shared.connection(&folder.record.id);
    let others = shared.updates.acquire_many(u32::try_from(UPDATES_AT_ONCE).unwrap()).await.unwrap();
    // Nothing has been delivered yet.
    connection.take_deliveries();
    let mut waiting = Box::pin(shared.turn_to_update(&connection));
    for _ in 0..10 {
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("all turns are taken"),
            () = tokio::task::yield_now() => {}
        }
    }
    connection.was_delivered();
    assert!(waiting.await.is_none(), "what is delivered does not wait for a turn");

    connection.take_deliveries();
    let waiting = shared.turn_to_update(&connection);
    connection.request();
    assert!(waiting.await.is_none(), "it is done at once");

    connection.take_request();
    let waiting = shared.turn_to_update(&connection);
    drop(others);
    assert!(waiting.await.is_some());
}
