//! What everything found is worth together.

use super::find::ReadDepth;
use super::standing_now::Standing;
use super::{Amounts, CustomerSums, List, Paid, churned_on, lost};
use crate::columns::Chunk;
use crate::query::Reporting;
use crate::query::tally::Lines;
use crate::query::walk::Trail;

#[derive(Debug, Default)]
pub(super) struct Sums {
    /// By the scope's currency, of customers that are in one: it needs no look-up.
    own: Vec<OwnSums>,
    mrr: Amounts,
    lost_mrr: Amounts,
    revenue: Amounts,
    converted_minor: i64,
}

/// The sums of one currency.
#[derive(Debug, Clone, Copy, Default)]
struct OwnSums {
    mrr_minor: i64,
    lost_minor: i64,
    revenue_minor: i64,
}

impl List<'_> {
    pub(super) fn sums(&self, mut sums: Sums) -> CustomerSums {
        for (currency, own) in self.scope.currencies.iter().zip(std::mem::take(&mut sums.own)) {
            sums.mrr.add(*currency, own.mrr_minor);
            sums.lost_mrr.add(*currency, own.lost_minor);
            sums.revenue.add(*currency, own.revenue_minor);
        }
        CustomerSums {
            mrr: sums.mrr.list(),
            mrr_converted_minor: (self.asked.currency != Reporting::Native).then_some(sums.converted_minor),
            lost_mrr: sums.lost_mrr.list(),
            revenue: sums.revenue.list(),
        }
    }

    /// Adds a customer that was found. Walks it, where it neither was walked nor stands for itself.
    pub(super) fn add_up(
        &self,
        sums: &mut Sums,
        chunk: &Chunk,
        customer: usize,
        standing: Option<&Standing>,
        trail: &mut Trail,
        lines: &mut Lines,
    ) {
        let own = match standing {
            Some(standing) => self.converted_of(standing, chunk, customer, lines),
            None => self.converted(chunk, customer, lines),
        };
        sums.converted_minor = sums.converted_minor.saturating_add(own.unwrap_or(0));
        if let Some(standing) = standing {
            self.add_standing(sums, standing, chunk, customer);
            return;
        }
        sums.revenue.add_all(&Paid::of(chunk, customer, self.asked.now).revenue);
        if !matches!(self.depth, ReadDepth::History) {
            self.walk(chunk, customer, trail);
        }
        for lane in &trail.lanes {
            sums.mrr.add(self.scope.currency_of(lane.series), lane.value);
        }
        if let Some(churned_on) = churned_on(trail) {
            sums.lost_mrr.add_all(&lost(trail, &self.scope, Some(churned_on)));
        }
    }

    fn add_standing(&self, sums: &mut Sums, standing: &Standing, chunk: &Chunk, customer: usize) {
        let place = standing.currency as usize;
        sums.own.resize(self.scope.currencies.len(), OwnSums::default());
        let paid = chunk.revenue(customer, self.asked.now);
        let (Some(own), Some(currency)) = (sums.own.get_mut(place), self.scope.currencies.get(place)) else {
            sums.revenue.add_all(&Paid::of(chunk, customer, self.asked.now).revenue);
            return;
        };
        own.mrr_minor = own.mrr_minor.saturating_add(standing.minor);
        own.lost_minor = own.lost_minor.saturating_add(standing.lost_minor);
        match paid.filter(|paid| paid.currency == *currency) {
            Some(paid) => own.revenue_minor = own.revenue_minor.saturating_add(paid.sum_minor),
            None => sums.revenue.add_all(&Paid::of(chunk, customer, self.asked.now).revenue),
        }
    }
}

impl Sums {
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.own.resize(self.own.len().max(other.own.len()), OwnSums::default());
        for (own, other) in self.own.iter_mut().zip(other.own) {
            own.mrr_minor = own.mrr_minor.saturating_add(other.mrr_minor);
            own.lost_minor = own.lost_minor.saturating_add(other.lost_minor);
            own.revenue_minor = own.revenue_minor.saturating_add(other.revenue_minor);
        }
        self.mrr.add_all(&other.mrr);
        self.lost_mrr.add_all(&other.lost_mrr);
        self.revenue.add_all(&other.revenue);
        self.converted_minor = self.converted_minor.saturating_add(other.converted_minor);
        self
    }
}
