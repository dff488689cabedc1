use super::*;
use crate::catalog::Author;
use crate::catalog::tests::{NOW, connection, temp};

fn link(workspace: &WorkspaceId, connection: Option<&ConnectionId>) -> NewShareLink {
    NewShareLink {
        workspace: workspace.clone(),
        connection: connection.cloned(),
        name: "For the bank".into(),
        code_hash: b"hash".to_vec(),
        page: "mrr".into(),
        view: "range=12m&currency=usd".into(),
        password_hash: Some(Secret::new("$argon2id$…")),
        hides_amounts: true,
        hides_counts: false,
        scale: Some(Secret::new("{}")),
        origins: vec!["https://example.com".into()],
        created_by: "ada".into(),
        expires_at: Some(UnixSeconds(NOW.0 + 100)),
    }
}

#[test]
fn a_link_is_found_by_its_code_until_it_expires_and_counts_how_often_it_is_opened() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let of = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let made = catalog.create_share_link(&link(&workspace, Some(&of)), NOW).unwrap();
    assert_eq!((made.opened, made.last_opened_at, &made.workspace), (0, None, &workspace));
    let later = UnixSeconds(NOW.0 + 99);
    catalog.note_share_link_opened(&made.id, later).unwrap();
    let found = catalog.share_link_by_code(b"hash", later).unwrap().unwrap();
    assert_eq!((found.opened, found.last_opened_at), (1, Some(later)));
    assert_eq!(found.origins, ["https://example.com"]);
    assert!(found.hides_amounts && !found.hides_counts && found.password_hash.is_some());
    assert!(catalog.share_link_by_code(b"guess", later).unwrap().is_none());
    assert!(catalog.share_link_by_code(b"hash", UnixSeconds(NOW.0 + 100)).unwrap().is_none());
    assert_eq!(catalog.share_links(&workspace).unwrap().len(), 1, "it stays in the list");
}

#[test]
fn a_link_is_of_one_workspace_and_ends_with_its_connection() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let other = catalog.create_workspace("Other", NOW).unwrap().id;
    let of = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let made = catalog.create_share_link(&link(&workspace, Some(&of)), NOW).unwrap();
    assert!(catalog.share_links(&other).unwrap().is_empty());
    assert!(catalog.delete_share_link(&other, &made.id).unwrap().is_none());
    assert_eq!(catalog.delete_share_link(&workspace, &made.id).unwrap().unwrap().name, "For the bank");
    assert!(catalog.share_link_by_code(b"hash", NOW).unwrap().is_none());

    let again = catalog.create_share_link(&link(&workspace, Some(&of)), NOW).unwrap();
    catalog.delete_connection(&workspace, &of).unwrap();
    assert!(catalog.share_link(&again.id).unwrap().is_none());
    assert!(catalog.share_link_by_code(b"hash", NOW).unwrap().is_none());
}

#[test]
fn a_link_to_all_accounts_ends_with_the_workspace() {
    let (_dir, catalog) = temp();
    let workspace = catalog.create_workspace("Other", NOW).unwrap().id;
    let of = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    let made = catalog.create_share_link(&link(&workspace, None), NOW).unwrap();
    assert_eq!((made.of(), &made.connection), (workspace.as_str(), &None));
    assert!(catalog.delete_connection(&workspace, &of).unwrap());
    assert_eq!(catalog.share_link_by_code(b"hash", NOW).unwrap().unwrap().id, made.id);
    assert!(catalog.delete_workspace(&workspace, &Author::operator(NOW)).unwrap());
    assert!(catalog.share_link_by_code(b"hash", NOW).unwrap().is_none());
}
