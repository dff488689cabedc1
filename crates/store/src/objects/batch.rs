//! What goes in and what comes out.

use model::{CustomerId, ObjectKind, RawObject, Restatement, UnixSeconds};

/// What is written together or not at all: a page of objects, and the position in its list.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub objects: Vec<RawObject>,
    /// When the provider was asked: of two versions of an object the one that was asked for later wins. Of two from
    /// the same second the one that is written later wins, but a deletion stays.
    pub seen_at: UnixSeconds,
    /// Kinds whose windows are all forgotten, before `windows` are written.
    pub windows_cleared: Vec<ObjectKind>,
    /// Put in place of those with the same kind and number.
    pub windows: Vec<Window>,
    /// Put in place of those with the same kind and id.
    pub followups_added: Vec<Followup>,
    /// Those with the same kind and id are taken out, their lists having been read to the end. What is kept of such a list
    /// and was not met since it was begun is deleted.
    pub followups_done: Vec<Followup>,
    /// Objects whose embedded lists were truncated, the rest of which is read from here on.
    pub lists_begun: Vec<(ObjectKind, String)>,
    /// Put in place of those with the same key.
    pub meta: Vec<(String, String)>,
    /// Recorded as of `seen_at`, unless the list says so already. They outlast a power cut that the rest may not.
    pub restatements: Vec<Restatement>,
}

/// One cursor of a list: a range of `created`, and how far it has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub kind: ObjectKind,
    /// Tells the windows of a kind apart; the caller numbers them.
    pub number: u32,
    /// First second of the range; `None`: no lower end.
    pub created_gte: Option<i64>,
    /// Last second of the range; `None`: no upper end.
    pub created_lte: Option<i64>,
    /// The last object read; `None`: nothing yet.
    pub starting_after: Option<String>,
    pub is_done: bool,
    /// How many objects it has brought so far.
    pub objects: u64,
}

/// An object with an embedded list that was truncated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Followup {
    pub kind: ObjectKind,
    pub id: String,
    /// The last child known; `None`: from the start.
    pub starting_after: Option<String>,
}

/// What a batch changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    pub inserted: usize,
    pub updated: usize,
    /// Were there already, or in a newer version.
    pub unchanged: usize,
    /// Customers of what was inserted or updated, each once.
    pub touched_customers: Vec<CustomerId>,
    /// What counts though it belongs to no customer, as far as it came, changed, or has a customer now.
    pub touched_ownerless: Vec<(ObjectKind, String)>,
    /// Kinds of which something was inserted or updated, each once.
    pub changed_kinds: Vec<ObjectKind>,
    /// How many restatements the list did not have.
    pub restated: usize,
}

/// One object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// As received, but with the customer filled in where it follows from the invoice, subscription or charge.
    pub object: RawObject,
    pub seen_at: UnixSeconds,
}

/// What there is of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindFacts {
    pub kind: ObjectKind,
    /// Without those that are deleted.
    pub count: u64,
    pub deleted: u64,
    pub oldest_created_at: Option<UnixSeconds>,
    pub newest_created_at: Option<UnixSeconds>,
}

/// References to missing objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct References {
    pub dangling: Vec<Dangling>,
    /// What is named and missing of the kinds that were asked for, in order.
    pub missing: Vec<(ObjectKind, String)>,
}

/// References from one kind to another that point nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    pub from: ObjectKind,
    pub to: ObjectKind,
    pub count: u64,
    /// Up to 20 of them.
    pub examples: Vec<DanglingExample>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DanglingExample {
    /// The object that names another.
    pub id: String,
    /// The id of what is not there.
    pub points_to: String,
}
