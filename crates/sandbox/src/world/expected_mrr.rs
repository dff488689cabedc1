//! What was meant: each act that sets what a price of a subscription is worth, written down as it is done.
//!
//! Some acts are undone by what never happened later: an invoice that is voided, written off or left unpaid. The
//! simulator says so as it happens, and the definition's rules for it are applied here, on acts alone.

use std::collections::{BTreeMap, BTreeSet};

/// What became of the invoice that an act was billed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Voided or written off without one attempt to collect it, as while collection is paused.
    GivenUp,
    /// Voided or written off after its payment failed.
    GivenUpUnpaid,
    /// Left unpaid by a subscription that ended.
    LeftUnpaid,
    /// It bills a change that is made only once it is paid, and was not.
    NotMade,
}

/// In the order in which they win at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A period began without a price that had one before.
    NotRenewed,
    /// A period began.
    Period,
    /// Something was changed within a period.
    Change,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub at: i64,
    pub price: u32,
    pub kind: Kind,
    pub value_minor: i64,
    /// `None` while a change waits for its invoice.
    pub invoice: Option<u32>,
    /// `None` where nothing is billed.
    pub whole: Option<Whole>,
    /// For an item that was removed and credited: when its billed period would have ended.
    pub would_end_at: Option<i64>,
}

impl Act {
    /// Whether a period or a change of this price is billed by it.
    fn bills(&self, price: u32) -> bool {
        self.price == price && self.kind != Kind::NotRenewed
    }
}

/// What a whole period of a price costs, as it was billed or as the share that was billed for the rest of it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    pub quantity: i64,
    /// Without discount and tax.
    pub net_picos: i128,
    /// How far off it can be by the rounding of a share.
    pub rounding_picos: i128,
}

/// The acts of one subscription.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectedMrr {
    acts: Vec<Act>,
    fates: BTreeMap<u32, Fate>,
    /// Prices whose item was removed without proration.
    dropped: BTreeSet<u32>,
    end: Option<i64>,
    /// The first period that an unpaid subscription left unpaid: its end, for as long as it is unpaid.
    unpaid_since: Option<i64>,
    is_dead: bool,
}

impl ExpectedMrr {
    /// Writes an act down and returns its number, by which a waiting change is billed later.
    pub(super) fn act(&mut self, act: Act) -> usize {
        self.acts.push(act);
        self.acts.len() - 1
    }

    pub(super) fn billed(&mut self, number: usize, invoice: u32) {
        self.acts[number].invoice = Some(invoice);
    }

    pub(super) fn fate(&mut self, invoice: u32, fate: Fate) {
        self.fates.insert(invoice, fate);
    }

    /// The price's item was removed, and no bill says so.
    pub(super) fn dropped(&mut self, price: u32) {
        self.dropped.insert(price);
    }

    /// It was paid after all.
    pub(super) fn paid(&mut self, invoice: u32) {
        self.fates.remove(&invoice);
    }

    /// Service ended: nothing has a value from here on.
    pub(super) fn end(&mut self, at: i64) {
        self.end = Some(at);
        self.is_dead = true;
    }

    /// It is unpaid: nothing has a value from this period's start on, unless it ends otherwise.
    pub(super) fn leave_unpaid(&mut self, since: i64) {
        self.unpaid_since = Some(since);
        self.is_dead = true;
    }

    pub(super) fn prices(&self) -> impl Iterator<Item = u32> + '_ {
        self.acts.iter().filter(|act| act.kind != Kind::NotRenewed).map(|act| act.price)
    }

    fn standing(&self, act: &Act) -> Option<Fate> {
        self.fates.get(&act.invoice?).copied()
    }

    /// What a change is worth: the next period of the same quantity says it to the cent, where only the rounding of a share
    /// is between the two.
    fn exact_value_minor(&self, change: &Act) -> i64 {
        let Some(whole) = change.whole else { return change.value_minor };
        let later = self.acts.iter().filter(|act| act.kind == Kind::Period && act.price == change.price);
        let alike = later
            .filter(|act| act.at > change.at && self.standing(act).is_none())
            .find(|act| act.whole.is_some_and(|billed| billed.quantity == whole.quantity));
        let is_rounding = |billed: Whole| (billed.net_picos - whole.net_picos).abs() <= whole.rounding_picos;
        match alike {
            Some(next) if next.whole.is_some_and(is_rounding) => next.value_minor,
            _ => change.value_minor,
        }
    }

    /// The acts that nothing undid.
    fn counting(&self) -> impl Iterator<Item = &Act> {
        self.acts.iter().filter(|act| self.standing(act).is_none())
    }

    /// What an act leaves behind, and from when on; `None`: nothing, by what became of its invoice.
    fn outcome(&self, act: &Act) -> Option<(i64, Kind, i64)> {
        match (self.standing(act), act.kind) {
            (None, Kind::Change) => Some((act.at, Kind::Change, self.exact_value_minor(act))),
            (None, kind) => Some((act.at, kind, act.value_minor)),
            (Some(Fate::NotMade), _) => None,
            (Some(fate), Kind::Period) => {
                let goes_on = match fate {
                    Fate::NotMade => false,
                    Fate::GivenUp => true,
                    Fate::GivenUpUnpaid => !self.is_dead || self.counting().any(|other| other.at > act.at),
                    // A hole, if the price is billed again after it.
                    Fate::LeftUnpaid => {
                        self.counting().any(|other| other.at > act.at && other.price == act.price)
                    }
                };
                let is_replaced = self.counting().any(|other| other.at == act.at && other.bills(act.price));
                (goes_on && !is_replaced).then_some((act.at, Kind::NotRenewed, 0))
            }
            // The change was made, whatever became of its bill. Of a removal no bill that counts knows, unless the price
            // comes back: it shows when the item is not renewed.
            (Some(_), Kind::Change) => {
                let counted_before =
                    self.counting().any(|other| other.at <= act.at && other.kind == Kind::Period);
                let comes_back = self.counting().any(|other| other.at > act.at && other.bills(act.price));
                match act.would_end_at.filter(|_| !comes_back) {
                    Some(end) => Some((end, Kind::NotRenewed, 0)),
                    None => counted_before.then(|| (act.at, Kind::Change, self.exact_value_minor(act))),
                }
            }
            // An item that is gone shows by that alone; one that got another price would have shown by its bill.
            (Some(_), Kind::NotRenewed) => {
                let comes_back = self.acts.iter().any(|other| other.at > act.at && other.bills(act.price));
                (self.dropped.contains(&act.price) && !comes_back).then_some((act.at, act.kind, 0))
            }
        }
    }

    /// Adds each change of the subscription's value to the instant at which it holds.
    pub(super) fn add_to(&self, changes: &mut BTreeMap<i64, i64>) {
        let mut by_price: BTreeMap<u32, Vec<(i64, Kind, i64)>> = BTreeMap::new();
        let end = self.end.or(self.unpaid_since);
        for act in &self.acts {
            let outcome = self.outcome(act).filter(|(at, ..)| end.is_none_or(|end| *at < end));
            by_price.entry(act.price).or_default().extend(outcome);
        }
        for mut settings in by_price.into_values() {
            settings.sort_by_key(|(at, kind, _)| (*at, *kind));
            settings.extend(end.map(|end| (end, Kind::Change, 0)));
            let mut before = 0;
            for (index, (at, _, value)) in settings.iter().enumerate() {
                let is_last_of_instant = settings.get(index + 1).is_none_or(|next| next.0 != *at);
                if is_last_of_instant && *value != before {
                    *changes.entry(*at).or_default() += value - before;
                    before = *value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(at: i64, price: u32, kind: Kind, value_minor: i64, invoice: u32) -> Act {
        Act { at, price, kind, value_minor, invoice: Some(invoice), whole: None, would_end_at: None }
    }

    fn changes(expected_mrr: &ExpectedMrr) -> Vec<(i64, i64)> {
        let mut changes = BTreeMap::new();
        expected_mrr.add_to(&mut changes);
        changes.into_iter().collect()
    }

    fn two_months(value_minor: i64) -> ExpectedMrr {
        let mut expected_mrr = ExpectedMrr::default();
        expected_mrr.act(act(10, 1, Kind::Period, 4900, 0));
        expected_mrr.act(act(20, 1, Kind::Period, value_minor, 1));
        expected_mrr
    }

    #[test]
    fn a_renewal_at_another_discount_changes_the_value() {
        assert_eq!(changes(&two_months(5900)), [(10, 4900), (20, 1000)]);
        assert_eq!(changes(&two_months(4900)), [(10, 4900)]);
    }

    #[test]
    fn an_unpaid_renewal_of_an_ended_subscription_leaves_the_earlier_value_until_the_end() {
        let mut expected_mrr = two_months(5900);
        expected_mrr.fate(1, Fate::LeftUnpaid);
        expected_mrr.end(25);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (25, -4900)]);
    }

    #[test]
    fn a_void_period_whose_payment_failed_is_worth_nothing_while_the_subscription_goes_on() {
        let mut expected_mrr = two_months(4900);
        expected_mrr.fate(1, Fate::GivenUpUnpaid);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, -4900)]);
        expected_mrr.end(25);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (25, -4900)], "it ended with the void period");
        expected_mrr.act(act(30, 1, Kind::Period, 4900, 2));
        expected_mrr.end(40);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, -4900), (30, 4900), (40, -4900)]);
    }

    #[test]
    fn a_void_period_that_nobody_tried_to_collect_is_worth_nothing_whatever_comes_after() {
        let mut expected_mrr = two_months(4900);
        expected_mrr.fate(1, Fate::GivenUp);
        expected_mrr.end(25);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, -4900)]);
    }

    #[test]
    fn an_update_whose_invoice_was_not_paid_was_not_made() {
        let mut expected_mrr = two_months(4900);
        expected_mrr.act(act(15, 1, Kind::Change, 0, 2));
        expected_mrr.act(act(15, 2, Kind::Change, 9900, 2));
        expected_mrr.fate(2, Fate::NotMade);
        assert_eq!(changes(&expected_mrr), [(10, 4900)]);
        expected_mrr.paid(2);
        assert_eq!(changes(&expected_mrr)[..2], [(10, 4900), (15, 5000)]);
    }

    #[test]
    fn a_period_that_was_left_unpaid_is_a_hole_where_a_later_one_was_paid() {
        let mut expected_mrr = two_months(4900);
        expected_mrr.act(act(30, 1, Kind::Period, 4900, 2));
        expected_mrr.fate(1, Fate::LeftUnpaid);
        expected_mrr.end(40);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, -4900), (30, 4900), (40, -4900)]);
    }

    #[test]
    fn a_removal_whose_bill_was_given_up_shows_at_the_end_of_the_billed_period() {
        let mut expected_mrr = ExpectedMrr::default();
        expected_mrr.act(act(10, 1, Kind::Period, 4900, 0));
        expected_mrr.act(act(10, 2, Kind::Period, 900, 0));
        expected_mrr.act(Act { would_end_at: Some(20), ..act(15, 2, Kind::Change, 0, 1) });
        expected_mrr.act(act(20, 1, Kind::Period, 4900, 1));
        assert_eq!(changes(&expected_mrr), [(10, 5800), (15, -900)]);
        expected_mrr.fate(1, Fate::GivenUpUnpaid);
        expected_mrr.end(25);
        assert_eq!(changes(&expected_mrr), [(10, 5800), (20, -900), (25, -4900)]);
    }

    #[test]
    fn an_item_that_was_dropped_is_not_renewed_whatever_becomes_of_the_bill_without_it() {
        let with_the_second = |is_dropped: bool| {
            let mut expected_mrr = ExpectedMrr::default();
            expected_mrr.act(act(10, 1, Kind::Period, 4900, 0));
            expected_mrr.act(act(10, 2, Kind::Period, 900, 0));
            if is_dropped {
                expected_mrr.dropped(2);
            }
            expected_mrr.act(act(20, 1, Kind::Period, 4900, 1));
            expected_mrr.act(act(20, 2, Kind::NotRenewed, 0, 1));
            expected_mrr.fate(1, Fate::GivenUpUnpaid);
            expected_mrr.end(25);
            changes(&expected_mrr)
        };
        assert_eq!(with_the_second(true), [(10, 5800), (20, -900), (25, -4900)]);
        assert_eq!(with_the_second(false), [(10, 5800), (25, -5800)], "it got another price");
    }

    #[test]
    fn the_next_period_says_to_the_cent_what_a_share_rounded() {
        let whole = |net_minor: i128, rounding_picos| {
            let picos = 1_000_000_000_000;
            Some(Whole { quantity: 2, net_picos: net_minor * picos, rounding_picos: rounding_picos * picos })
        };
        let with = |rounding| {
            let mut expected_mrr = ExpectedMrr::default();
            expected_mrr.act(Act { whole: whole(8323, rounding), ..act(10, 1, Kind::Change, 8323, 0) });
            expected_mrr.act(Act { whole: whole(8319, 0), ..act(20, 1, Kind::Period, 8319, 1) });
            changes(&expected_mrr)
        };
        assert_eq!(with(4), [(10, 8319)]);
        assert_eq!(with(3), [(10, 8323), (20, -4)]);
    }

    #[test]
    fn a_switch_without_proration_takes_effect_with_the_next_period() {
        let mut expected_mrr = ExpectedMrr::default();
        expected_mrr.act(act(10, 1, Kind::Period, 4900, 0));
        expected_mrr.act(act(20, 2, Kind::Period, 9900, 1));
        expected_mrr.act(act(20, 1, Kind::NotRenewed, 0, 1));
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, 5000)]);
        expected_mrr.fate(1, Fate::LeftUnpaid);
        assert_eq!(changes(&expected_mrr), [(10, 4900)], "the new period was never paid");
    }

    #[test]
    fn an_unpaid_subscription_is_worth_nothing_from_its_first_unpaid_period_until_it_is_canceled() {
        let mut expected_mrr = two_months(4900);
        expected_mrr.fate(1, Fate::LeftUnpaid);
        expected_mrr.leave_unpaid(20);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (20, -4900)]);
        expected_mrr.end(50);
        assert_eq!(changes(&expected_mrr), [(10, 4900), (50, -4900)], "canceled: by the end of service");
    }
}
