//! How a customer stands at the end of a list's day, where all of it is in one series: nothing has to be walked for it.

use super::{CustomerState, List};
use crate::columns::Chunk;
use crate::query::scope::LEFT_OUT;
use crate::query::walk::only_target;

#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Into the scope's currencies; of no meaning where everything is 0.
    pub(super) currency: u32,
    pub(super) minor: i64,
    /// What it was worth just before it left.
    pub(super) lost_minor: i64,
    pub(super) state: CustomerState,
    /// Whether it ever had anything that the scope has a place for.
    pub(super) has_row: bool,
    /// Whether all of it is one price of one subscription.
    pub(super) is_one_line: bool,
}

impl List<'_> {
    /// `None`: the customer has to be walked, or the list leaves its country out.
    pub(super) fn standing(&self, chunk: &Chunk, customer: usize) -> Option<Standing> {
        let daily = chunk.daily(customer);
        let country = self.scope.country(chunk.country(customer))?;
        let outline = daily.outline;
        let target = only_target(chunk, customer, outline, country, &self.scope)?;
        let is_one_line = outline.is_one_line();
        if target.series == LEFT_OUT {
            let state = CustomerState::Never;
            return Some(Standing {
                currency: 0,
                minor: 0,
                lost_minor: 0,
                state,
                has_row: false,
                is_one_line,
            });
        }
        if self.range.cuts(chunk, customer, outline) {
            return None;
        }
        let last = self.range.last;
        let (minor, before_minor) = daily.latest(last);
        let state = match minor {
            1.. => CustomerState::Active,
            _ if outline.first_above(last).is_some() => CustomerState::Churned,
            _ => CustomerState::Never,
        };
        let has_left = state == CustomerState::Churned && minor == 0;
        let standing = Standing {
            currency: self.scope.series[target.series as usize].currency,
            minor,
            lost_minor: if has_left { before_minor } else { 0 },
            state,
            has_row: outline.has_row(last),
            is_one_line,
        };
        // Below 0, it may have left before.
        (minor >= 0).then_some(standing)
    }
}
