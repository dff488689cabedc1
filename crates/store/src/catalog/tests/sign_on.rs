//! Whom an identity provider signs in, and what workspaces make of it.

use model::{Role, UnixSeconds, WorkspaceId};

use super::{NOW, owner, temp};
use crate::StoreError;
use crate::catalog::{
    Author, Catalog, LinkPurpose, NewIdentity, NewIdentityProvider, NewInvitation, NewSignOnRule, NewUser,
    Origin, SignInMethod, SignOn, SignOnTerms, User, WorkspaceLimits,
};

const LATER: UnixSeconds = UnixSeconds(NOW.0 + 100);
const VIEWERS: SignOnTerms =
    SignOnTerms { role: Some(Role::Viewer), is_two_factor: false, is_required: false };

fn add_provider(catalog: &Catalog, id: &str, issuer: &str) {
    let new = NewIdentityProvider {
        id: id.into(),
        name: "Acme ID".into(),
        issuer: issuer.into(),
        client_id: "chartsy".into(),
        is_listed: true,
        trusts_emails: false,
    };
    catalog.set_identity_provider(&new, None, NOW).unwrap();
}

fn rule(catalog: &Catalog, provider: &str, domain: &str, terms: SignOnTerms) -> Result<(), StoreError> {
    let workspace = catalog.default_workspace().unwrap().id;
    let new = NewSignOnRule { workspace, provider: provider.into(), domain: domain.into(), terms };
    catalog.set_sign_on_rule(&new, NOW).map(drop)
}

fn who(subject: &str, email: &str) -> NewIdentity {
    NewIdentity {
        provider: "acme".into(),
        issuer: "https://id.example.com".into(),
        subject: subject.into(),
        email: email.into(),
        full_name: "Grace Hopper".into(),
    }
}

/// A catalog with an owner and a provider that may name addresses of a domain.
fn with(domain: &str, terms: SignOnTerms) -> (tempfile::TempDir, Catalog, User) {
    let (dir, catalog) = temp();
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    add_provider(&catalog, "acme", "https://id.example.com");
    rule(&catalog, "acme", domain, terms).unwrap();
    (dir, catalog, ada)
}

fn by_sign_on() -> SignInMethod {
    SignInMethod::SignOn("acme".into())
}

#[test]
fn a_provider_names_nobody_outside_of_its_domains() {
    let (_dir, catalog, ada) = with("example.org", VIEWERS);
    for email in ["ada@example.com", "eve@example.org.evil.example", "eve@sub.example.org"] {
        assert_eq!(catalog.sign_on(&who("one", email), None, NOW).unwrap(), SignOn::NotTakenIn, "{email}");
    }
    let SignOn::Created(grace, joined) =
        catalog.sign_on(&who("two", "grace@Example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    assert_eq!((grace.username.as_str(), joined[0].1), ("grace", Role::Viewer));
    assert!(grace.email_confirmed_at.is_some());
    assert!(matches!(
        catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap(),
        SignOn::Known(_)
    ));
    assert_eq!(catalog.user(&ada.id).unwrap().unwrap(), ada);
}

#[test]
fn an_account_with_another_address_is_out_of_its_providers_reach() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let SignOn::Created(grace, _) = catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    catalog.create_address_link(&grace, "grace@home.example", b"link", NOW, LATER).unwrap();
    catalog.change_email(b"link", &grace.id, NOW).unwrap();
    assert_eq!(catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap(), SignOn::NotTakenIn);
}

#[test]
fn an_account_that_exists_is_not_taken_over_and_one_that_nobody_confirmed_gives_way() {
    let (_dir, catalog, ada) = with("example.com", VIEWERS);
    let found = catalog.sign_on(&who("one", "ADA@example.com"), None, NOW).unwrap();
    assert_eq!(found, SignOn::Unconnected(ada.clone()));
    assert_eq!(catalog.identities(&ada.id).unwrap(), []);
    let other = who("one", "grace@example.com");
    assert!(matches!(catalog.connect_identity(&ada.id, &other, None, NOW), Err(StoreError::IdentityTaken)));
    assert_eq!(catalog.connect_identity(&ada.id, &who("one", "ada@example.com"), None, NOW).unwrap(), []);
    assert!(matches!(catalog.sign_on(&who("one", "ada@example.com"), None, NOW).unwrap(), SignOn::Known(_)));

    let squatter = NewUser { username: "squatter".into(), email: "grace@example.com".into(), ..owner() };
    let squatter = catalog.create_unconfirmed_user(&squatter, NOW).unwrap();
    catalog.create_email_link(&squatter, LinkPurpose::ConfirmAddress, b"old link", NOW, LATER).unwrap();
    let SignOn::Created(grace, _) = catalog.sign_on(&who("two", "grace@example.com"), None, NOW).unwrap()
    else {
        panic!("an account that nobody confirmed keeps its address");
    };
    assert_ne!(grace.id, squatter.id);
    assert!(catalog.confirm_email(b"old link", |_| String::new(), None, NOW).is_err());
}

#[test]
fn where_single_sign_on_is_required_other_ways_show_nothing_to_anybody_but_owners() {
    let required = SignOnTerms { is_required: true, ..VIEWERS };
    let (_dir, catalog, ada) = with("example.com", required);
    let invitation = NewInvitation {
        workspace: catalog.default_workspace().unwrap().id,
        email: None,
        role: Role::Admin,
        invited_by: "ada".into(),
        token_hash: b"link".to_vec(),
        expires_at: LATER,
    };
    catalog.create_invitation(&invitation, NOW).unwrap();
    let bob = NewUser { username: "bob".into(), email: "bob@EXAMPLE.com".into(), ..owner() };
    let bob = catalog.create_user_by_invitation(b"link", &bob, None, NOW).unwrap();
    let is_open =
        |user: &User, method: SignInMethod| catalog.memberships(&user.id, &method).unwrap()[0].is_open();
    for method in [SignInMethod::Password, SignInMethod::Passkey, SignInMethod::SignOn("other".into())] {
        assert!(!is_open(&bob, method.clone()), "{method:?}");
        assert!(is_open(&ada, method));
    }
    assert!(is_open(&bob, by_sign_on()));

    // Nobody leaves the rule by leaving the domain.
    let moved = catalog.create_address_link(&bob, "bob@home.example", b"move", NOW, LATER);
    assert!(matches!(moved, Err(StoreError::AddressManaged)));
    catalog.create_address_link(&ada, "ada@home.example", b"move", NOW, LATER).unwrap();
}

#[test]
fn signing_in_at_a_provider_counts_as_two_factors_only_where_the_workspace_says_so() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let SignOn::Created(grace, _) = catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.require_two_factor(&workspace, true).unwrap();
    // Both say the same: what the workspace shows, and whether the session proves two factors there.
    let is_open = || {
        let proves = catalog.proves_two_factors(&grace, &by_sign_on(), Some(&workspace)).unwrap();
        let is_open = catalog.memberships(&grace.id, &by_sign_on()).unwrap()[0].is_open();
        assert_eq!(proves, is_open);
        is_open
    };
    assert!(!is_open());
    let id = catalog.sign_on_rules(Some(&workspace)).unwrap()[0].id.clone();
    let terms = SignOnTerms { is_two_factor: true, ..VIEWERS };
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    assert_eq!(catalog.set_sign_on_terms(&other, &id, terms).unwrap(), None, "another workspace's");
    assert_eq!(catalog.set_sign_on_terms(&workspace, &id, terms).unwrap().unwrap().terms, terms);
    assert!(is_open());
}

#[test]
fn a_domain_has_one_provider_and_another_issuer_is_somebody_else() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let SignOn::Created(grace, _) = catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    let origin = Origin { method: by_sign_on(), ..Origin::default() };
    catalog.create_session(b"hash", &grace.id, &origin, NOW, LATER).unwrap();
    add_provider(&catalog, "other", "https://id.other.example");
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    let of_other = NewSignOnRule {
        workspace: other,
        provider: "other".into(),
        domain: "example.org".into(),
        terms: VIEWERS,
    };
    assert!(matches!(catalog.set_sign_on_rule(&of_other, NOW), Err(StoreError::DomainTaken)));
    let nowhere = rule(&catalog, "nowhere", "example.net", VIEWERS);
    assert!(matches!(nowhere, Err(StoreError::NotFound { .. })));
    let provider = catalog.identity_provider_of("grace@EXAMPLE.org").unwrap().unwrap();
    assert_eq!(provider.id, "acme");

    add_provider(&catalog, "acme", "https://id.example.com");
    assert!(catalog.session(b"hash", NOW).unwrap().is_some(), "nothing has changed");
    add_provider(&catalog, "acme", "https://new.example.com");
    assert_eq!(catalog.session(b"hash", NOW).unwrap(), None);
    assert_eq!(catalog.identities(&grace.id).unwrap(), []);
    assert!(catalog.delete_identity_provider("acme").unwrap());
    assert_eq!(catalog.identity_provider_of("grace@example.org").unwrap(), None);
}

#[test]
fn whoever_was_removed_does_not_come_back_by_connecting_again() {
    let members = SignOnTerms { role: Some(Role::Member), ..VIEWERS };
    let (_dir, catalog, _) = with("example.org", members);
    let grace_at_acme = who("two", "grace@example.org");
    let SignOn::Created(grace, joined) = catalog.sign_on(&grace_at_acme, None, NOW).unwrap() else {
        panic!("nobody was taken in");
    };
    let (workspace, _) = &joined[0];
    catalog.remove_member(workspace, &grace.id, Some(Role::Owner), &Author::operator(NOW)).unwrap();
    let identity = catalog.identities(&grace.id).unwrap()[0].id.clone();
    catalog.delete_identity(&grace.id, &identity, None).unwrap();
    assert_eq!(catalog.connect_identity(&grace.id, &grace_at_acme, None, NOW).unwrap(), []);
    assert_eq!(catalog.memberships(&grace.id, &by_sign_on()).unwrap(), []);

    // By an invitation they do, and then leaving counts again.
    let invitation = NewInvitation {
        workspace: workspace.clone(),
        email: None,
        role: Role::Viewer,
        invited_by: "ada".into(),
        token_hash: b"back".to_vec(),
        expires_at: LATER,
    };
    catalog.create_invitation(&invitation, NOW).unwrap();
    catalog.accept_invitation(b"back", &grace, None, NOW).unwrap();
    assert_eq!(catalog.memberships(&grace.id, &by_sign_on()).unwrap()[0].role, Role::Viewer);
}

/// Grace at the provider, whom the workspace had taken in and then removed.
fn removed(catalog: &Catalog) -> (User, WorkspaceId, NewIdentity) {
    let grace_at_acme = who("two", "grace@example.org");
    let SignOn::Created(grace, joined) = catalog.sign_on(&grace_at_acme, None, NOW).unwrap() else {
        panic!("nobody was taken in");
    };
    let workspace = joined[0].0.clone();
    catalog.remove_member(&workspace, &grace.id, Some(Role::Owner), &Author::operator(NOW)).unwrap();
    (grace, workspace, grace_at_acme)
}

fn invite(catalog: &Catalog, workspace: &WorkspaceId, email: Option<&str>, token_hash: &[u8]) {
    let invitation = NewInvitation {
        workspace: workspace.clone(),
        email: email.map(str::to_owned),
        role: Role::Viewer,
        invited_by: "ada".into(),
        token_hash: token_hash.to_vec(),
        expires_at: LATER,
    };
    catalog.create_invitation(&invitation, NOW).unwrap();
}

#[test]
fn whoever_was_removed_does_not_come_back_with_a_new_account() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let (grace, workspace, at_acme) = removed(&catalog);
    catalog.delete_user(&grace.id, &Author::operator(NOW)).unwrap();
    let sign_on = |who: &NewIdentity| catalog.sign_on(who, None, NOW).unwrap();
    assert_eq!(sign_on(&at_acme), SignOn::NotTakenIn);
    assert_eq!(sign_on(&who("two", "hopper@example.org")), SignOn::NotTakenIn, "another address");
    assert_eq!(sign_on(&who("three", "Grace@Example.org")), SignOn::NotTakenIn, "another account there");
    assert!(matches!(sign_on(&who("four", "alan@example.org")), SignOn::Created(..)), "only they are");

    // Nor by signing up, and connecting the account with the provider.
    let again = NewUser { username: "again".into(), email: "grace@example.org".into(), ..owner() };
    let again = catalog.create_unconfirmed_user(&again, NOW).unwrap();
    catalog.create_email_link(&again, LinkPurpose::ConfirmAddress, b"confirm", NOW, LATER).unwrap();
    let again = catalog.confirm_email(b"confirm", |_| "Own".into(), None, NOW).unwrap();
    assert_eq!(catalog.connect_identity(&again.id, &at_acme, None, NOW).unwrap(), []);
    let theirs = catalog.memberships(&again.id, &SignInMethod::Password).unwrap();
    assert!(theirs.iter().all(|one| one.workspace.id != workspace));
}

#[test]
fn what_led_to_whoever_was_removed_is_remembered_when_they_change_it() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let (grace, _, at_acme) = removed(&catalog);
    let identity = catalog.identities(&grace.id).unwrap()[0].id.clone();
    catalog.delete_identity(&grace.id, &identity, None).unwrap();
    catalog.create_address_link(&grace, "g@example.org", b"first", NOW, LATER).unwrap();
    let (_, grace) = catalog.change_email(b"first", &grace.id, NOW).unwrap();
    catalog.connect_identity(&grace.id, &who("three", "g@example.org"), None, NOW).unwrap();
    catalog.create_address_link(&grace, "grace@home.example", b"second", NOW, LATER).unwrap();
    catalog.change_email(b"second", &grace.id, NOW).unwrap();
    // While the account exists, and when it is gone.
    for _ in 0..2 {
        for one in [&at_acme, &who("four", "g@example.org"), &who("two", "new@example.org")] {
            assert_eq!(catalog.sign_on(one, None, NOW).unwrap(), SignOn::NotTakenIn, "{one:?}");
        }
        assert_eq!(catalog.sign_on(&who("three", "new@example.org"), None, NOW).unwrap(), SignOn::NotTakenIn);
        if catalog.user(&grace.id).unwrap().is_some() {
            catalog.delete_user(&grace.id, &Author::operator(NOW)).unwrap();
        }
    }
}

#[test]
fn a_provider_that_is_added_again_does_not_bring_back_whoever_was_removed() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let (grace, ..) = removed(&catalog);
    let identity = catalog.identities(&grace.id).unwrap()[0].id.clone();
    catalog.delete_identity(&grace.id, &identity, None).unwrap();
    catalog.connect_identity(&grace.id, &who("three", "grace@example.org"), None, NOW).unwrap();
    assert!(catalog.delete_identity_provider("acme").unwrap());
    catalog.delete_user(&grace.id, &Author::operator(NOW)).unwrap();
    add_provider(&catalog, "acme", "https://id.example.com");
    rule(&catalog, "acme", "example.org", VIEWERS).unwrap();
    let again = who("three", "new@example.org");
    assert_eq!(catalog.sign_on(&again, None, NOW).unwrap(), SignOn::NotTakenIn);
}

#[test]
fn an_invitation_lets_whoever_was_removed_come_back_for_good() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let (grace, workspace, at_acme) = removed(&catalog);
    catalog.delete_user(&grace.id, &Author::operator(NOW)).unwrap();
    // One that has expired does nothing.
    invite(&catalog, &workspace, Some("grace@example.org"), b"back");
    assert_eq!(catalog.sign_on(&at_acme, None, LATER).unwrap(), SignOn::NotTakenIn);
    let SignOn::Created(grace, joined) = catalog.sign_on(&at_acme, None, NOW).unwrap() else {
        panic!("whoever is invited is kept out");
    };
    assert_eq!(joined[0].0, workspace);
    // Nobody removed them since.
    catalog.delete_user(&grace.id, &Author::operator(NOW)).unwrap();
    assert!(matches!(catalog.sign_on(&at_acme, None, LATER).unwrap(), SignOn::Created(..)));
}

#[test]
fn nothing_that_is_remembered_of_whoever_was_removed_says_who_it_was() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let (grace, workspace, _) = removed(&catalog);
    let marks = || -> Vec<String> {
        let sql = "SELECT person || ' ' || mark FROM former_marks WHERE workspace = ?1";
        let all = |conn: &rusqlite::Connection| {
            let mut statement = conn.prepare(sql)?;
            let rows = statement.query_map([workspace.as_str()], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        catalog.read(all).unwrap()
    };
    assert_eq!(marks().len(), 2, "the address and the account at the provider");
    for mark in marks() {
        assert!(mark.chars().all(|c| c == ' ' || c.is_ascii_hexdigit()), "{mark}");
    }
    invite(&catalog, &workspace, None, b"back");
    catalog.accept_invitation(b"back", &grace, None, NOW).unwrap();
    assert_eq!(marks(), Vec::<String>::new());
}

#[test]
fn a_provider_of_two_domains_vouches_for_each_apart() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    rule(&catalog, "acme", "example.net", VIEWERS).unwrap();
    let SignOn::Created(grace, _) = catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    catalog.create_address_link(&grace, "grace@example.net", b"link", NOW, LATER).unwrap();
    catalog.change_email(b"link", &grace.id, NOW).unwrap();
    assert_eq!(catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap(), SignOn::NotTakenIn);
    assert!(matches!(
        catalog.sign_on(&who("two", "grace@example.net"), None, NOW).unwrap(),
        SignOn::Known(_)
    ));
}

#[test]
fn where_two_factors_and_a_provider_are_required_signing_in_there_is_enough() {
    let (_dir, catalog, _) = with("example.org", SignOnTerms { is_required: true, ..VIEWERS });
    let SignOn::Created(grace, joined) =
        catalog.sign_on(&who("two", "grace@example.org"), None, NOW).unwrap()
    else {
        panic!("nobody was taken in");
    };
    catalog.require_two_factor(&joined[0].0, true).unwrap();
    let is_open = |method| catalog.memberships(&grace.id, &method).unwrap()[0].is_open();
    assert!(is_open(by_sign_on()));
    assert!(!is_open(SignInMethod::Passkey));
    let proves = |method| catalog.proves_two_factors(&grace, &method, Some(&joined[0].0)).unwrap();
    assert!(proves(by_sign_on()));
    assert!(!proves(SignInMethod::SignOn("other".into())));
}

#[test]
fn a_full_workspace_keeps_nobody_out_of_another() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    catalog.limit_workspaces(WorkspaceLimits { members: Some(1), ..WorkspaceLimits::default() });
    let one = who("one", "grace@example.org");
    assert!(matches!(catalog.sign_on(&one, None, NOW), Err(StoreError::MembersFull { .. })));
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    let new = NewSignOnRule {
        workspace: other.clone(),
        provider: "acme".into(),
        domain: "example.org".into(),
        terms: VIEWERS,
    };
    catalog.set_sign_on_rule(&new, NOW).unwrap();
    let SignOn::Created(_, joined) = catalog.sign_on(&one, None, NOW).unwrap() else {
        panic!("nobody was taken in");
    };
    assert_eq!(joined, [(other, Role::Viewer)]);
}

#[test]
fn an_account_that_is_locked_does_not_give_way() {
    let (_dir, catalog, _) = with("example.org", VIEWERS);
    let grace = NewUser { username: "grace".into(), email: "grace@example.org".into(), ..owner() };
    let grace = catalog.create_unconfirmed_user(&grace, NOW).unwrap();
    catalog.lock_user(&grace.id, Some(NOW)).unwrap();
    let found = catalog.sign_on(&who("one", "grace@example.org"), None, NOW).unwrap();
    assert!(matches!(found, SignOn::Unconnected(user) if user.id == grace.id));
}

#[test]
fn who_is_in_does_not_move_by_correcting_an_address() {
    let (_dir, catalog, ada) = with("example.com", VIEWERS);
    assert!(catalog.correct_email(&ada.id, "ada@home.example").is_err());
    let bob = NewUser { username: "bob".into(), email: "bob@example.com".into(), ..owner() };
    let bob = catalog.create_unconfirmed_user(&bob, NOW).unwrap();
    assert_eq!(catalog.correct_email(&bob.id, "bob@home.example").unwrap().user.email, "bob@home.example");
}
