//! Pages of a list: every object byte for byte, and the few facts that it is filed under.

use model::{ObjectKind, UnixSeconds};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::loose::Flag;
use super::{Children, Page, facts};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    has_more: Flag,
}

/// The part of the request that decides how the answer is read.
pub(super) struct Requested<'a> {
    pub(super) kind: ObjectKind,
    pub(super) created_gte: Option<i64>,
    pub(super) created_lte: Option<i64>,
    pub(super) parent: Option<&'a Children>,
}

/// Reads a list's body. An object that cannot be filed is left out and counted; the rest of the page is not lost for it.
pub(super) fn read(
    body: &[u8],
    requested: &Requested<'_>,
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
        match facts::file(requested.kind, raw.get(), requested.parent) {
            Ok(filed) => {
                page.honours_window &= requested.has(filed.object.created_at);
                page.incomplete.extend(filed.incomplete);
                page.objects.push(filed.object);
            }
            Err(reason) => {
                page.unreadable.push(format!("{} number {} of a page: {reason}", requested.kind, index + 1));
            }
        }
    }
    Ok(page)
}

impl Requested<'_> {
    /// Whether an object of this age belongs to the requested window. One without an age may.
    fn has(&self, created_at: Option<UnixSeconds>) -> bool {
        let Some(UnixSeconds(at)) = created_at else { return true };
        self.created_gte.is_none_or(|from| at >= from) && self.created_lte.is_none_or(|to| at <= to)
    }
}
