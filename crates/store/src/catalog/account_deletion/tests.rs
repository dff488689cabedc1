use model::{Role, TokenScope, UnixSeconds};

use super::*;
use crate::catalog::tests::{NOW, owner, temp};
use crate::catalog::{
    AuditFilter, LinkPurpose, NewIdentity, NewIdentityProvider, NewInvitation, NewPasskey, NewSignOnRule,
    NewToken, NewUser, Origin, SignInMethod, SignOnTerms,
};

const LATER: UnixSeconds = UnixSeconds(NOW.0 + 100);

fn invitation(workspace: &WorkspaceId, by: &str, token_hash: &[u8]) -> NewInvitation {
    NewInvitation {
        workspace: workspace.clone(),
        email: None,
        role: Role::Owner,
        invited_by: by.into(),
        token_hash: token_hash.to_vec(),
        expires_at: LATER,
    }
}

/// The owner of the default workspace, and another owner of it.
fn two_owners(catalog: &Catalog) -> (User, User) {
    let ada = catalog.create_owner(&owner(), NOW).unwrap();
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.create_invitation(&invitation(&workspace, "ada", b"link"), NOW).unwrap();
    let bob = NewUser { username: "bob".into(), email: "bob@example.com".into(), ..owner() };
    let bob = catalog.create_user_by_invitation(b"link", &bob, None, NOW).unwrap();
    (ada, bob)
}

fn by_themselves(user: &User) -> Author {
    Author::of_user(user, Some("203.0.113.7"), LATER)
}

/// Everything that an account can have.
fn give_everything(catalog: &Catalog, user: &User) {
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.create_session(b"session", &user.id, &Origin::default(), NOW, LATER).unwrap();
    catalog.begin_two_factor(&user.id, b"secret").unwrap();
    catalog.take_two_factor_step(&user.id, 100, NOW).unwrap();
    catalog.set_recovery_codes(&user.id, &[[1; 32], [2; 32]]).unwrap();
    let passkey = NewPasskey {
        credential_id: b"one".to_vec(),
        public_key: b"public key".to_vec(),
        state: b"new".to_vec(),
        transports: 4,
        host: "example.com".into(),
        name: "Laptop".into(),
    };
    catalog.create_passkey(&user.id, &passkey, None, NOW).unwrap();
    catalog.create_email_link(user, LinkPurpose::ResetPassword, b"reset", NOW, LATER).unwrap();
    catalog.create_invitation(&invitation(&workspace, &user.username, b"theirs"), NOW).unwrap();
    let provider = NewIdentityProvider {
        id: "acme".into(),
        name: "Acme ID".into(),
        issuer: "https://id.example.com".into(),
        client_id: "chartsy".into(),
        is_listed: true,
        trusts_emails: false,
    };
    catalog.set_identity_provider(&provider, None, NOW).unwrap();
    let terms = SignOnTerms { role: None, is_two_factor: false, is_required: false };
    let rule = NewSignOnRule { workspace, provider: "acme".into(), domain: "example.com".into(), terms };
    catalog.set_sign_on_rule(&rule, NOW).unwrap();
    let who = NewIdentity {
        provider: "acme".into(),
        issuer: "https://id.example.com".into(),
        subject: "one".into(),
        email: user.email.clone(),
        full_name: user.full_name.clone(),
    };
    catalog.connect_identity(&user.id, &who, None, NOW).unwrap();
    let left = catalog.create_workspace("Left", NOW).unwrap().id;
    let sql = "INSERT INTO former_members (workspace, user) VALUES (?1, ?2)";
    catalog.write(|tx| Ok(tx.execute(sql, [left.as_str(), user.id.as_str()])?)).unwrap();
}

/// The tables with a column that names this user, other than the audit log.
fn tables_about(catalog: &Catalog, user: &User) -> Vec<String> {
    catalog
        .read(|conn| {
            let mut columns = conn.prepare(
                "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
                 WHERE tables.type = 'table' AND tables.name NOT IN ('audit', 'sqlite_sequence') ORDER BY tables.name",
            )?;
            let columns = columns.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            let mut found = Vec::new();
            for column in columns {
                let (table, column) = column?;
                let sql = format!("SELECT 1 FROM \"{table}\" WHERE \"{column}\" IN (?1, ?2, ?3) LIMIT 1");
                let given = [user.id.as_str(), &user.username, &user.email];
                if conn.prepare(&sql)?.exists(given)? && found.last() != Some(&table) {
                    found.push(table);
                }
            }
            Ok(found)
        })
        .unwrap()
}

#[test]
fn nothing_of_a_deleted_account_stays_but_what_it_did() {
    let (_dir, catalog) = temp();
    let (_ada, bob) = two_owners(&catalog);
    give_everything(&catalog, &bob);
    let before = tables_about(&catalog, &bob);
    for table in [
        "email_links",
        "former_members",
        "identities",
        "invitations",
        "members",
        "passkeys",
        "sessions",
        "two_factor",
        "users",
    ] {
        assert!(before.iter().any(|one| one == table), "{table} of {before:?}");
    }
    let commits = catalog.commits();
    assert_eq!(catalog.delete_user(&bob.id, &by_themselves(&bob)).unwrap().id, bob.id);
    assert_eq!(catalog.commits() - commits, 1, "one transaction");
    assert_eq!(tables_about(&catalog, &bob), Vec::<String>::new());
    assert_eq!(catalog.session(b"session", NOW).unwrap(), None);
    assert!(catalog.passkey_by_credential(b"one").unwrap().is_none());
    let workspace = catalog.default_workspace().unwrap().id;
    let log = catalog.audit(&workspace, &AuditFilter::default(), 10).unwrap();
    let newest = &log[0];
    assert_eq!((&*newest.action, newest.actor_name.as_deref()), ("account.deleted", Some("bob")));
    assert_eq!((newest.at, newest.address.as_deref()), (LATER, Some("203.0.113.7")));
    assert!(log.iter().any(|one| one.action == "member.joined" && one.actor_name.as_deref() == Some("bob")));
    assert!(matches!(catalog.delete_user(&bob.id, &by_themselves(&bob)), Err(StoreError::NotFound { .. })));
}

#[test]
fn the_last_owner_who_can_sign_in_is_not_deleted() {
    let (_dir, catalog) = temp();
    let (ada, bob) = two_owners(&catalog);
    catalog.lock_user(&ada.id, Some(NOW)).unwrap();
    catalog.create_session(b"session", &bob.id, &Origin::default(), NOW, LATER).unwrap();
    let before = catalog.whole_audit(None, &AuditFilter::default(), 10).unwrap();
    let refused = catalog.delete_user(&bob.id, &by_themselves(&bob)).unwrap_err();
    let StoreError::OnlyOwner { workspaces } = refused else { panic!("{refused}") };
    let workspace = catalog.default_workspace().unwrap();
    assert_eq!(workspaces, [(workspace.id, workspace.name)]);
    assert!(catalog.session(b"session", NOW).unwrap().is_some(), "nothing has changed");
    assert_eq!(catalog.whole_audit(None, &AuditFilter::default(), 10).unwrap(), before, "nor is it recorded");
    catalog.lock_user(&ada.id, None).unwrap();
    catalog.delete_user(&bob.id, &by_themselves(&bob)).unwrap();
}

#[test]
fn what_belongs_to_a_workspace_stays_when_its_maker_is_deleted() {
    let (_dir, catalog) = temp();
    let (_ada, bob) = two_owners(&catalog);
    let workspace = catalog.default_workspace().unwrap().id;
    let token = NewToken {
        workspace: workspace.clone(),
        name: "ci".into(),
        prefix: "cht_ab".into(),
        token_hash: b"hash".to_vec(),
        scope: TokenScope::ReadMetrics,
        expires_at: None,
        created_by: Some("bob".into()),
    };
    catalog.create_token(&token, NOW).unwrap();
    catalog.delete_user(&bob.id, &Author::operator(NOW)).unwrap();
    let left = catalog.tokens(&workspace).unwrap();
    assert_eq!(left[0].created_by.as_deref(), Some("bob"), "others see whose it was");
    let log = catalog.audit(&workspace, &AuditFilter::default(), 1).unwrap();
    assert_eq!((&*log[0].action, log[0].subject.as_deref()), ("user.deleted", Some("bob")));
}

#[test]
fn an_account_without_a_workspace_is_deleted_too() {
    let (_dir, catalog) = temp();
    let (_ada, bob) = two_owners(&catalog);
    let workspace = catalog.default_workspace().unwrap().id;
    catalog.remove_member(&workspace, &bob.id, None, &by_themselves(&bob)).unwrap();
    catalog
        .create_session(
            b"session",
            &bob.id,
            &Origin { method: SignInMethod::Passkey, ..Origin::default() },
            NOW,
            LATER,
        )
        .unwrap();
    catalog.delete_user(&bob.id, &by_themselves(&bob)).unwrap();
    let log = catalog.whole_audit(None, &AuditFilter::default(), 1).unwrap();
    assert_eq!((&*log[0].action, log[0].workspace.as_ref()), ("account.deleted", None));
    assert_eq!(catalog.session(b"session", NOW).unwrap(), None);
}
