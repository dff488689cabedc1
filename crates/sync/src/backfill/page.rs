//! What a plan has to know of a page.

use connect::Page;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageFacts {
    pub objects: u64,
    /// When the oldest object of the page was created.
    pub oldest: Option<i64>,
    /// Where the next page begins.
    pub last_id: Option<String>,
    pub has_more: bool,
    pub honours_window: bool,
}

impl From<&Page> for PageFacts {
    fn from(page: &Page) -> Self {
        let last = page.objects.last();
        Self {
            objects: page.objects.len() as u64,
            oldest: last.and_then(|object| object.created_at).map(|at| at.0),
            last_id: page.next.clone().or_else(|| last.map(|object| object.id.clone())),
            has_more: page.has_more,
            honours_window: page.honours_window,
        }
    }
}
