use super::*;
use crate::kind;

fn event(number: usize) -> NewDelivery {
    NewDelivery {
        event_id: format!("evt_{number}"),
        event_type: "invoice.paid".to_owned(),
        kind: Some(kind::INVOICE),
        object_id: Some(format!("in_{number}")),
        created_at: UnixSeconds(100),
        received_at_ms: 100_000,
    }
}

#[tokio::test]
async fn a_delivery_outlives_whoever_took_it_and_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Inbox::look(dir.path()).unwrap(), InboxFacts::default());
    let inbox = Inbox::open(dir.path()).unwrap();
    assert!(inbox.put(event(1)).await.unwrap());
    assert!(!inbox.put(event(1)).await.unwrap(), "delivered twice");
    assert!(inbox.put(NewDelivery { kind: None, object_id: None, ..event(2) }).await.unwrap());
    drop(inbox);
    let inbox = Inbox::open(dir.path()).unwrap();
    let due = inbox.due(UnixSeconds(0), 10).unwrap();
    assert_eq!(due.iter().map(|one| &one.event.event_id).collect::<Vec<_>>(), ["evt_1", "evt_2"]);
    assert_eq!(due[0].event, event(1));
    inbox.done(&[due[0].number]).unwrap();
    assert_eq!(Inbox::look(dir.path()).unwrap().waiting, 1);
}

#[tokio::test]
async fn what_failed_waits_and_at_last_waits_for_a_person() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(dir.path()).unwrap();
    inbox.put(event(1)).await.unwrap();
    let number = inbox.due(UnixSeconds(0), 1).unwrap()[0].number;
    inbox.failed(&[number], "the provider is away", NextAttempt::At(UnixSeconds(60))).unwrap();
    assert_eq!(inbox.due(UnixSeconds(59), 1).unwrap(), []);
    inbox.hasten().unwrap();
    assert_eq!(inbox.due(UnixSeconds(0), 1).unwrap().len(), 1, "somebody asked");
    let again = inbox.due(UnixSeconds(60), 1).unwrap();
    assert_eq!((again[0].attempts, again[0].last_error.as_deref()), (1, Some("the provider is away")));
    inbox.failed(&[number], "still away", NextAttempt::Never).unwrap();
    assert_eq!(inbox.due(UnixSeconds(i64::MAX), 1).unwrap(), []);
    assert_eq!(inbox.dead(10).unwrap()[0].last_error.as_deref(), Some("still away"));
    assert_eq!(inbox.facts().unwrap(), InboxFacts { waiting: 0, dead: 1, next_attempt_at: None });
    assert_eq!(inbox.revive().unwrap(), 1);
    assert_eq!(inbox.due(UnixSeconds(0), 1).unwrap()[0].attempts, 0);
}

#[tokio::test]
async fn one_that_is_damaged_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(dir.path()).unwrap();
    for number in 0..200 {
        inbox.put(event(number)).await.unwrap();
    }
    drop(inbox);
    let path = dir.path().join(FILE_NAME);
    let whole = std::fs::read(&path).unwrap();
    for offset in (0..whole.len()).step_by(2_048) {
        for cut in [false, true] {
            let mut damaged = whole.clone();
            if cut {
                damaged.truncate(offset + 100);
            } else {
                let end = (offset + 1_000).min(damaged.len());
                damaged[offset..end].fill(0x41);
            }
            std::fs::write(&path, damaged).unwrap();
            Inbox::look(dir.path()).unwrap();
            let inbox = Inbox::open(dir.path()).unwrap();
            inbox.put(event(1_000)).await.unwrap();
            assert!(!inbox.due(UnixSeconds(0), 1_000).unwrap().is_empty(), "from {offset} on, cut: {cut}");
        }
    }
}

#[tokio::test]
async fn a_burst_is_kept_whole() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(dir.path()).unwrap();
    let puts: Vec<_> = (0..2_000)
        .map(|number| {
            let inbox = inbox.clone();
            tokio::spawn(async move { inbox.put(event(number % 1_500)).await.unwrap() })
        })
        .collect();
    let mut new = 0;
    for put in puts {
        new += usize::from(put.await.unwrap());
    }
    assert_eq!((new, inbox.facts().unwrap().waiting), (1_500, 1_500));
}

#[test]
fn an_inbox_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Inbox::open(dir.path()).unwrap());
    let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    conn.pragma_update(None, "user_version", 7).unwrap();
    drop(conn);
    assert!(matches!(Inbox::open(dir.path()), Err(StoreError::NewerFormat { found: 7, .. })));
}

#[tokio::test]
async fn no_thread_waits_for_deliveries_before_the_first_one() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(dir.path()).unwrap();
    assert_eq!(inbox.facts().unwrap(), InboxFacts::default());
    assert!(inbox.shared.jobs().is_none());
    assert!(inbox.put(event(1)).await.unwrap());
    assert!(inbox.shared.jobs().is_some());
}
