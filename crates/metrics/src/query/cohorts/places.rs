//! The sums of cohorts while they are added up.

/// The sums of one cohort.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub(super) customers: i64,
    pub(super) mrr: i64,
    /// From period to period, that of the cohort first: what each value is more than the one before.
    pub(super) changes: Vec<i64>,
}

/// A cohort: its currency and its group as the question numbers them, and the period that it began in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) currency: u32,
    pub(super) group: u32,
    pub(super) cohort: usize,
}

/// All cohorts of a question. Every customer is added to one, so they are found by their numbers and not by a search.
pub(super) struct Places {
    groups: usize,
    buckets: usize,
    /// By currency and group, then by cohort. Empty where nobody was added yet.
    rows: Vec<Vec<Sums>>,
    used: Vec<Place>,
}

impl Places {
    pub(super) fn new(currencies: usize, groups: usize, buckets: usize) -> Self {
        Self { groups, buckets, rows: vec![Vec::new(); currencies * groups], used: Vec::new() }
    }

    pub(super) fn at(&mut self, place: Place) -> &mut Sums {
        let row = &mut self.rows[place.currency as usize * self.groups + place.group as usize];
        if row.is_empty() {
            row.resize_with(self.buckets, Sums::default);
        }
        let sums = &mut row[place.cohort];
        if sums.changes.is_empty() {
            self.used.push(place);
            sums.changes.resize(self.buckets - place.cohort, 0);
        }
        sums
    }

    /// Tells everything that was added, and keeps none of it: what was allocated stays for the next customer.
    pub(super) fn take_each(&mut self, mut take: impl FnMut(Place, &Sums)) {
        for place in self.used.drain(..) {
            let row = &mut self.rows[place.currency as usize * self.groups + place.group as usize];
            let sums = &mut row[place.cohort];
            take(place, sums);
            (sums.customers, sums.mrr) = (0, 0);
            sums.changes.clear();
        }
    }

    /// Takes out everything that was added.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Place, Sums)> {
        let Self { groups, rows, used, .. } = self;
        used.drain(..).map(move |place| {
            let row = &mut rows[place.currency as usize * *groups + place.group as usize];
            (place, std::mem::take(&mut row[place.cohort]))
        })
    }
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.mrr += other.mrr;
        self.changes.resize(self.changes.len().max(other.changes.len()), 0);
        self.changes.iter_mut().zip(&other.changes).for_each(|(sum, change)| *sum += change);
    }

    pub(super) fn values(&self) -> impl Iterator<Item = i64> {
        self.changes.iter().scan(0, |value, change| {
            *value += change;
            Some(*value)
        })
    }
}
