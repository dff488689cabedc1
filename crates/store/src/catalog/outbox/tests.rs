use super::*;
use crate::DataDir;

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

struct Outbox {
    dir: tempfile::TempDir,
    catalog: Catalog,
    keyring: Keyring,
}

fn outbox() -> Outbox {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let keyring = data.keyring(&catalog).unwrap();
    Outbox { dir, catalog, keyring }
}

fn message(text: &str) -> NewOutboxMessage {
    NewOutboxMessage {
        channel: Channel::Mail,
        workspace: None,
        kind: "password_reset",
        recipient: "ada@example.com".into(),
        contents: Secret::new(text),
        expires_at: None,
        most_of_its_kind: None,
    }
}

fn later(seconds: i64) -> UnixSeconds {
    UnixSeconds(NOW.0 + seconds)
}

#[test]
fn a_message_waits_until_it_is_deleted() {
    let Outbox { dir, catalog, keyring } = outbox();
    let first = catalog.add_to_outbox(&keyring, &message("first"), NOW).unwrap();
    let second = catalog.add_to_outbox(&keyring, &message("second"), NOW).unwrap();
    drop(catalog);
    let catalog = DataDir::open(&dir.path().join("data")).unwrap().catalog().unwrap();
    let due: Vec<_> = catalog.due_in_outbox(NOW).unwrap().into_iter().map(|message| message.id).collect();
    assert_eq!(due, [first.clone(), second.clone()]);
    assert_eq!(catalog.outbox_contents(&keyring, &first).unwrap().unwrap().expose(), "first");
    catalog.delete_from_outbox(std::slice::from_ref(&first)).unwrap();
    assert!(catalog.outbox_contents(&keyring, &first).unwrap().is_none());
    assert_eq!(catalog.due_in_outbox(NOW).unwrap()[0].id, second);
}

#[test]
fn its_contents_are_sealed_for_this_one_message() {
    let Outbox { dir, catalog, keyring } = outbox();
    let secret = "https://example.com/reset/very-secret-token";
    let first = catalog.add_to_outbox(&keyring, &message(secret), NOW).unwrap();
    for entry in std::fs::read_dir(dir.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(17).any(|part| part == b"very-secret-token"));
    }
    let second = catalog.add_to_outbox(&keyring, &message("other"), NOW).unwrap();
    let swap = "UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE id = ?1) WHERE id = ?2";
    catalog.write(|tx| Ok(tx.execute(swap, [&first, &second])?)).unwrap();
    assert!(matches!(catalog.outbox_contents(&keyring, &second), Err(StoreError::Sealed)));
}

#[test]
fn a_failed_attempt_postpones_it() {
    let Outbox { dir: _dir, catalog, keyring } = outbox();
    assert_eq!(catalog.outbox_due_at(Channel::Mail).unwrap(), None);
    let id = catalog.add_to_outbox(&keyring, &message("a"), NOW).unwrap();
    assert_eq!(catalog.outbox_due_at(Channel::Mail).unwrap(), Some(NOW));
    catalog.postpone_in_outbox(&[(id.clone(), later(10))], "the mail server can't be reached").unwrap();
    assert_eq!(catalog.due_in_outbox(later(9)).unwrap(), []);
    assert_eq!(catalog.outbox_due_at(Channel::Mail).unwrap(), Some(later(10)));
    assert_eq!(catalog.due_in_outbox(later(10)).unwrap()[0].attempts, 1);
    let facts = catalog.outbox_facts().unwrap();
    assert_eq!((facts.waiting, facts.given_up), (1, 0));
    assert_eq!(facts.last_error.as_deref(), Some("the mail server can't be reached"));
}

#[test]
fn one_that_is_given_up_keeps_the_reason_for_a_while_and_no_contents() {
    let Outbox { dir: _dir, catalog, keyring } = outbox();
    let id = catalog.add_to_outbox(&keyring, &message("a"), NOW).unwrap();
    catalog.give_up_in_outbox(&id, "it was refused", later(1)).unwrap();
    assert_eq!(catalog.due_in_outbox(later(1)).unwrap(), []);
    assert!(catalog.outbox_contents(&keyring, &id).unwrap().is_none());
    let kept = "SELECT length(sealed) FROM outbox";
    assert_eq!(catalog.read(|conn| Ok(conn.query_row(kept, [], |row| row.get::<_, i64>(0))?)).unwrap(), 0);
    catalog.forget_given_up(later(1)).unwrap();
    assert_eq!(catalog.outbox_facts().unwrap().given_up, 1);
    catalog.forget_given_up(later(2)).unwrap();
    assert_eq!(catalog.outbox_facts().unwrap(), OutboxFacts::default());
}

#[test]
fn it_goes_with_its_workspace() {
    let Outbox { dir: _dir, catalog, keyring } = outbox();
    let workspace = catalog.create_workspace("Other", NOW).unwrap().id;
    let invitation = NewOutboxMessage { workspace: Some(workspace.clone()), ..message("a") };
    catalog.add_to_outbox(&keyring, &invitation, NOW).unwrap();
    let delete = "DELETE FROM workspaces WHERE id = ?1";
    catalog.write(|tx| Ok(tx.execute(delete, [workspace.as_str()])?)).unwrap();
    assert_eq!(catalog.outbox_facts().unwrap(), OutboxFacts::default());
}

#[test]
fn no_more_are_taken_than_a_disk_can_hold() {
    let Outbox { dir: _dir, catalog, keyring } = outbox();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO outbox (id, kind, recipient, sealed, created_at, next_attempt_at)
        SELECT 'mail_' || i, 'test', 'a@example.com', x'', 0, 0 FROM n";
    catalog.write(|tx| Ok(tx.execute(fill, [WAITING_MAX - 1])?)).unwrap();
    catalog.add_to_outbox(&keyring, &message("the last one"), NOW).unwrap();
    let refused = catalog.add_to_outbox(&keyring, &message("one more"), NOW);
    assert!(matches!(refused, Err(StoreError::OutboxFull { waiting: WAITING_MAX })));
}

#[test]
fn one_kind_can_be_kept_from_filling_the_outbox() {
    let Outbox { catalog, keyring, .. } = outbox();
    let kind = "from_visitor";
    let words = NewOutboxMessage { kind, most_of_its_kind: Some(2), ..message("words") };
    catalog.add_to_outbox(&keyring, &message("another kind"), NOW).unwrap();
    catalog.add_to_outbox(&keyring, &words, NOW).unwrap();
    let both = [words.clone(), words.clone()];
    let refused = catalog.add_all_to_outbox(&keyring, &both, NOW);
    assert!(matches!(refused, Err(StoreError::OutboxFull { waiting: 2 })));
    assert_eq!(
        catalog.outbox_facts().unwrap().waiting,
        2,
        "of messages that belong together, none or all wait"
    );
    catalog.add_to_outbox(&keyring, &words, NOW).unwrap();
    assert!(catalog.add_to_outbox(&keyring, &words, NOW).is_err());
    catalog.add_to_outbox(&keyring, &message("another kind"), NOW).unwrap();
}

#[test]
fn it_says_since_when_the_oldest_message_waits_and_when_each_channel_is_due() {
    let Outbox { catalog, keyring, .. } = outbox();
    let post = NewOutboxMessage { channel: Channel::Webhook, ..message("post") };
    let id = catalog.add_to_outbox(&keyring, &post, NOW).unwrap();
    catalog.add_to_outbox(&keyring, &message("mail"), later(60)).unwrap();
    assert_eq!(catalog.outbox_facts().unwrap().waiting_since, Some(NOW));
    assert_eq!(catalog.outbox_due_at(Channel::Webhook).unwrap(), Some(NOW));
    assert_eq!(catalog.outbox_due_at(Channel::Mail).unwrap(), Some(later(60)));
    assert_eq!(catalog.due_in_outbox(NOW).unwrap()[0].channel, Channel::Webhook);
    catalog.give_up_in_outbox(&id, "gone", later(60)).unwrap();
    assert_eq!(catalog.outbox_facts().unwrap().waiting_since, Some(later(60)));
    assert_eq!(catalog.outbox_due_at(Channel::Webhook).unwrap(), None);
}
