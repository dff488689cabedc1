//! Accounts on the operator's command line.

use std::path::Path;

use model::{Role, Secret, UnixSeconds};
use store::{Catalog, NewInvitation, NewUser};

use crate::process::{chartsy, stdout, text};

const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

fn user(username: &str, full_name: &str) -> NewUser {
    NewUser {
        full_name: full_name.to_owned(),
        email: format!("{username}@example.com"),
        username: username.to_owned(),
        password_hash: Some(Secret::new("$old")),
        is_email_confirmed: true,
    }
}

/// A folder with its owner, Ada Lovelace.
fn folder(data: &Path) -> Catalog {
    let catalog = store::DataDir::open(data).unwrap().catalog().unwrap();
    catalog.create_owner(&user("ada", "Ada Lovelace"), NOW).unwrap();
    catalog
}

fn join(catalog: &Catalog, username: &str, role: Role) {
    let new = NewInvitation {
        workspace: catalog.default_workspace().unwrap().id,
        email: None,
        role,
        invited_by: "ada".to_owned(),
        token_hash: username.as_bytes().to_vec(),
        expires_at: UnixSeconds(NOW.0 + 100),
    };
    catalog.create_invitation(&new, NOW).unwrap();
    let new = NewUser { is_email_confirmed: false, ..user(username, "Bob") };
    catalog.create_user_by_invitation(username.as_bytes(), &new, None, NOW).unwrap();
}

#[test]
fn a_password_that_the_operator_sets_obeys_the_rules_of_the_server() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let data = folder_of_test.path().join("data");
    let catalog = folder(&data);
    let set = |args: &[&str], password: &str| {
        chartsy(&data, &[&["user", "password"], args].concat(), Some(&format!("{password}\n")))
    };
    let common = set(&[], "Password1");
    assert_eq!(common.status.code(), Some(1));
    assert!(text(&common.stderr).contains("too common"), "{}", text(&common.stderr));
    let personal = set(&["--refuse-guessable-passwords"], "Adalovelace1815");
    assert_eq!(personal.status.code(), Some(1));
    assert!(text(&personal.stderr).contains("too easy to guess"), "{}", text(&personal.stderr));
    stdout(&set(&[], "Adalovelace1815"));
    // As the server notes when it is started that way.
    catalog.set_meta("refuses_guessable_passwords", "yes").unwrap();
    let obeyed = set(&[], "Adalovelace1816");
    assert!(text(&obeyed.stderr).contains("too easy to guess"), "{}", text(&obeyed.stderr));
}

#[test]
fn accounts_that_wait_to_be_confirmed_are_listed_as_such_and_accounts_can_be_deleted() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let data = folder_of_test.path().join("data");
    let catalog = folder(&data);
    join(&catalog, "bob", Role::Viewer);
    catalog.create_unconfirmed_user(&user("eve", "Eve"), NOW).unwrap();
    let list = || stdout(&chartsy(&data, &["user", "list"], None));
    let listed = list();
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(!line("ada").contains("confirmed"), "{listed}");
    assert!(line("bob").ends_with("address not confirmed"), "{listed}");
    assert!(line("eve").ends_with("no workspace  not confirmed: can't sign in yet"), "{listed}");

    let delete = |args: &[&str]| chartsy(&data, &[&["user", "delete"], args].concat(), None);
    let asked = delete(&["bob"]);
    assert!(
        asked.status.code() == Some(1) && text(&asked.stderr).contains("add --yes"),
        "{}",
        text(&asked.stderr)
    );
    let only = delete(&["ada", "--yes"]);
    assert_eq!(only.status.code(), Some(1));
    let told = text(&only.stderr);
    assert!(
        told.contains("only owner who can sign in of “Workspace” (ws_")
            && told.contains("make another member an owner"),
        "{told}"
    );
    for name in ["bob", "eve@example.com"] {
        let deleted = delete(&[name, "--yes"]);
        assert!(deleted.status.success(), "{}", text(&deleted.stderr));
    }
    assert_eq!(list().lines().count(), 1);
    assert_eq!(catalog.members(&catalog.default_workspace().unwrap().id).unwrap().len(), 1);
    let log = stdout(&chartsy(&data, &["audit", "--action", "user.deleted"], None));
    assert!(
        log.contains("operator  user.deleted  eve") && log.contains("operator  user.deleted  bob"),
        "{log}"
    );
    assert_eq!(delete(&["bob", "--yes"]).status.code(), Some(1), "there is none");
}

#[test]
fn the_only_owner_of_a_workspace_is_locked_only_by_whoever_means_it() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let data = folder_of_test.path().join("data");
    let catalog = folder(&data);
    join(&catalog, "bob", Role::Admin);
    let lock = |args: &[&str]| chartsy(&data, &[&["user", "lock"], args].concat(), None);
    let is_locked = |login: &str| catalog.user_by_login(login).unwrap().unwrap().0.locked_at.is_some();
    let refused = lock(&["ada"]);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        told.contains("ada is the only owner who can sign in of “Workspace” (ws_")
            && told.contains("add --yes"),
        "{told}"
    );
    assert!(!is_locked("ada"));
    stdout(&lock(&["bob"]));
    stdout(&lock(&["ada", "--yes"]));
    assert!(is_locked("ada") && is_locked("bob"));
    stdout(&lock(&["ada"]));
    stdout(&chartsy(&data, &["user", "unlock", "ada"], None));
    assert!(!is_locked("ada"));
}
