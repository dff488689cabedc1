//! What is known of one customer, as rows of the tables.

use std::collections::BTreeMap;

use metrics::ledger::PriceBook;
use metrics::query::{self, CustomerRecord, Movement, TimelinePoint};
use metrics::view::View;
use model::billing::{
    CancellationReason, Charge, CreditNote, CustomerHistory, Dispute, DisputeStatus, Invoice, InvoiceItem,
    InvoiceLine, Refund, Subscription,
};
use model::{Currency, Day, Interval};

use super::draft::Draft;
use super::table::Cell;
use super::tables;

/// Everything that a customer has a row for, except money that moved.
pub struct Exported<'a> {
    pub view: &'a View,
    pub record: &'a CustomerRecord,
    pub history: &'a CustomerHistory,
    /// The price list, and what of it this customer's older objects make up for.
    pub prices: &'a PriceBook,
    pub own_prices: Option<&'a PriceBook>,
}

impl Exported<'_> {
    pub fn write(&self, draft: &mut Draft) -> anyhow::Result<()> {
        self.customer(draft)?;
        self.mrr(draft)?;
        self.subscriptions(draft)?;
        for invoice in &self.history.invoices {
            self.invoice(invoice, draft)?;
        }
        for item in self.history.invoice_items.iter().filter(|item| item.invoice.is_none()) {
            self.pending_item(item, draft)?;
        }
        for charge in &self.history.charges {
            self.charge(charge, draft)?;
        }
        for refund in &self.history.refunds {
            self.refund(refund, draft)?;
        }
        for dispute in &self.history.disputes {
            self.dispute(dispute, draft)?;
        }
        for note in &self.history.credit_notes {
            self.credit_note(note, draft)?;
        }
        Ok(())
    }

    fn id(&self) -> Cell<'_> {
        Cell::from(self.record.entry.id.as_str())
    }

    fn customer(&self, draft: &mut Draft) -> anyhow::Result<()> {
        let entry = &self.record.entry;
        draft.add(
            &tables::CUSTOMERS,
            &[
                self.id(),
                Cell::from(entry.name.as_ref()),
                Cell::from(entry.email.as_ref()),
                Cell::from(entry.country.as_ref()),
                Cell::from(entry.created_at),
                Cell::from(entry.is_deleted),
                Cell::from(self.record.timeline.status.as_str()),
            ],
        )
    }

    fn mrr(&self, draft: &mut Draft) -> anyhow::Result<()> {
        self.record.movements.iter().try_for_each(|movement| self.movement(movement, draft))?;
        for (currency, days) in by_day(&self.record.timeline.timeline) {
            for (on, mrr_minor) in &days {
                let row = [self.id(), Cell::from(*on), Cell::from(currency), Cell::from(*mrr_minor)];
                draft.add(&tables::MRR_BY_DAY, &row)?;
            }
            self.months(currency, &days, draft)?;
        }
        Ok(())
    }

    fn movement(&self, movement: &Movement, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::MOVEMENTS,
            &[
                self.id(),
                Cell::from(movement.on),
                Cell::from(movement.kind.as_str()),
                Cell::from(movement.currency),
                Cell::from(movement.delta_minor),
                Cell::from(movement.mrr_after_minor),
                Cell::from(movement.is_involuntary),
                Cell::from(movement.churn_reason.as_ref()),
                Cell::from(movement.feedback.as_ref()),
            ],
        )?;
        for part in &movement.causes {
            draft.add(
                &tables::MOVEMENT_CAUSES,
                &[
                    self.id(),
                    Cell::from(movement.on),
                    Cell::from(movement.kind.as_str()),
                    Cell::from(movement.currency),
                    Cell::from(part.cause.as_str()),
                    Cell::from(part.delta_minor),
                ],
            )?;
        }
        Ok(())
    }

    /// The value at the end of each month from the first on; `days` are not empty.
    fn months(&self, currency: Currency, days: &[(Day, i64)], draft: &mut Draft) -> anyhow::Result<()> {
        let today = self.view.today();
        let (Some((first, _)), mut rest, mut mrr_minor) = (days.first(), days, 0) else { return Ok(()) };
        for month in Interval::Month.buckets(*first, today, self.view.settings.week_start) {
            while let Some(((on, value), later)) = rest.split_first()
                && *on <= month.end_on
            {
                (mrr_minor, rest) = (*value, later);
            }
            if mrr_minor == 0 {
                continue;
            }
            draft.add(
                &tables::MRR_BY_MONTH,
                &[
                    self.id(),
                    Cell::from(month.start_on),
                    Cell::from(month.end_on.min(today)),
                    Cell::from(currency),
                    Cell::from(mrr_minor),
                ],
            )?;
        }
        Ok(())
    }

    fn subscriptions(&self, draft: &mut Draft) -> anyhow::Result<()> {
        if self.history.subscriptions.is_empty() {
            return Ok(());
        }
        let values = query::subscription_values(&self.view.ledger, &self.record.entry.id, self.view.now);
        for subscription in &self.history.subscriptions {
            let mrr_minor = values.get(subscription.id.as_str()).copied().unwrap_or_default();
            self.subscription(subscription, mrr_minor, draft)?;
        }
        Ok(())
    }

    fn subscription(
        &self,
        subscription: &Subscription,
        mrr_minor: i64,
        draft: &mut Draft,
    ) -> anyhow::Result<()> {
        let period_ends = subscription.items.iter().filter_map(|item| item.current_period);
        draft.add(
            &tables::SUBSCRIPTIONS,
            &[
                Cell::from(subscription.id.as_str()),
                self.id(),
                Cell::from(subscription.status.as_str()),
                Cell::from(subscription.currency),
                Cell::from(mrr_minor),
                Cell::from(subscription.started_at),
                Cell::from(subscription.trial.map(|trial| trial.start)),
                Cell::from(subscription.trial.map(|trial| trial.end)),
                Cell::from(period_ends.map(|period| period.end).max()),
                Cell::from(subscription.cancel_at),
                Cell::from(subscription.canceled_at),
                Cell::from(subscription.ended_at),
                Cell::from(subscription.cancellation_reason.map(CancellationReason::as_str)),
                Cell::from(subscription.cancellation_feedback.as_ref()),
            ],
        )?;
        for item in &subscription.items {
            draft.add(
                &tables::SUBSCRIPTION_ITEMS,
                &[
                    Cell::from(item.id.as_str()),
                    Cell::from(subscription.id.as_str()),
                    Cell::from(item.price.as_str()),
                    Cell::named(self.label(&item.price)),
                    Cell::from(item.quantity),
                ],
            )?;
        }
        Ok(())
    }

    fn label(&self, price: &model::PriceId) -> String {
        match self.own_prices.filter(|_| self.prices.get(price).is_none()) {
            Some(own) => own.label(price),
            None => self.prices.label(price),
        }
    }

    fn invoice(&self, invoice: &Invoice, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::INVOICES,
            &[
                Cell::from(invoice.id.as_str()),
                Cell::from(invoice.number.as_ref()),
                self.id(),
                Cell::named_if_any(invoice.subscription.as_ref()),
                Cell::from(invoice.status.as_str()),
                Cell::from(invoice.billing_reason.as_ref()),
                Cell::from(invoice.currency),
                Cell::from(invoice.total_minor),
                Cell::from(invoice.tax_minor),
                Cell::from(invoice.shipping_minor),
                Cell::from(invoice.amount_due_minor),
                Cell::from(invoice.amount_paid_minor),
                Cell::from(invoice.created_at),
                Cell::from(invoice.finalized_at),
                Cell::from(invoice.paid_at),
            ],
        )?;
        invoice.lines.iter().try_for_each(|line| self.line(invoice, line, draft))
    }

    fn line(&self, invoice: &Invoice, line: &InvoiceLine, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::INVOICE_LINES,
            &[
                Cell::from(line.id.as_str()),
                Cell::from(invoice.id.as_str()),
                self.id(),
                Cell::named_if_any(line.subscription.as_ref()),
                Cell::from(line.description.as_ref()),
                Cell::named_if_any(line.price.as_ref()),
                Cell::named_if_any(line.price.as_ref().map(|price| self.label(price))),
                Cell::from(line.quantity),
                Cell::from(line.currency),
                Cell::from(line.amount_minor),
                Cell::from(line.discount_minor),
                Cell::from(line.inclusive_tax_minor),
                Cell::from(line.period.start),
                Cell::from(line.period.end),
                Cell::from(line.is_proration),
            ],
        )
    }

    fn pending_item(&self, item: &InvoiceItem, draft: &mut Draft) -> anyhow::Result<()> {
        let InvoiceItem { id, line, .. } = item;
        draft.add(
            &tables::PENDING_ITEMS,
            &[
                Cell::from(id.as_str()),
                self.id(),
                Cell::named_if_any(line.subscription.as_ref()),
                Cell::from(line.description.as_ref()),
                Cell::named_if_any(line.price.as_ref()),
                Cell::named_if_any(line.price.as_ref().map(|price| self.label(price))),
                Cell::from(line.quantity),
                Cell::from(line.currency),
                Cell::from(line.amount_minor),
                Cell::from(line.discount_minor),
                Cell::from(line.period.start),
                Cell::from(line.period.end),
                Cell::from(line.is_proration),
            ],
        )
    }

    fn charge(&self, charge: &Charge, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::CHARGES,
            &[
                Cell::from(charge.id.as_str()),
                self.id(),
                Cell::named_if_any(charge.invoice.as_ref()),
                Cell::from(charge.status.as_str()),
                Cell::from(charge.currency),
                Cell::from(charge.amount_minor),
                Cell::from(charge.amount_captured_minor),
                Cell::from(charge.amount_refunded_minor),
                Cell::from(charge.created_at),
                Cell::from(charge.failure_code.as_ref()),
                Cell::from(charge.is_disputed),
            ],
        )
    }

    fn refund(&self, refund: &Refund, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::REFUNDS,
            &[
                Cell::from(refund.id.as_str()),
                self.id(),
                Cell::named_if_any(refund.charge.as_ref()),
                Cell::from(refund.is_succeeded),
                Cell::from(refund.currency),
                Cell::from(refund.amount_minor),
                Cell::from(refund.created_at),
            ],
        )
    }

    fn dispute(&self, dispute: &Dispute, draft: &mut Draft) -> anyhow::Result<()> {
        let status = match dispute.status {
            DisputeStatus::Open => "open",
            DisputeStatus::Won => "won",
            DisputeStatus::Lost => "lost",
        };
        draft.add(
            &tables::DISPUTES,
            &[
                Cell::from(dispute.id.as_str()),
                self.id(),
                Cell::named_if_any(dispute.charge.as_ref()),
                Cell::from(status),
                Cell::from(dispute.currency),
                Cell::from(dispute.amount_minor),
                Cell::from(dispute.won_back_minor),
                Cell::from(dispute.created_at),
            ],
        )
    }

    fn credit_note(&self, note: &CreditNote, draft: &mut Draft) -> anyhow::Result<()> {
        draft.add(
            &tables::CREDIT_NOTES,
            &[
                Cell::from(note.id.as_str()),
                self.id(),
                Cell::named_if_any(note.invoice.as_ref()),
                Cell::from(note.is_void),
                Cell::from(note.currency),
                Cell::from(note.post_payment_minor),
                Cell::from(note.refunded_minor),
                Cell::from(note.created_at),
            ],
        )
    }
}

/// The value after each day that changed it, in order, one list for each currency.
fn by_day(points: &[TimelinePoint]) -> BTreeMap<Currency, Vec<(Day, i64)>> {
    let mut days: BTreeMap<Currency, Vec<(Day, i64)>> = BTreeMap::new();
    for point in points {
        let days = days.entry(point.currency).or_default();
        let before = |days: &[(Day, i64)]| days.last().map_or(0, |(_, mrr_minor)| *mrr_minor);
        if days.last().is_some_and(|(on, _)| *on == point.on) {
            days.pop();
        }
        if before(days) != point.mrr_minor {
            days.push((point.on, point.mrr_minor));
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use model::UnixSeconds;

    use super::*;

    #[test]
    fn a_day_has_its_last_value_and_no_row_if_that_is_what_it_began_with() {
        let point = |at: i64, on: i32, mrr_minor: i64| TimelinePoint {
            at: UnixSeconds(at),
            on: Day(on),
            currency: Currency::USD,
            mrr_minor,
        };
        let points = [point(1, 1, 500), point(2, 1, 700), point(3, 2, 900), point(4, 2, 700), point(5, 3, 0)];
        assert_eq!(by_day(&points)[&Currency::USD], [(Day(1), 700), (Day(3), 0)]);
        assert_eq!(by_day(&points[..1])[&Currency::USD], [(Day(1), 500)]);
    }
}
