//! Pages of a list: every object byte for byte, and the few facts that it is filed under.

use model::{Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::facts;
use super::loose::Flag;

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    pub kind: ObjectKind,
    pub created_gte: Option<i64>,
    pub created_lte: Option<i64>,
    /// The id of the last object of the page before.
    pub starting_after: Option<String>,
    /// 1 to 100.
    pub limit: u8,
}

impl ListRequest {
    /// The first and largest page of everything.
    pub fn new(kind: ObjectKind) -> Self {
        Self { kind, created_gte: None, created_lte: None, starting_after: None, limit: 100 }
    }
}

/// The rest of a list that came embedded in its parent and was cut there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Children {
    /// `Invoice` (its lines) or `Subscription` (its items).
    pub parent_kind: ObjectKind,
    pub parent_id: String,
    /// The id of the last one that is already there.
    pub starting_after: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub objects: Vec<RawObject>,
    pub has_more: bool,
    /// The embedded lists of these objects that were cut.
    pub incomplete: Vec<Children>,
    /// Why objects of the page were left out, one reason each, without their data.
    pub unreadable: Vec<String>,
    /// The provider's clock when it answered.
    pub server_time: Option<UnixSeconds>,
    /// Of the answer's body, uncompressed.
    pub bytes: usize,
    /// `false`: an object lies outside the `created` window that was asked for, so the server ignores the filter.
    pub honours_window: bool,
}

/// What Stripe answers for a deleted object, for one that is gone without a trace.
pub fn tombstone(kind: ObjectKind, id: &str) -> RawObject {
    let object = if kind == ObjectKind::InvoiceItem { "invoiceitem" } else { kind.as_str() };
    let body = serde_json::json!({ "id": id, "object": object, "deleted": true }).to_string();
    RawObject {
        kind,
        id: id.to_owned(),
        created_at: None,
        counterparts: Counterparts::default(),
        is_deleted: true,
        body: body.into_boxed_str(),
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    has_more: Flag,
}

/// What was asked for, as far as it decides how the answer is read.
pub(super) struct Asked<'a> {
    pub(super) kind: ObjectKind,
    pub(super) created_gte: Option<i64>,
    pub(super) created_lte: Option<i64>,
    pub(super) parent: Option<&'a Children>,
}

/// Reads a list's body. An object that cannot be filed is left out and counted; the rest of the page is not lost for it.
pub(super) fn read(
    body: &[u8],
    asked: &Asked<'_>,
    server_time: Option<UnixSeconds>,
) -> Result<Page, serde_json::Error> {
    let list: Body<'_> = serde_json::from_slice(body)?;
    let mut page = Page {
        objects: Vec::with_capacity(list.data.len()),
        has_more: list.has_more.is_set(),
        server_time,
        bytes: body.len(),
        honours_window: true,
        ..Page::default()
    };
    for (index, raw) in list.data.iter().enumerate() {
        match facts::file(asked.kind, raw.get(), asked.parent) {
            Ok(filed) => {
                page.honours_window &= asked.has(filed.object.created_at);
                page.incomplete.extend(filed.incomplete);
                page.objects.push(filed.object);
            }
            Err(reason) => {
                page.unreadable.push(format!("{} number {} of a page: {reason}", asked.kind, index + 1));
            }
        }
    }
    Ok(page)
}

impl Asked<'_> {
    /// Whether an object of this age belongs to what was asked for. One without an age may.
    fn has(&self, created_at: Option<UnixSeconds>) -> bool {
        let Some(UnixSeconds(at)) = created_at else { return true };
        self.created_gte.is_none_or(|from| at >= from) && self.created_lte.is_none_or(|to| at <= to)
    }
}
