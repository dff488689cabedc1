//! What everything found is worth together.

use rayon::prelude::*;

use super::{Amounts, CustomerSums, Hit, List, Paid, churned_on, lost};
use crate::query::Reporting;
use crate::query::tally::Lines;
use crate::query::walk::Trail;

/// So many customers are added up before their sums are.
const HITS: usize = 4_096;

#[derive(Default)]
struct Sums {
    mrr: Amounts,
    lost_mrr: Amounts,
    revenue: Amounts,
    converted_minor: i64,
}

impl List<'_> {
    pub(super) fn sums(&self, hits: &[Hit]) -> CustomerSums {
        let all = hits.par_chunks(HITS).map(|hits| self.add_up(hits)).reduce(Sums::default, Sums::merged);
        CustomerSums {
            mrr: all.mrr.list(),
            mrr_converted_minor: (self.asked.currency != Reporting::Native).then_some(all.converted_minor),
            lost_mrr: all.lost_mrr.list(),
            revenue: all.revenue.list(),
        }
    }

    fn add_up(&self, hits: &[Hit]) -> Sums {
        let (mut trail, mut lines) = (Trail::default(), Lines::default());
        let mut sums = Sums::default();
        for hit in hits {
            let chunk = self.ledger.chunk(hit.place);
            let customer = hit.place.customer as usize;
            self.walk(chunk, customer, &mut trail);
            for lane in &trail.lanes {
                sums.mrr.add(self.scope.currency_of(lane.series), lane.value);
            }
            sums.lost_mrr.add_all(&lost(&trail, &self.scope, churned_on(&trail)));
            sums.revenue.add_all(&Paid::of(chunk, customer, self.asked.now).revenue);
            let own = self.converted(chunk, customer, &mut lines).unwrap_or(0);
            sums.converted_minor = sums.converted_minor.saturating_add(own);
        }
        sums
    }
}

impl Sums {
    fn merged(mut self, other: Self) -> Self {
        self.mrr.add_all(&other.mrr);
        self.lost_mrr.add_all(&other.lost_mrr);
        self.revenue.add_all(&other.revenue);
        self.converted_minor = self.converted_minor.saturating_add(other.converted_minor);
        self
    }
}
