//! The sums of cohorts while they are added up.

/// The sums of one cohort.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    /// Those whose first value has a rate on its day: the whole that shares are a part of.
    pub(super) customers: i64,
    pub(super) mrr: i64,
    /// From period to period, that of the cohort first: what each value is more than the one before.
    pub(super) changes: Vec<i64>,
}

/// The sums of a cohort but for the changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) customers: i64,
    pub(super) mrr: i64,
}

/// A cohort: its currency and its group as the question numbers them, and the period that it began in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CohortKey {
    pub(super) currency: u32,
    pub(super) group: u32,
    pub(super) cohort: usize,
}

/// All cohorts of a question. Every customer is added to one, so they are found by their numbers and not by a search, and
/// what is added to one lies side by side.
pub(super) struct CohortTable {
    groups: usize,
    buckets: usize,
    /// How many periods of a cohort are followed.
    periods_max: usize,
    /// By currency and group, then by cohort: where its numbers begin. Empty where nobody was added yet.
    rows: Vec<Vec<u32>>,
    /// Of one cohort after the other: its customers, how many of them count for its size, their MRR, and the changes.
    numbers: Vec<i64>,
    /// Those with any customer.
    used: Vec<CohortKey>,
}

/// The numbers of one cohort.
pub(super) struct Numbers<'a> {
    pub(super) mrr: &'a mut i64,
    pub(super) changes: &'a mut [i64],
}

/// Nothing was added to a cohort yet.
const NOWHERE: u32 = u32::MAX;
/// What is before the changes.
const HEAD: usize = 3;

/// How many customers are added to a cohort, and how many of them count for its size: whose first value has no rate on its
/// day is in no figure of that day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members {
    pub(super) all: i64,
    pub(super) counted: i64,
}

impl Members {
    pub(super) fn one(is_counted: bool) -> Self {
        Self { all: 1, counted: i64::from(is_counted) }
    }
}

impl CohortTable {
    pub(super) fn new(currencies: usize, groups: usize, buckets: usize, periods_max: usize) -> Self {
        let rows = vec![Vec::new(); currencies * groups];
        Self { groups, buckets, periods_max, rows, numbers: Vec::new(), used: Vec::new() }
    }

    /// Adds customers to a cohort.
    #[inline]
    pub(super) fn with_more(&mut self, key: CohortKey, members: Members) -> Numbers<'_> {
        let periods = self.periods(key);
        let row = &mut self.rows[key.currency as usize * self.groups + key.group as usize];
        if row.is_empty() {
            row.resize(self.buckets, NOWHERE);
        }
        let start = &mut row[key.cohort];
        if *start == NOWHERE {
            *start = u32::try_from(self.numbers.len()).unwrap_or(NOWHERE);
            self.numbers.resize(self.numbers.len() + HEAD + periods, 0);
        }
        let (head, changes) = self.numbers[*start as usize..][..HEAD + periods].split_at_mut(HEAD);
        if head[0] == 0 {
            self.used.push(key);
        }
        head[0] += members.all;
        head[1] += members.counted;
        Numbers { mrr: &mut head[2], changes }
    }

    /// Adds what others were added to.
    pub(super) fn merge(&mut self, other: &Self) {
        for key in &other.used {
            let sums = other.sums(*key);
            let all = other.numbers[other.start(*key)];
            let own = self.with_more(*key, Members { all, counted: sums.customers });
            *own.mrr += sums.mrr;
            own.changes.iter_mut().zip(&sums.changes).for_each(|(sum, change)| *sum += change);
        }
    }

    /// Tells everything that was added to, with the changes beside the rest of the sums, and keeps none of it: what was
    /// allocated stays for the next customer.
    pub(super) fn take_each(&mut self, mut take: impl FnMut(CohortKey, Head, &[i64])) {
        for used in 0..self.used.len() {
            let key = self.used[used];
            let (start, length) = (self.start(key), HEAD + self.periods(key));
            let numbers = &mut self.numbers[start..][..length];
            take(key, Head { customers: numbers[1], mrr: numbers[2] }, &numbers[HEAD..]);
            numbers.fill(0);
        }
        self.used.clear();
    }

    /// Everything that was added.
    pub(super) fn each(&self) -> impl Iterator<Item = (CohortKey, Sums)> {
        self.used.iter().map(|key| (*key, self.sums(*key)))
    }

    fn sums(&self, key: CohortKey) -> Sums {
        let numbers = &self.numbers[self.start(key)..][..HEAD + self.periods(key)];
        Sums { customers: numbers[1], mrr: numbers[2], changes: numbers[HEAD..].to_vec() }
    }

    /// Where the numbers of a cohort begin that has any.
    fn start(&self, key: CohortKey) -> usize {
        self.rows[key.currency as usize * self.groups + key.group as usize][key.cohort] as usize
    }

    fn periods(&self, key: CohortKey) -> usize {
        (self.buckets - key.cohort).min(self.periods_max)
    }
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.mrr += other.mrr;
        self.changes.resize(self.changes.len().max(other.changes.len()), 0);
        self.changes.iter_mut().zip(&other.changes).for_each(|(sum, change)| *sum += change);
    }

    /// Of customers who never have a rate.
    pub(super) fn is_nothing(&self) -> bool {
        self.customers == 0 && self.mrr == 0 && self.changes.iter().all(|change| *change == 0)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = i64> {
        self.changes.iter().scan(0, |value, change| {
            *value += change;
            Some(*value)
        })
    }
}
