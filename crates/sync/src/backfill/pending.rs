//! What the next batch will write.

use std::collections::BTreeSet;

use model::{ObjectKind, RawObject, UnixSeconds};
use store::{Batch, Followup};

use super::plan::LoadPlan;
use super::range::RangeId;
use super::table;

#[derive(Debug, Default)]
pub(super) struct Pending {
    objects: Vec<RawObject>,
    /// The earliest time of their requests, so that none is taken for newer than it is.
    requested_at: Option<UnixSeconds>,
    pub ranges: BTreeSet<RangeId>,
    pub turned_plain: BTreeSet<ObjectKind>,
    followups_added: Vec<Followup>,
    lists_begun: Vec<(ObjectKind, String)>,
    pub followups_done: Vec<Followup>,
    pub meta: Vec<(String, String)>,
}

impl Pending {
    pub fn objects(&self) -> usize {
        self.objects.len()
    }

    pub fn add_objects(&mut self, objects: Vec<RawObject>, requested_at: UnixSeconds) {
        self.objects.extend(objects);
        self.requested_at =
            Some(self.requested_at.map_or(requested_at, |earliest| earliest.min(requested_at)));
    }

    /// Lists that were truncated. Gives back what is to be read of them.
    pub fn begin_lists(&mut self, cut: impl IntoIterator<Item = Followup>) -> Vec<Followup> {
        let followups = self.add_followups(cut);
        self.lists_begun.extend(followups.iter().map(|followup| (followup.kind, followup.id.clone())));
        followups
    }

    /// Gives them back, to be worked on.
    pub fn add_followups(&mut self, followups: impl IntoIterator<Item = Followup>) -> Vec<Followup> {
        let followups: Vec<Followup> = followups.into_iter().collect();
        self.followups_added.extend(followups.iter().cloned());
        followups
    }

    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
            && self.ranges.is_empty()
            && self.followups_added.is_empty()
            && self.followups_done.is_empty()
            && self.meta.is_empty()
    }

    /// The batch, with every range as the plan has it now: just as far as the objects go.
    pub fn take(&mut self, plan: &LoadPlan) -> Batch {
        let taken = std::mem::take(self);
        let mut meta = taken.meta;
        meta.extend(taken.turned_plain.iter().map(|kind| (table::plain_key(*kind), "1".to_owned())));
        // A follow-up that was added and done within one batch need not be written at all.
        let is_done = |added: &Followup| {
            taken.followups_done.iter().any(|done| (done.kind, &done.id) == (added.kind, &added.id))
        };
        Batch {
            objects: taken.objects,
            seen_at: taken.requested_at.unwrap_or_default(),
            windows_cleared: taken.turned_plain.into_iter().collect(),
            windows: taken.ranges.iter().filter_map(|id| plan.range(*id)).map(table::window).collect(),
            followups_added: taken.followups_added.into_iter().filter(|added| !is_done(added)).collect(),
            followups_done: taken.followups_done,
            lists_begun: taken.lists_begun,
            meta,
            restatements: Vec::new(),
        }
    }
}
