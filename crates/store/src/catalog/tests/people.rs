//! Accounts, memberships, sessions, invitations and the audit log.

use model::{Role, Secret, UnixSeconds, UserId};

use super::{NOW, owner, temp};
use crate::StoreError;
use crate::catalog::{
    Actor, AuditFilter, Author, Catalog, Deletion, NewAuditEntry, NewInvitation, NewPasskey, NewUser, Origin,
    SignInMethod, User,
};

const LATER: UnixSeconds = UnixSeconds(NOW.0 + 100);

fn operator() -> Author {
    Author::operator(NOW)
}

fn named(username: &str) -> NewUser {
    NewUser { username: username.into(), email: format!("{username}@example.com"), ..owner() }
}

/// The owner of the default workspace, and somebody who was invited to it.
fn two(catalog: &Catalog, role: Role) -> (User, User) {
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    invite(catalog, None, role, b"link");
    let bob = catalog.create_user_by_invitation(b"link", &named("bob"), None, NOW).unwrap();
    (ada, bob)
}

fn invite(catalog: &Catalog, email: Option<&str>, role: Role, token_hash: &[u8]) {
    let new = NewInvitation {
        workspace: catalog.default_workspace().unwrap().id,
        email: email.map(str::to_owned),
        role,
        invited_by: "ada".into(),
        token_hash: token_hash.to_vec(),
        expires_at: LATER,
    };
    catalog.create_invitation(&new, NOW).unwrap();
}

#[test]
fn there_is_one_owner_who_is_found_by_name_or_address_in_any_case() {
    let (_dir, catalog) = temp();
    assert!(!catalog.has_owner().unwrap());
    let user = catalog.create_owner(&owner(), NOW).unwrap();
    assert!(catalog.has_owner().unwrap());
    let memberships = catalog.memberships(&user.id, &SignInMethod::Password).unwrap();
    assert_eq!(memberships[0].workspace, catalog.default_workspace().unwrap());
    assert_eq!(memberships[0].role, Role::Owner);
    for login in ["ada", "ADA", "Ada@Example.com"] {
        let (found, hash) = catalog.user_by_login(login).unwrap().unwrap();
        assert_eq!((found, hash.unwrap().expose()), (user.clone(), "$argon2id$…"));
    }
    assert!(catalog.user_by_login("bob").unwrap().is_none());
    assert!(matches!(catalog.create_owner(&named("bob"), NOW), Err(StoreError::OwnerExists)));
}

#[test]
fn a_session_lasts_until_it_expires_or_is_ended() {
    let (_dir, catalog) = temp();
    let user = catalog.create_owner(&owner(), NOW).unwrap();
    let origin =
        Origin { address: Some("203.0.113.7".into()), agent: Some("Firefox".into()), ..Origin::default() };
    catalog.create_session(b"hash a", &user.id, &origin, NOW, LATER).unwrap();
    catalog.create_session(b"hash b", &user.id, &Origin::default(), NOW, LATER).unwrap();
    let session = catalog.session(b"hash a", NOW).unwrap().unwrap();
    assert_eq!((&session.user, session.address), (&user, origin.address));
    assert_eq!(catalog.session(b"hash a", LATER).unwrap(), None);
    assert_eq!(catalog.session(b"other", NOW).unwrap(), None);
    assert_eq!(catalog.delete_session(b"hash a").unwrap(), Some(user.id.clone()));
    assert_eq!(catalog.session(b"hash a", NOW).unwrap(), None);
    assert_eq!(catalog.sessions(&user.id, NOW).unwrap().len(), 1);
    let nobody = UserId::from("user_nobody");
    assert!(catalog.create_session(b"x", &nobody, &Origin::default(), NOW, LATER).is_err());
}

#[test]
fn a_renewed_session_takes_its_old_credential_for_half_a_minute_more() {
    let (_dir, catalog) = temp();
    let user = catalog.create_owner(&owner(), NOW).unwrap();
    catalog.create_session(b"old", &user.id, &Origin::default(), NOW, LATER).unwrap();
    let id = catalog.session(b"old", NOW).unwrap().unwrap().id;
    let at = |s: i64| UnixSeconds(NOW.0 + s);
    assert!(catalog.renew_session(&id, NOW, b"new", at(50), at(500)).unwrap());
    assert!(!catalog.renew_session(&id, NOW, b"newer", at(50), at(500)).unwrap(), "another tab was first");
    assert_eq!(catalog.session(b"old", at(79)).unwrap().unwrap().id, id);
    assert_eq!(catalog.session(b"old", at(80)).unwrap(), None);
    assert_eq!(catalog.session(b"new", at(499)).unwrap().unwrap().id, id);
    catalog.delete_session(b"old").unwrap();
    assert_eq!(catalog.session(b"new", at(60)).unwrap(), None, "signing out ends it under either");
}

#[test]
fn a_new_password_ends_every_other_session_of_its_user() {
    let (_dir, catalog) = temp();
    let user = catalog.create_owner(&owner(), NOW).unwrap();
    for hash in [b"hash a", b"hash b"] {
        catalog.create_session(hash, &user.id, &Origin::default(), NOW, LATER).unwrap();
    }
    assert_eq!(catalog.users().unwrap(), std::slice::from_ref(&user));
    let kept = catalog.session(b"hash b", NOW).unwrap().unwrap().id;
    assert_eq!(catalog.set_password(&user.id, &Secret::new("$new"), Some(&kept)).unwrap(), 1);
    assert_eq!(catalog.session(b"hash a", NOW).unwrap(), None);
    assert!(catalog.session(b"hash b", NOW).unwrap().is_some());
    assert_eq!(catalog.set_password(&user.id, &Secret::new("$new"), None).unwrap(), 1);
    assert_eq!(catalog.user_by_login("ada").unwrap().unwrap().1.unwrap().expose(), "$new");
}

#[test]
fn somebody_who_is_locked_has_no_session_until_they_are_let_in_again() {
    let (_dir, catalog) = temp();
    let user = catalog.create_owner(&owner(), NOW).unwrap();
    catalog.create_session(b"hash", &user.id, &Origin::default(), NOW, LATER).unwrap();
    assert_eq!(catalog.lock_user(&user.id, Some(NOW)).unwrap().locked_at, Some(NOW));
    assert_eq!(catalog.session(b"hash", NOW).unwrap(), None);
    assert_eq!(catalog.lock_user(&user.id, None).unwrap().locked_at, None);
    assert_eq!(catalog.session(b"hash", NOW).unwrap(), None, "they have to sign in again");
}

#[test]
fn a_workspace_is_never_without_an_owner() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Admin);
    let workspace = catalog.default_workspace().unwrap().id;
    let demoted = catalog.set_role(&workspace, &ada.id, Role::Viewer, Role::Owner, &operator());
    assert!(matches!(demoted, Err(StoreError::LastOwner)));
    assert!(matches!(
        catalog.remove_member(&workspace, &ada.id, None, &operator()),
        Err(StoreError::LastOwner)
    ));
    let by_admin = catalog.set_role(&workspace, &bob.id, Role::Owner, Role::Admin, &operator());
    assert!(matches!(by_admin, Err(StoreError::RoleTooLow)));
    let removed = catalog.remove_member(&workspace, &ada.id, Some(Role::Admin), &operator());
    assert!(matches!(removed, Err(StoreError::RoleTooLow)));

    catalog.transfer_ownership(&workspace, &ada.id, &bob.id, &operator()).unwrap();
    let roles: Vec<_> = catalog.members(&workspace).unwrap().iter().map(|member| member.role).collect();
    assert_eq!(roles, [Role::Admin, Role::Owner]);
    let back = catalog.transfer_ownership(&workspace, &ada.id, &ada.id, &operator());
    assert!(matches!(back, Err(StoreError::RoleTooLow)));
    assert_eq!(catalog.remove_member(&workspace, &ada.id, None, &operator()).unwrap(), Role::Admin);
    assert_eq!(catalog.memberships(&ada.id, &SignInMethod::Password).unwrap(), []);
}

#[test]
fn an_owner_who_cannot_sign_in_counts_as_none() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Admin);
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.lock_user(&bob.id, Some(NOW)).unwrap();
    let handed = catalog.transfer_ownership(&workspace, &ada.id, &bob.id, &operator());
    assert!(matches!(handed, Err(StoreError::MemberLocked)));
    let promoted = catalog.set_role(&workspace, &bob.id, Role::Owner, Role::Owner, &operator());
    assert!(matches!(promoted, Err(StoreError::MemberLocked)));

    catalog.lock_user(&bob.id, None).unwrap();
    catalog.set_role(&workspace, &bob.id, Role::Owner, Role::Owner, &operator()).unwrap();
    assert_eq!(catalog.owned_alone(&ada.id).unwrap(), [], "there are two");
    catalog.lock_user(&bob.id, Some(NOW)).unwrap();
    let alone = catalog.owned_alone(&ada.id).unwrap();
    assert_eq!(alone, [(workspace.clone(), "Workspace".to_owned())]);
    assert!(matches!(
        catalog.remove_member(&workspace, &ada.id, None, &operator()),
        Err(StoreError::LastOwner)
    ));
    let demoted = catalog.set_role(&workspace, &ada.id, Role::Viewer, Role::Owner, &operator());
    assert!(matches!(demoted, Err(StoreError::LastOwner)));
    assert!(matches!(catalog.delete_user(&ada.id, &operator()), Err(StoreError::OnlyOwner { .. })));
    catalog.remove_member(&workspace, &bob.id, Some(Role::Owner), &operator()).unwrap();
}

#[test]
fn an_invitation_is_used_once_by_whom_it_is_for_and_in_time() {
    let (_dir, catalog) = temp();
    catalog.create_owner(&owner(), NOW).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    invite(&catalog, Some("Bob@example.com"), Role::Viewer, b"first");
    invite(&catalog, Some("bob@example.com"), Role::Member, b"second");
    assert_eq!(catalog.invitations(&workspace).unwrap().len(), 1, "the same address has one at a time");
    let by = |hash: &[u8], who: &str, now| catalog.create_user_by_invitation(hash, &named(who), None, now);
    assert!(matches!(by(b"first", "bob", NOW), Err(StoreError::InvitationEnded)));
    assert!(matches!(by(b"second", "bob", LATER), Err(StoreError::InvitationEnded)));
    assert!(matches!(by(b"second", "eve", NOW), Err(StoreError::InvitationForOther)));
    let taken = NewUser { username: "ADA".into(), ..named("bob") };
    let taken = catalog.create_user_by_invitation(b"second", &taken, None, NOW);
    assert!(matches!(taken, Err(StoreError::NameTaken)));

    let bob = by(b"second", "bob", NOW).unwrap();
    let memberships = catalog.memberships(&bob.id, &SignInMethod::Password).unwrap();
    assert_eq!((memberships[0].role, bob.email_confirmed_at), (Role::Member, Some(NOW)));
    assert!(matches!(by(b"second", "carol", NOW), Err(StoreError::InvitationEnded)));
    let again = NewInvitation {
        workspace: workspace.clone(),
        email: Some("BOB@example.com".into()),
        role: Role::Viewer,
        invited_by: "ada".into(),
        token_hash: b"third".to_vec(),
        expires_at: LATER,
    };
    assert!(matches!(catalog.create_invitation(&again, NOW), Err(StoreError::AlreadyMember)));
}

#[test]
fn a_connection_is_reached_through_the_membership_alone() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Viewer);
    let workspace = catalog.default_workspace().unwrap().id;
    let other = catalog.create_workspace_for(&bob.id, "Other", NOW).unwrap();
    let connection = super::connection(&other.id, "acct_1");
    let id = catalog.create_connection(&connection, NOW).unwrap().id;
    assert_eq!(catalog.connection_for(&ada.id, &SignInMethod::Password, &id).unwrap(), None);
    let (record, membership) =
        catalog.connection_for(&bob.id, &SignInMethod::Password, &id).unwrap().unwrap();
    assert_eq!((record.workspace, membership.role), (other.id.clone(), Role::Owner));
    assert_eq!(catalog.memberships(&bob.id, &SignInMethod::Password).unwrap().len(), 2);
    assert!(matches!(
        catalog.delete_workspace(&other.id, &operator()),
        Err(StoreError::WorkspaceHasConnections { .. })
    ));
    catalog.delete_connection(&other.id, &id).unwrap();
    assert!(catalog.delete_workspace(&other.id, &operator()).unwrap());
    assert_eq!(catalog.memberships(&bob.id, &SignInMethod::Password).unwrap().len(), 1);
    assert!(
        matches!(catalog.delete_workspace(&workspace, &operator()), Err(StoreError::OnlyWorkspace)),
        "the only one"
    );
}

#[test]
fn the_audit_log_is_only_added_to() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Viewer);
    let workspace = catalog.default_workspace().unwrap().id;
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    let entry = |workspace: Option<&model::WorkspaceId>, user: &User, action| NewAuditEntry {
        workspace: workspace.cloned(),
        actor: Actor::User { id: user.id.clone(), username: user.username.clone() },
        action,
        subject: None,
        detail: None,
        address: Some("203.0.113.7".into()),
    };
    catalog.add_audit_entry(&entry(None, &bob, "session.created"), NOW).unwrap();
    catalog.add_audit_entry(&entry(Some(&workspace), &ada, "member.removed"), LATER).unwrap();
    catalog.add_audit_entry(&entry(Some(&other), &ada, "token.created"), LATER).unwrap();
    let actions = |filter: AuditFilter| -> Vec<String> {
        let found = catalog.audit(&workspace, &filter, 10).unwrap();
        found.into_iter().map(|entry| entry.action).collect()
    };
    assert_eq!(actions(AuditFilter::default()), ["member.removed", "session.created", "member.joined"]);
    assert_eq!(
        actions(AuditFilter { action: Some("session".into()), ..Default::default() }),
        ["session.created"]
    );
    assert_eq!(actions(AuditFilter { actor: Some("ADA".into()), ..Default::default() }), ["member.removed"]);
    let until = AuditFilter { until: Some(LATER), ..Default::default() };
    assert_eq!(actions(until), ["session.created", "member.joined"]);
    assert_eq!(actions(AuditFilter { before: Some(2), ..Default::default() }), ["member.joined"]);
    let change = catalog.write(|tx| Ok(tx.execute("UPDATE audit SET action = 'nothing'", [])?));
    assert!(change.is_err());
    assert_eq!(catalog.delete_old_audit_entries(LATER).unwrap(), 2);
}

#[test]
fn what_happens_to_a_member_is_recorded_with_their_name_also_when_they_are_gone() {
    let (_dir, catalog) = temp();
    let ada = catalog.create_owner_from(Some("203.0.113.7".into()), &owner(), NOW).unwrap();
    invite(&catalog, None, Role::Admin, b"link");
    let bob = catalog.create_user_by_invitation(b"link", &named("bob"), None, NOW).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    let actor = Actor::User { id: ada.id.clone(), username: ada.username.clone() };
    let by_ada = Author { actor, address: None, at: NOW };
    catalog.set_role(&workspace, &bob.id, Role::Member, Role::Owner, &by_ada).unwrap();
    let refused = catalog.remove_member(&workspace, &ada.id, None, &by_ada);
    assert!(refused.is_err(), "and not recorded");
    catalog.remove_member(&workspace, &bob.id, Some(Role::Owner), &by_ada).unwrap();
    catalog.delete_user(&bob.id, &operator()).unwrap();
    let found = catalog.audit(&workspace, &AuditFilter::default(), 10).unwrap();
    let found: Vec<_> =
        found.iter().map(|one| (&*one.action, one.subject.as_deref(), one.detail.as_deref())).collect();
    assert_eq!(
        found,
        [
            ("member.removed", Some("bob"), None),
            ("member.role_changed", Some("bob"), Some("from admin to member")),
            ("member.joined", None, Some("admin")),
            ("account.created", Some("ada"), Some("owner")),
        ]
    );
}

#[test]
fn a_workspace_that_the_server_is_to_delete_is_named_until_that_is_done_or_refused() {
    let (_dir, catalog) = temp();
    let first = catalog.default_workspace().unwrap().id;
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    let deletion = Deletion::Workspace(other.clone());
    catalog.ask_to_delete(&deletion).unwrap();
    assert_eq!(catalog.wanted_deletions().unwrap(), std::slice::from_ref(&deletion));
    assert_eq!(catalog.take_refusal_to_delete(&deletion).unwrap(), None);
    catalog.refuse_to_delete(&deletion, "the disk is full").unwrap();
    assert_eq!(catalog.wanted_deletions().unwrap(), []);
    let why = catalog.take_refusal_to_delete(&deletion).unwrap();
    assert_eq!(why.as_deref(), Some("the disk is full"));
    assert_eq!(catalog.take_refusal_to_delete(&deletion).unwrap(), None, "told once");

    catalog.ask_to_delete(&deletion).unwrap();
    assert!(catalog.delete_workspace(&other, &operator()).unwrap());
    assert_eq!(catalog.wanted_deletions().unwrap(), []);
    let log = catalog.whole_audit(Some(&other), &AuditFilter::default(), 10).unwrap();
    assert_eq!((&*log[0].action, log[0].subject.as_deref()), ("workspace.deleted", Some("Other")));
    assert!(matches!(catalog.delete_workspace(&first, &operator()), Err(StoreError::OnlyWorkspace)));
}

#[test]
fn a_code_is_taken_once_and_the_first_one_confirms() {
    let (_dir, catalog) = temp();
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.require_two_factor(&workspace, true).unwrap();
    let lacks = |catalog: &Catalog| {
        catalog.memberships(&ada.id, &SignInMethod::Password).unwrap()[0].lacks_two_factor
    };
    assert!(catalog.begin_two_factor(&ada.id, b"first").unwrap());
    assert!(catalog.begin_two_factor(&ada.id, b"second").unwrap(), "nothing was confirmed");
    assert!(lacks(&catalog));
    let by_passkey = catalog.memberships(&ada.id, &SignInMethod::Passkey).unwrap();
    assert!(!by_passkey[0].lacks_two_factor, "a passkey proves two factors");
    assert!(catalog.take_two_factor_step(&ada.id, 100, NOW).unwrap());
    assert!(!lacks(&catalog));
    assert!(!catalog.take_two_factor_step(&ada.id, 100, NOW).unwrap(), "replayed");
    assert!(!catalog.take_two_factor_step(&ada.id, 99, NOW).unwrap(), "older");
    assert!(!catalog.begin_two_factor(&ada.id, b"third").unwrap(), "one that is confirmed stays");
    catalog.set_recovery_codes(&ada.id, &[[1; 32], [2; 32]]).unwrap();
    assert!(catalog.take_recovery_code(&ada.id, &[1; 32]).unwrap());
    assert!(!catalog.take_recovery_code(&ada.id, &[1; 32]).unwrap());
    let left = catalog.two_factor(&ada.id).unwrap().unwrap();
    assert_eq!((left.sealed_secret.as_slice(), left.recovery_codes_left), (b"second".as_slice(), 1));
    assert!(catalog.delete_two_factor(&ada.id).unwrap());
    assert_eq!(catalog.two_factor(&ada.id).unwrap(), None);
}

#[test]
fn nobody_comes_back_by_an_invitation_of_their_own() {
    let (_dir, catalog) = temp();
    let (_ada, bob) = two(&catalog, Role::Admin);
    let workspace = catalog.default_workspace().unwrap().id;
    let by_bob = |token_hash: &[u8]| NewInvitation {
        workspace: workspace.clone(),
        email: None,
        role: Role::Admin,
        invited_by: "bob".into(),
        token_hash: token_hash.to_vec(),
        expires_at: LATER,
    };
    catalog.create_invitation(&by_bob(b"one"), NOW).unwrap();
    let member = catalog.accept_invitation(b"one", &bob, None, NOW);
    assert!(matches!(member, Err(StoreError::AlreadyMember)));
    assert_eq!(catalog.invitations(&workspace).unwrap().len(), 1, "it was not used up");
    catalog.set_role(&workspace, &bob.id, Role::Viewer, Role::Owner, &operator()).unwrap();
    assert_eq!(catalog.invitations(&workspace).unwrap(), []);
    catalog.create_invitation(&by_bob(b"two"), NOW).unwrap();
    catalog.remove_member(&workspace, &bob.id, Some(Role::Owner), &operator()).unwrap();
    assert!(matches!(catalog.accept_invitation(b"two", &bob, None, NOW), Err(StoreError::InvitationEnded)));
}

#[test]
fn an_account_of_somebody_who_was_invited_stays_also_unconfirmed() {
    let (_dir, catalog) = temp();
    let (_ada, bob) = two(&catalog, Role::Member);
    assert_eq!(bob.email_confirmed_at, None, "a link that anybody may have proves no address");
    let later = UnixSeconds(NOW.0 + 30 * 86_400);
    catalog.create_unconfirmed_user(&named("carol"), later).unwrap();
    assert!(catalog.user(&bob.id).unwrap().is_some());
}

#[test]
fn a_stranger_who_signs_up_first_does_not_take_the_owners_place() {
    let (_dir, catalog) = temp();
    catalog.create_unconfirmed_user(&named("eve"), NOW).unwrap();
    assert!(!catalog.has_owner().unwrap());
    catalog.create_owner(&owner(), NOW).unwrap();
    assert!(catalog.has_owner().unwrap());
}

fn new_passkey(credential_id: &[u8]) -> NewPasskey {
    NewPasskey {
        credential_id: credential_id.to_vec(),
        public_key: b"public key".to_vec(),
        state: b"new".to_vec(),
        transports: 4,
        host: "example.com".into(),
        name: "Laptop".into(),
    }
}

#[test]
fn a_passkey_belongs_to_one_account_and_is_found_by_what_its_authenticator_calls_it() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Viewer);
    let laptop = catalog.create_passkey(&ada.id, &new_passkey(b"one"), None, NOW).unwrap();
    assert!(matches!(
        catalog.create_passkey(&bob.id, &new_passkey(b"one"), None, NOW),
        Err(StoreError::PasskeyTaken)
    ));
    assert!(catalog.use_passkey(&laptop.id, b"used", LATER).unwrap());
    let (whose, found) = catalog.passkey_by_credential(b"one").unwrap().unwrap();
    assert_eq!((whose.id, found.last_used_at), (ada.id.clone(), Some(LATER)));
    assert_eq!(found.state, b"used");
    assert!(catalog.passkey_by_credential(b"two").unwrap().is_none());
    assert!(catalog.rename_passkey(&bob.id, &laptop.id, "Mine").is_err(), "somebody else's");
    assert_eq!(catalog.rename_passkey(&ada.id, &laptop.id, "Phone").unwrap().name, "Phone");
}

#[test]
fn whoever_has_a_device_is_out_when_its_passkey_is_removed() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two(&catalog, Role::Viewer);
    let laptop = catalog.create_passkey(&ada.id, &new_passkey(b"one"), None, NOW).unwrap();
    let by_passkey = Origin { method: SignInMethod::Passkey, ..Origin::default() };
    catalog.create_session(b"here", &ada.id, &Origin::default(), NOW, LATER).unwrap();
    catalog.create_session(b"stolen", &ada.id, &by_passkey, NOW, LATER).unwrap();
    let here = catalog.session(b"here", NOW).unwrap().unwrap();
    assert_eq!(catalog.session(b"stolen", NOW).unwrap().unwrap().method, SignInMethod::Passkey);
    assert_eq!(catalog.delete_passkey(&bob.id, &laptop.id, None).unwrap(), None, "somebody else's");
    let phone = catalog.create_passkey(&ada.id, &new_passkey(b"two"), Some(&here.id), NOW).unwrap();
    let method = || catalog.session(b"here", NOW).unwrap().unwrap().method;
    assert_eq!(method(), SignInMethod::Passkey, "it was just used");
    let removed = catalog.delete_passkey(&ada.id, &laptop.id, Some(&here.id)).unwrap();
    assert_eq!(removed.as_deref(), Some("Laptop"));
    assert_eq!(catalog.session(b"stolen", NOW).unwrap(), None);
    assert_eq!(method(), SignInMethod::Passkey);
    catalog.delete_passkey(&ada.id, &phone.id, Some(&here.id)).unwrap();
    assert_eq!(catalog.passkeys(&ada.id).unwrap(), []);
    assert_eq!(method(), SignInMethod::Password, "nothing is left that it could have been begun with");
}

#[test]
fn nobody_has_more_passkeys_than_fit_on_a_page() {
    let (_dir, catalog) = temp();
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    for number in 0..50_u8 {
        catalog.create_passkey(&ada.id, &new_passkey(&[number]), None, NOW).unwrap();
    }
    let one_more = catalog.create_passkey(&ada.id, &new_passkey(b"one more"), None, NOW);
    assert!(matches!(one_more, Err(StoreError::TooManyPasskeys)));
}
