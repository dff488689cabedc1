use model::{Role, TokenScope, UnixSeconds};

use super::*;
use crate::catalog::tests::{NOW, owner, temp};
use crate::catalog::{Author, NewInvitation, NewToken, NewUser, Origin, User};

const LATER: UnixSeconds = UnixSeconds(NOW.0 + 100);

/// An owner, and an admin of the same workspace who is signed in.
fn with_admin() -> (tempfile::TempDir, Catalog, WorkspaceId, User) {
    let (dir, catalog) = temp();
    catalog.create_owner(&owner(), NOW).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.create_invitation(&invitation(&workspace, b"link"), NOW).unwrap();
    let bob = NewUser { username: "bob".into(), email: "bob@example.com".into(), ..owner() };
    let bob = catalog.create_user_by_invitation(b"link", &bob, None, NOW).unwrap();
    catalog.create_session(b"session", &bob.id, &Origin::default(), NOW, LATER).unwrap();
    (dir, catalog, workspace, bob)
}

fn invitation(workspace: &WorkspaceId, token_hash: &[u8]) -> NewInvitation {
    NewInvitation {
        workspace: workspace.clone(),
        email: None,
        role: Role::Admin,
        invited_by: "ada".into(),
        token_hash: token_hash.to_vec(),
        expires_at: LATER,
    }
}

fn token(workspace: &WorkspaceId) -> NewToken {
    NewToken {
        workspace: workspace.clone(),
        name: "ci".into(),
        prefix: "cht_ab".into(),
        token_hash: b"hash".to_vec(),
        scope: TokenScope::Manage,
        expires_at: None,
        created_by: Some("bob".into()),
    }
}

fn by_session(catalog: &Catalog, workspace: &WorkspaceId, needed: Permission) -> Catalog {
    let id = catalog.session(b"session", NOW).unwrap().unwrap().id;
    let needs = Some((workspace.clone(), needed));
    catalog.on_behalf_of(Proof { credential: Credential::Session(id), needs })
}

#[test]
fn what_lands_between_the_check_and_the_write_wins() {
    type Change = fn(&Catalog, &WorkspaceId, &User);
    let operator = || Author::operator(NOW);
    let changes: [(&str, bool, Change); 4] = [
        ("removed", true, |catalog, workspace, bob| {
            catalog.remove_member(workspace, &bob.id, Some(Role::Owner), &Author::operator(NOW)).unwrap();
        }),
        ("demoted", false, |catalog, workspace, bob| {
            let (role, by) = (Role::Member, Role::Owner);
            catalog.set_role(workspace, &bob.id, role, by, &Author::operator(NOW)).unwrap();
        }),
        ("locked", true, |catalog, _, bob| drop(catalog.lock_user(&bob.id, Some(NOW)).unwrap())),
        ("kept out", false, |catalog, workspace, _| {
            catalog.require_two_factor(workspace, true).unwrap();
        }),
    ];
    for (what, is_signed_out, change) in changes {
        let (_dir, catalog, workspace, bob) = with_admin();
        let ada = catalog.members(&workspace).unwrap()[0].user.id.clone();
        let theirs = by_session(&catalog, &workspace, Permission::Manage);
        // As long as they may, they do.
        theirs.create_invitation(&invitation(&workspace, b"before"), NOW).unwrap();
        change(&catalog, &workspace, &bob);
        let refused = [
            theirs.create_token(&token(&workspace), NOW).map(drop),
            theirs.create_invitation(&invitation(&workspace, b"after"), NOW).map(drop),
            theirs.set_role(&workspace, &ada, Role::Admin, Role::Owner, &operator()).map(drop),
            theirs.transfer_ownership(&workspace, &ada, &bob.id, &operator()),
            theirs.rename_workspace(&workspace, "Theirs").map(drop),
        ];
        for one in refused {
            let ended = one.unwrap_err();
            match is_signed_out {
                true => assert!(matches!(ended, StoreError::SignedOut), "{what}: {ended}"),
                false => assert!(matches!(ended, StoreError::AccessEnded), "{what}: {ended}"),
            }
        }
        assert_eq!(catalog.tokens(&workspace).unwrap(), [], "{what}");
        assert!(catalog.invitation_by_link(b"after").unwrap().is_none(), "{what}");
        assert_ne!(catalog.default_workspace().unwrap().name, "Theirs");
    }
}

#[test]
fn a_token_that_is_revoked_meanwhile_writes_nothing_more() {
    let (_dir, catalog, workspace, _) = with_admin();
    let id = catalog.create_token(&token(&workspace), NOW).unwrap().id;
    let needs = Some((workspace.clone(), Permission::Manage));
    let its = catalog.on_behalf_of(Proof { credential: Credential::Token(id.clone()), needs });
    assert!(its.rename_workspace(&workspace, "Before").unwrap());
    assert!(catalog.delete_token(&workspace, &id).unwrap());
    assert!(matches!(its.rename_workspace(&workspace, "After"), Err(StoreError::SignedOut)));
    assert!(its.for_server().rename_workspace(&workspace, "Before").unwrap());
    assert_eq!(catalog.default_workspace().unwrap().name, "Before");
}

#[test]
fn an_account_that_is_deleted_meanwhile_accepts_nothing() {
    let (_dir, catalog, workspace, bob) = with_admin();
    let id = catalog.session(b"session", NOW).unwrap().unwrap().id;
    let theirs = catalog.on_behalf_of(Proof { credential: Credential::Session(id), needs: None });
    catalog.create_invitation(&invitation(&workspace, b"open"), NOW).unwrap();
    catalog.delete_user(&bob.id, &Author::operator(NOW)).unwrap();
    assert!(matches!(theirs.accept_invitation(b"open", &bob, None, NOW), Err(StoreError::SignedOut)));
    assert!(catalog.invitation_by_link(b"open").unwrap().is_some(), "it is not used up");
    // Also where nobody asks who writes: what a row belongs to is gone, and nothing is wrong with the server.
    let refused = catalog.accept_invitation(b"open", &bob, None, NOW).unwrap_err();
    assert!(matches!(refused, StoreError::OwnerGone), "{refused:?}");
    let refused = catalog.create_session(b"new", &bob.id, &Origin::default(), NOW, LATER).unwrap_err();
    assert!(matches!(refused, StoreError::OwnerGone), "{refused:?}");
    let refused = catalog.create_token(&token(&"ws_gone".into()), NOW).unwrap_err();
    assert!(matches!(refused, StoreError::OwnerGone), "{refused:?}");
}
