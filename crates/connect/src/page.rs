//! Requests for a list or an object, and their answers.

use model::{ObjectKind, RawObject, UnixSeconds};

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    pub kind: ObjectKind,
    pub created_gte: Option<i64>,
    pub created_lte: Option<i64>,
    /// What was changed since, in lists that can be asked for that: see [`crate::List::has_changes`].
    pub updated_gte: Option<i64>,
    /// The id of the last object of the page before.
    pub starting_after: Option<String>,
    /// 1 to 100.
    pub limit: u8,
}

impl ListRequest {
    /// The first and largest page of everything.
    pub fn new(kind: ObjectKind) -> Self {
        Self {
            kind,
            created_gte: None,
            created_lte: None,
            updated_gte: None,
            starting_after: None,
            limit: 100,
        }
    }

    /// Whether an object of this age belongs to the requested window. One without an age may.
    pub(crate) fn has(&self, created_at: Option<UnixSeconds>) -> bool {
        let Some(UnixSeconds(at)) = created_at else { return true };
        self.created_gte.is_none_or(|from| at >= from) && self.created_lte.is_none_or(|to| at <= to)
    }
}

/// The rest of a list that came embedded in its parent and was cut there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Children {
    /// What the list is in.
    pub parent_kind: ObjectKind,
    pub parent_id: String,
    /// The id of the last one that is already there.
    pub starting_after: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub objects: Vec<RawObject>,
    pub has_more: bool,
    /// Objects of other kinds that came inside these, and may be had in no other way.
    pub embedded: Vec<RawObject>,
    /// Where the next page begins, if that is not after the last object.
    pub next: Option<String>,
    /// The embedded lists of these objects that were cut.
    pub incomplete: Vec<Children>,
    /// Why objects of the page were skipped, one reason each, without their data.
    pub unreadable: Vec<String>,
    /// The provider's clock when it answered.
    pub server_time: Option<UnixSeconds>,
    /// Of the answer's body, uncompressed.
    pub bytes: usize,
    /// `false`: an object lies outside the `created` window that was asked for, so the server ignores the filter.
    pub honours_window: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retrieved {
    Found {
        object: RawObject,
        /// Its embedded list, where that was cut.
        incomplete: Option<Children>,
        /// Objects of other kinds that came inside it.
        embedded: Vec<RawObject>,
    },
    /// The provider's tombstone.
    Deleted(RawObject),
    /// The provider does not know it.
    Missing,
}
