use super::*;
use crate::catalog::tests::{NOW, connection, temp};
use crate::catalog::{AuditFilter, Author};

#[test]
fn a_command_that_waits_gets_the_receipt_of_a_connection_and_nobody_else_does() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let operator = Author::operator(NOW);
    let delete = |account: &str, is_asked: bool| {
        let id = catalog.create_connection(&connection(&workspace, account), NOW).unwrap().id;
        let deletion = Deletion::Connection(id.clone());
        if is_asked {
            catalog.ask_to_delete(&deletion).unwrap();
            assert_eq!(catalog.wanted_deletions().unwrap(), [deletion]);
        }
        assert!(catalog.delete_connection_for(&operator, &workspace, (&id, "Shop"), "{}").unwrap());
        id
    };
    let unasked = delete("acct_1", false);
    assert_eq!(catalog.take_receipt(&unasked).unwrap(), None);
    let asked = delete("acct_2", true);
    assert_eq!(catalog.wanted_deletions().unwrap(), []);
    assert_eq!(catalog.take_receipt(&asked).unwrap().as_deref(), Some("{}"));
    assert_eq!(catalog.take_receipt(&asked).unwrap(), None, "told once");

    let log = catalog.audit(&workspace, &AuditFilter::default(), 10).unwrap();
    let log: Vec<_> =
        log.iter().map(|one| (&*one.action, one.subject.as_deref(), one.detail.as_deref())).collect();
    let entry = |id: &ConnectionId| ("connection.deleted", Some(id.to_string()), Some("Shop"));
    for (said, id) in log.iter().zip([&asked, &unasked]) {
        assert_eq!((said.0, said.1.map(str::to_owned), said.2), entry(id));
    }
    assert_eq!(log.len(), 2);
}

#[test]
fn a_connection_that_is_deleted_with_its_workspace_is_no_longer_wanted_deleted() {
    let (_dir, catalog) = temp();
    let workspace = catalog.default_workspace().unwrap().id;
    let id = catalog.create_connection(&connection(&workspace, "acct_1"), NOW).unwrap().id;
    catalog.ask_to_delete(&Deletion::Connection(id.clone())).unwrap();
    catalog.delete_connection(&workspace, &id).unwrap();
    assert_eq!(catalog.wanted_deletions().unwrap(), []);
    assert_eq!(catalog.take_receipt(&id).unwrap(), None);
}
