//! One range of `created` times of one kind, read from its newest end to its oldest.

use model::ObjectKind;

use super::page::PageFacts;

/// Names a range for as long as its load lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RangeId {
    pub kind: ObjectKind,
    pub number: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub id: RangeId,
    /// First second that belongs to it. `None`: everything older too.
    pub from: Option<i64>,
    /// Last second that belongs to it. `None`: everything newer too.
    pub to: Option<i64>,
    /// The last object that was read.
    pub cursor: Option<String>,
    /// When that object was created: older than this is unread.
    pub reached: Option<i64>,
    /// Objects read in it.
    pub count: u64,
    pub is_done: bool,
    /// A request for its next page is on its way.
    pub is_running: bool,
}

/// Where time begins and ends for estimates: no window is cut outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Horizon {
    /// Before this the account has nothing worth cutting for. Never a limit to what is read.
    pub floor: i64,
    pub now: i64,
}

impl Range {
    pub fn new(id: RangeId, from: Option<i64>, to: Option<i64>) -> Self {
        Self { id, from, to, cursor: None, reached: None, count: 0, is_done: false, is_running: false }
    }

    /// Newest unread second.
    pub fn unread_to(&self, horizon: Horizon) -> i64 {
        self.reached.or(self.to).unwrap_or(horizon.now).min(horizon.now)
    }

    /// Oldest unread second that is worth an estimate.
    pub fn unread_from(&self, horizon: Horizon) -> i64 {
        self.from.unwrap_or(i64::MIN).max(horizon.floor)
    }

    /// Seconds not read yet.
    pub fn unread_seconds(&self, horizon: Horizon) -> i64 {
        if self.is_done {
            return 0;
        }
        (self.unread_to(horizon) - self.unread_from(horizon)).max(0)
    }

    /// Seconds read so far.
    pub fn read_seconds(&self, horizon: Horizon) -> i64 {
        let to = self.to.unwrap_or(horizon.now).min(horizon.now);
        let back_to = match (self.is_done, self.reached) {
            (true, _) => self.unread_from(horizon).min(to),
            (false, Some(reached)) => reached,
            (false, None) => return 0,
        };
        (to - back_to).max(1)
    }

    /// Objects in the unread rest, if they lie as dense as `density` says.
    pub fn estimated_rest(&self, density: Density, horizon: Horizon) -> u64 {
        density.objects_in(self.unread_seconds(horizon))
    }

    /// How dense what was read of it lies. `None`: nothing read, or a rest that cannot be told from it.
    pub fn density(&self, horizon: Horizon) -> Option<Density> {
        (self.count > 0 && (self.is_done || self.reached.is_some()))
            .then(|| Density { objects: self.count, seconds: self.read_seconds(horizon) })
    }

    /// Goes on past a page.
    pub fn advance(&mut self, page: &PageFacts) {
        self.count += page.objects;
        let is_stuck = page.last_id.is_none() || page.last_id == self.cursor;
        self.cursor.clone_from(&page.last_id);
        self.reached = page.oldest.or(self.reached);
        let is_past_the_end = self.from.zip(self.reached).is_some_and(|(from, reached)| reached < from);
        self.is_done = !page.has_more || is_stuck || is_past_the_end;
    }

    /// Forgets the cursor's object, which the provider no longer knows, and goes on from its time instead.
    /// `false`: that is impossible, or was done already.
    pub fn restart_at_reached(&mut self) -> bool {
        let Some(reached) = self.reached.filter(|_| self.cursor.is_some()) else { return false };
        self.cursor = None;
        self.to = Some(reached);
        true
    }

    /// Gives away everything older than `at` as a range of its own.
    pub fn split_before(&mut self, at: i64, number: u32) -> Range {
        let older = Range::new(RangeId { kind: self.id.kind, number }, self.from, Some(at - 1));
        self.from = Some(at);
        older
    }
}

/// Objects over seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Density {
    pub objects: u64,
    pub seconds: i64,
}

impl Density {
    pub fn objects_in(self, seconds: i64) -> u64 {
        let objects = i128::from(self.objects) * i128::from(seconds.max(0)) / i128::from(self.seconds.max(1));
        u64::try_from(objects).unwrap_or(u64::MAX)
    }
}
