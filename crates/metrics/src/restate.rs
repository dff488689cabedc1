//! Closed months that had been shown and whose figures have changed.
//!
//! A month is compared only if it was over for the data that the shown figures were made of: before that its figure
//! was still moving, and it was never presented as final.

mod reason;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use model::billing::CustomerHistory;
use model::{
    Bucket, Currency, CustomerId, Day, Interval, Restatement, RestatementReason, UnixSeconds, WeekStart,
};

use crate::columns::{CalendarDays, CustomerPosition, Ledger};
use crate::ledger::{CustomerLedger, Step};

/// What was shown last, for comparing with what is to be shown instead.
#[derive(Debug, Clone)]
pub struct PreviousFigures<'a> {
    ledger: &'a Ledger,
    /// Days of what is to be shown.
    calendar: Arc<CalendarDays>,
    /// Nothing after it was final.
    last_final_on: Day,
    reason: Option<RestatementReason>,
}

impl<'a> PreviousFigures<'a> {
    /// `through`: up to when the shown ledger knew everything. `zone`: of what is to be shown.
    pub fn new(ledger: &'a Ledger, through: UnixSeconds, zone: &TimeZone) -> Self {
        let through_on = ledger.calendar().day(through);
        let calendar = CalendarDays::of(zone);
        Self { ledger, calendar, last_final_on: month(through_on).start_on.previous(), reason: None }
    }

    /// The same for a change that has one reason for all customers.
    #[must_use]
    pub fn because(self, reason: RestatementReason) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// A customer's months that are others in its new ledger, in order. `history` is what that was built from.
    pub fn restated(
        &self,
        customer: &CustomerId,
        history: &CustomerHistory,
        new: &CustomerLedger,
    ) -> Vec<Restatement> {
        let shown = self.ledger.find(customer).map(|place| rows(self.ledger, place)).unwrap_or_default();
        let steps = new.steps.iter().map(|step| Change {
            on: self.calendar.day(step.at),
            at: step.at,
            track: Track {
                currency: step.currency,
                subscription: step.subscription.as_str(),
                price: step.price.as_str(),
            },
            delta_minor: step.delta_minor,
            step: Some(step),
        });
        self.compare(customer, history, &shown, &steps.collect::<Vec<_>>())
    }

    /// The months of every customer that are others in a whole new ledger, customer by customer. Only for a change
    /// with one reason: see [`PreviousFigures::because`].
    pub fn restated_by<'b>(&'b self, new: &'b Ledger) -> impl Iterator<Item = Restatement> + 'b {
        let nothing = CustomerHistory::default();
        let mut ids = self.ledger.customer_ids();
        ids.extend(new.customer_ids().into_iter().filter(|id| self.ledger.find(id).is_none()));
        ids.into_iter().flat_map(move |id| {
            let of =
                |ledger: &'b Ledger| ledger.find(&id).map(|place| rows(ledger, place)).unwrap_or_default();
            self.compare(&id, &nothing, &of(self.ledger), &of(new))
        })
    }

    fn compare(
        &self,
        customer: &CustomerId,
        history: &CustomerHistory,
        shown: &[Change<'_>],
        new: &[Change<'_>],
    ) -> Vec<Restatement> {
        let is_same = |(shown, new): (&Change<'_>, &Change<'_>)| {
            (shown.on, shown.track, shown.delta_minor) == (new.on, new.track, new.delta_minor)
        };
        if shown.len() == new.len() && shown.iter().zip(new).all(is_same) {
            return Vec::new();
        }
        let mut months = MonthEnds { customer, history, reason: self.reason, tracks: BTreeMap::new() };
        months.walk(shown, new, self.last_final_on)
    }
}

/// Corrections for figures that the ledger gives differently from their last entry: that entry was never shown, or the
/// objects have been imported again since.
pub fn restated_otherwise<'a>(
    last: impl IntoIterator<Item = Restatement> + 'a,
    ledger: &'a Ledger,
) -> impl Iterator<Item = Restatement> + 'a {
    last.into_iter().filter_map(|last| {
        let new_minor = at_end_of_month(ledger, &last);
        (new_minor != last.new_minor).then_some(Restatement {
            old_minor: last.new_minor,
            new_minor,
            reason: RestatementReason::BillingChanged,
            invoice: None,
            ..last
        })
    })
}

fn at_end_of_month(ledger: &Ledger, figure: &Restatement) -> i64 {
    let end_on = month(figure.month_on).end_on;
    let changes = ledger.find(&figure.customer).map(|place| rows(ledger, place)).unwrap_or_default();
    let own = changes.iter().filter(|change| change.track.currency == figure.currency && change.on <= end_on);
    own.fold(0_i64, |sum, change| sum.saturating_add(change.delta_minor))
}

/// One price of a subscription in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Track<'a> {
    currency: Currency,
    subscription: &'a str,
    price: &'a str,
}

#[derive(Debug, Clone, Copy)]
struct Change<'a> {
    on: Day,
    at: UnixSeconds,
    track: Track<'a>,
    delta_minor: i64,
    /// Only columns do not say.
    step: Option<&'a Step>,
}

/// What a track is worth by both ledgers, and since when.
#[derive(Debug, Clone, Copy, Default)]
struct TrackWorth<'a> {
    shown_minor: i64,
    shown_at: Option<UnixSeconds>,
    new_minor: i64,
    step: Option<&'a Step>,
}

impl TrackWorth<'_> {
    fn difference_minor(&self) -> i64 {
        self.new_minor.saturating_sub(self.shown_minor)
    }
}

/// One customer, month end by month end.
struct MonthEnds<'a> {
    customer: &'a CustomerId,
    history: &'a CustomerHistory,
    reason: Option<RestatementReason>,
    tracks: BTreeMap<Track<'a>, TrackWorth<'a>>,
}

impl<'a> MonthEnds<'a> {
    fn walk(&mut self, mut shown: &[Change<'a>], mut new: &[Change<'a>], last: Day) -> Vec<Restatement> {
        let mut found = Vec::new();
        let Some(first) = shown.first().into_iter().chain(new.first()).map(|change| change.on).min() else {
            return found;
        };
        let mut month = month(first);
        while month.end_on <= last {
            for change in up_to(&mut shown, month.end_on) {
                let worth = self.tracks.entry(change.track).or_default();
                worth.shown_minor = worth.shown_minor.saturating_add(change.delta_minor);
                worth.shown_at = Some(change.at);
            }
            for change in up_to(&mut new, month.end_on) {
                let worth = self.tracks.entry(change.track).or_default();
                worth.new_minor = worth.new_minor.saturating_add(change.delta_minor);
                worth.step = change.step;
            }
            let before = found.len();
            self.at_end_of(month.start_on, &mut found);
            let is_settled = shown.is_empty() && new.is_empty() && found.len() == before;
            let next = self::month(month.end_on.next());
            if is_settled || next.end_on <= month.end_on {
                break;
            }
            month = next;
        }
        found
    }

    /// One for each currency whose total is another.
    fn at_end_of(&self, month_on: Day, found: &mut Vec<Restatement>) {
        let tracks: Vec<(&Track<'a>, &TrackWorth<'a>)> = self.tracks.iter().collect();
        for tracks in tracks.chunk_by(|(a, _), (b, _)| a.currency == b.currency) {
            let sum = |of: fn(&TrackWorth<'_>) -> i64| {
                tracks.iter().fold(0_i64, |sum, (_, worth)| sum.saturating_add(of(worth)))
            };
            let (old_minor, new_minor) = (sum(|worth| worth.shown_minor), sum(|worth| worth.new_minor));
            if old_minor == new_minor {
                continue;
            }
            // The price that makes the most of it says why.
            let most = tracks.iter().max_by_key(|(_, worth)| worth.difference_minor().unsigned_abs());
            let Some((track, worth)) = most else { continue };
            let (reason, invoice) = match self.reason {
                Some(reason) => (reason, None),
                None => reason::of(track, worth, self.history),
            };
            found.push(Restatement {
                month_on,
                customer: self.customer.clone(),
                currency: track.currency,
                old_minor,
                new_minor,
                reason,
                invoice,
            });
        }
    }
}

/// Takes the changes up to a day off the front.
fn up_to<'a, 'b>(changes: &mut &'b [Change<'a>], day: Day) -> &'b [Change<'a>] {
    let (before, after) = changes.split_at(changes.partition_point(|change| change.on <= day));
    *changes = after;
    before
}

fn rows(ledger: &Ledger, place: CustomerPosition) -> Vec<Change<'_>> {
    let chunk = ledger.chunk(place);
    let rows = chunk.rows(place.customer as usize);
    let changes = (0..rows.at.len()).filter_map(|row| {
        let plan = ledger.catalog().plan(rows.plan[row])?;
        let subscription = chunk.subscription(rows.subscription[row] as usize).id;
        Some(Change {
            on: rows.days[row],
            at: UnixSeconds(rows.at[row]),
            track: Track { currency: plan.currency, subscription, price: plan.price.as_str() },
            delta_minor: rows.delta_minor[row],
            step: None,
        })
    });
    changes.collect()
}

fn month(day: Day) -> Bucket {
    Interval::Month.bucket(day, WeekStart::Monday)
}
