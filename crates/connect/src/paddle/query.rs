//! What requests ask for: which list, in which order, and with what inside.

use model::{ObjectKind, UnixSeconds};

use super::catalog::LISTS;
use super::kind;
use crate::ListRequest;

/// What transactions name and no list has, with the permission that including it takes.
pub(super) const INCLUDES: [(&str, &str); 3] =
    [("address", "address.read"), ("business", "business.read"), ("discount", "discount.read")];

/// What nobody has paid or was asked to pay counts for nothing: most checkouts that are opened are never completed.
const COUNTED: &str = "billed,past_due,paid,completed,canceled";

/// The path of a kind's list, which is one segment.
pub(super) fn path(kind: ObjectKind) -> Option<&'static str> {
    LISTS.iter().find(|list| list.kind == kind)?.path.strip_prefix('/')
}

/// What the list at a kind's path is of.
pub(super) fn filed_as(kind: ObjectKind) -> ObjectKind {
    match kind {
        kind::ADDRESS | kind::BUSINESS => kind::TRANSACTION,
        kind => kind,
    }
}

/// A page. The order is always said: what it is by default has changed.
pub(super) fn list(request: &ListRequest) -> Vec<(&'static str, String)> {
    let listed = filed_as(request.kind);
    let largest: u8 = match listed {
        kind::TRANSACTION => 30,
        kind::ADJUSTMENT => 50,
        _ => 200,
    };
    // 100 stands for as much as there may be.
    let per_page = if request.limit >= 100 { largest } else { request.limit.clamp(1, largest) };
    let mut query = vec![("order_by", "id[DESC]".to_owned()), ("per_page", per_page.to_string())];
    query.extend(statuses(listed).map(|statuses| ("status", statuses.to_owned())));
    if listed == kind::TRANSACTION {
        // Written to the microsecond: a second ends where the next begins.
        query.extend(request.created_gte.map(|at| ("created_at[GTE]", instant(at))));
        query.extend(request.updated_gte.map(|at| ("updated_at[GTE]", instant(at))));
        query.extend(request.created_lte.map(|at| ("created_at[LT]", instant(at.saturating_add(1)))));
    }
    if listed != request.kind {
        query.push(("include", request.kind.as_str().to_owned()));
    }
    query.extend(request.starting_after.clone().map(|id| ("after", id)));
    query
}

/// Some lists leave out what is archived unless asked for it.
fn statuses(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        kind::SUBSCRIPTION => Some("active,canceled,past_due,paused,trialing"),
        kind::TRANSACTION => Some(COUNTED),
        kind::CUSTOMER | kind::PRODUCT | kind::PRICE => Some("active,archived"),
        kind::DISCOUNT => Some("active,archived,expired,used"),
        _ => None,
    }
}

fn instant(at: i64) -> String {
    UnixSeconds(at).timestamp().to_string()
}

/// The newest transaction that was paid in full.
pub(super) fn newest_payment() -> Vec<(&'static str, String)> {
    let query = [("order_by", "id[DESC]"), ("per_page", "1"), ("status", "completed")];
    query.map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// The history of a subscription, newest first.
pub(super) fn history(after: Option<&str>, per_page: u8) -> Vec<(&'static str, String)> {
    let mut query = vec![("order_by", "occurred_at[DESC]".to_owned()), ("per_page", per_page.to_string())];
    query.extend(after.map(|id| ("after", id.to_owned())));
    query
}

/// Events about one entity, newest first.
pub(super) fn events_about(kind: ObjectKind, id: &str) -> Vec<(&'static str, String)> {
    let types = ["created", "updated", "imported"].map(|what| format!("{kind}.{what}"));
    vec![
        ("order_by", "id[DESC]".to_owned()),
        ("per_page", "5".to_owned()),
        ("event_type", types.join(",")),
        ("filter", id.to_owned()),
    ]
}

/// What a transaction is to come with, but for what is left out.
pub(super) fn includes(left_out: u8) -> Option<(&'static str, String)> {
    let names = INCLUDES.iter().enumerate().filter(|(place, _)| left_out & 1 << place == 0);
    let names: Vec<&str> = names.map(|(_, (name, _))| *name).collect();
    (!names.is_empty()).then(|| ("include", names.join(",")))
}

/// Which of them to leave out as well, where the key lacks this permission; all, where it is not said which. `None`: it is not
/// about what is included.
pub(super) fn without(left_out: u8, permission: Option<&str>) -> Option<u8> {
    let all = (1 << INCLUDES.len()) - 1;
    let fewer = match permission {
        None => all,
        Some(permission) => {
            let place = INCLUDES.iter().position(|(_, needed)| *needed == permission)?;
            1 << place
        }
    };
    (fewer & !left_out != 0).then_some(fewer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: &ListRequest) -> String {
        let query = list(request).into_iter().map(|(name, value)| format!("{name}={value}"));
        query.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn every_list_is_asked_for_in_an_order_with_what_is_archived_and_in_its_largest_pages() {
        for (kind, query) in [
            (kind::CUSTOMER, "order_by=id[DESC]&per_page=200&status=active,archived"),
            (
                kind::SUBSCRIPTION,
                "order_by=id[DESC]&per_page=200&status=active,canceled,past_due,paused,trialing",
            ),
            (kind::ADJUSTMENT, "order_by=id[DESC]&per_page=50"),
            (
                kind::TRANSACTION,
                "order_by=id[DESC]&per_page=30&status=billed,past_due,paid,completed,canceled",
            ),
            (kind::EVENT, "order_by=id[DESC]&per_page=200"),
        ] {
            assert_eq!(text(&ListRequest::new(kind)), query);
        }
    }

    #[test]
    fn transactions_alone_have_windows() {
        let window = |kind| ListRequest {
            created_gte: Some(1_770_714_000),
            created_lte: Some(1_770_714_009),
            starting_after: Some("x_1".to_owned()),
            limit: 1,
            ..ListRequest::new(kind)
        };
        assert_eq!(
            text(&window(kind::TRANSACTION)),
            "order_by=id[DESC]&per_page=1&status=billed,past_due,paid,completed,canceled\
             &created_at[GTE]=2026-02-10T09:00:00Z&created_at[LT]=2026-02-10T09:00:10Z&after=x_1"
        );
        assert_eq!(text(&window(kind::ADJUSTMENT)), "order_by=id[DESC]&per_page=1&after=x_1");
    }

    #[test]
    fn transactions_can_be_asked_for_what_has_changed() {
        let changed = ListRequest { updated_gte: Some(1_770_714_000), ..ListRequest::new(kind::TRANSACTION) };
        assert!(text(&changed).ends_with("&updated_at[GTE]=2026-02-10T09:00:00Z"), "{}", text(&changed));
    }

    #[test]
    fn what_the_key_may_not_read_is_left_out() {
        assert_eq!(includes(0), Some(("include", "address,business,discount".to_owned())));
        let fewer = without(0, Some("business.read")).unwrap();
        assert_eq!(includes(fewer), Some(("include", "address,discount".to_owned())));
        assert_eq!(without(fewer, Some("business.read")), None);
        assert_eq!(without(0, Some("transaction.read")), None);
        assert_eq!(includes(without(0, None).unwrap()), None);
    }
}
