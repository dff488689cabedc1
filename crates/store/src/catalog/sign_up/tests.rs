use model::Secret;

use super::*;
use crate::DataDir;
use crate::catalog::tests::owner;
use crate::catalog::{AuditFilter, Channel};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const LATER: UnixSeconds = UnixSeconds(NOW.0 + 86_400);

fn link(token: &str) -> NewLink {
    NewLink { token_hash: token.as_bytes().to_vec(), expires_at: LATER }
}

fn new(name: &str, email: &str) -> NewSignUp {
    NewSignUp {
        user: NewUser {
            username: name.into(),
            email: email.into(),
            password_hash: Some(Secret::new("$argon2id$…")),
            ..owner()
        },
        invitation: None,
        confirmation: link(&format!("confirm {name}")),
        correction: link(&format!("correct {name}")),
        address: Some("203.0.113.7".into()),
    }
}

fn mail(kind: &'static str, most_of_its_kind: Option<u32>) -> NewOutboxMessage {
    NewOutboxMessage {
        channel: Channel::Mail,
        workspace: None,
        kind,
        recipient: "bob@example.com".into(),
        contents: Secret::new("text"),
        expires_at: None,
        most_of_its_kind,
    }
}

fn mails(most_of_its_kind: Option<u32>) -> SignUpMails {
    SignUpMails {
        confirmation: mail("confirm_address", most_of_its_kind),
        already_registered: mail("already_registered", most_of_its_kind),
    }
}

#[test]
fn an_account_is_there_together_with_its_mail_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let keyring = data.keyring(&catalog).unwrap();
    let bob = new("bob", "bob@example.com");
    let refused = catalog.sign_up(&bob, Some((&keyring, &mails(Some(0)))), NOW);
    assert!(matches!(refused, Err(StoreError::OutboxFull { .. })));
    assert!(catalog.user_by_login("bob").unwrap().is_none(), "the mail was not written");
    assert_eq!(catalog.whole_audit(None, &AuditFilter::default(), 10).unwrap(), [], "nor was an entry");

    let before = catalog.commits();
    let pending = catalog.sign_up(&bob, Some((&keyring, &mails(None))), NOW).unwrap();
    assert_eq!(catalog.commits() - before, 1, "account, links, mail and entry");
    assert!(!pending.is_taken && pending.user.awaits_confirmation);
    assert_eq!(catalog.due_in_outbox(NOW).unwrap()[0].kind, "confirm_address");
    let log = catalog.whole_audit(None, &AuditFilter::default(), 10).unwrap();
    let entry = (&*log[0].action, &*log[0].actor_kind, log[0].subject.as_deref(), log[0].address.as_deref());
    assert_eq!(entry, ("account.created", "visitor", Some("bob"), Some("203.0.113.7")));
    assert_eq!(catalog.email_link(b"confirm bob", LinkPurpose::ConfirmAddress, NOW).unwrap(), pending.user);
}

#[test]
fn whoever_signs_up_with_an_address_that_is_taken_sees_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::open(&dir.path().join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let keyring = data.keyring(&catalog).unwrap();
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    let pending =
        catalog.sign_up(&new("eve", "ADA@example.com"), Some((&keyring, &mails(None))), NOW).unwrap();
    assert!(pending.is_taken && pending.user.id != ada.id);
    assert_eq!(catalog.due_in_outbox(NOW).unwrap()[0].kind, "already_registered");
    assert_eq!(catalog.correctable_user(b"correct eve", NOW).unwrap(), Some(pending.user.clone()));
    // Nor is there one when a stranger signs up with an address that others' accounts might get in place of a taken one.
    let squatter = catalog.sign_up(&new("mallory", "eve2@taken.invalid"), None, NOW).unwrap();
    assert!(!squatter.is_taken);
    assert!(catalog.sign_up(&new("eve2", "ada@example.com"), None, NOW).unwrap().is_taken);
}

#[test]
fn correcting_an_address_ends_the_links_to_the_former_one_whether_the_new_one_is_taken_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = DataDir::open(&dir.path().join("data")).unwrap().catalog().unwrap();
    catalog.create_owner(&owner(), NOW).unwrap();
    for (name, wanted, is_taken) in [("bob", "ada@example.com", true), ("eve", "free@example.com", false)] {
        let former = format!("{name}@exmaple.com");
        let user = catalog.sign_up(&new(name, &former), None, NOW).unwrap().user;
        assert_eq!(catalog.correct_email(&user.id, wanted).unwrap().is_taken, is_taken);
        let old = catalog.email_link(format!("confirm {name}").as_bytes(), LinkPurpose::ConfirmAddress, NOW);
        assert!(matches!(old, Err(StoreError::LinkEnded)), "{wanted}");
        assert!(catalog.user_by_login(&former).unwrap().is_none(), "{wanted}");
        let correction = format!("correct {name}");
        assert!(catalog.correctable_user(correction.as_bytes(), NOW).unwrap().is_some(), "once more");
        assert_eq!(catalog.correctable_user(correction.as_bytes(), LATER).unwrap(), None);
    }
}
