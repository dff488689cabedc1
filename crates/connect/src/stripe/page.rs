//! Pages of a list: every object byte for byte, and the few facts that it is filed under.

use model::UnixSeconds;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::loose::Flag;
use super::{Children, ListRequest, Page, facts};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    has_more: Flag,
}

/// Reads a list's body. An object that cannot be filed is left out and counted; the rest of the page is not lost for it.
pub(super) fn read(
    body: &[u8],
    request: &ListRequest,
    parent: Option<&Children>,
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
        match facts::file(request.kind, raw.get(), parent) {
            Ok(filed) => {
                page.honours_window &= request.has(filed.object.created_at);
                page.incomplete.extend(filed.incomplete);
                page.objects.push(filed.object);
            }
            Err(reason) => {
                page.unreadable.push(format!("{} number {} of a page: {reason}", request.kind, index + 1));
            }
        }
    }
    Ok(page)
}
