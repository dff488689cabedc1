//! Any page of any list, without walking to it: objects lie in a grid of months and places in the billing order
//! (customers and their subscriptions in one row), and a page is a walk through it from where the window or the
//! cursor says.

use std::fmt;

use super::Generated;
use super::facts::PLANS;
use crate::ObjectKind;
use crate::world::{Cursor, ListFilter, ListQuery, RawPage, UnknownCursor};

/// The kinds that there are objects of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Customer,
    Product,
    Price,
    Subscription,
    Invoice,
    Charge,
    PaymentIntent,
    InvoicePayment,
    BalanceTransaction,
}

/// Which object of its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Plan(usize),
    Price { plan: usize, is_yearly: bool },
    Customer(u32),
    Bill { month: usize, customer: u32 },
}

/// Month and place in the billing order; row 0 and the number for customers.
type Position = (usize, usize);

impl Family {
    pub fn of(kind: ObjectKind) -> Option<Self> {
        Some(match kind {
            ObjectKind::Customer => Self::Customer,
            ObjectKind::Product => Self::Product,
            ObjectKind::Price => Self::Price,
            ObjectKind::Subscription => Self::Subscription,
            ObjectKind::Invoice => Self::Invoice,
            ObjectKind::Charge => Self::Charge,
            ObjectKind::PaymentIntent => Self::PaymentIntent,
            ObjectKind::InvoicePayment => Self::InvoicePayment,
            ObjectKind::BalanceTransaction => Self::BalanceTransaction,
            _ => return None,
        })
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Customer => "cus_G",
            Self::Product => "prod_G",
            Self::Price => "price_1G",
            Self::Subscription => "sub_1G",
            Self::Invoice => "in_1G",
            Self::Charge => "ch_3G",
            Self::PaymentIntent => "pi_3G",
            Self::InvoicePayment => "inpay_1G",
            Self::BalanceTransaction => "txn_3G",
        }
    }

    pub fn id(self, key: Key) -> String {
        let mut id = String::with_capacity(24);
        // Writing to a string cannot fail.
        let _ = self.write_id(&mut id, key);
        id
    }

    /// Ids of a family sort as its objects were made wherever two were made in the same second.
    pub fn write_id(self, out: &mut impl fmt::Write, key: Key) -> fmt::Result {
        out.write_str(self.prefix())?;
        match key {
            Key::Plan(plan) => write!(out, "{plan}"),
            Key::Price { plan, is_yearly } => {
                write!(out, "{plan}{}", if is_yearly { "year" } else { "month" })
            }
            Key::Customer(number) => write!(out, "{number:010}"),
            Key::Bill { month, customer } => write!(out, "{month:04}{customer:010}"),
        }
    }

    fn parse(self, id: &str) -> Option<Key> {
        let rest = id.strip_prefix(self.prefix())?;
        let key = match self {
            Self::Product => Key::Plan(rest.parse().ok()?),
            Self::Price => {
                let plan = rest.get(..1)?.parse().ok()?;
                Key::Price { plan, is_yearly: rest.get(1..)? == "year" }
            }
            Self::Customer | Self::Subscription => Key::Customer(rest.parse().ok()?),
            _ => Key::Bill { month: rest.get(..4)?.parse().ok()?, customer: rest.get(4..)?.parse().ok()? },
        };
        (self.id(key) == id).then_some(key)
    }

    fn is_billed_monthly(self) -> bool {
        !matches!(self, Self::Customer | Self::Subscription | Self::Product | Self::Price)
    }
}

impl Generated {
    /// The key of an id that exists.
    pub(super) fn find(&self, family: Family, id: &str) -> Option<Key> {
        let key = family.parse(id)?;
        let exists = match key {
            Key::Plan(plan) | Key::Price { plan, .. } => plan < PLANS.len(),
            Key::Customer(customer) => customer < self.facts.customers,
            Key::Bill { month, customer } => {
                customer < self.facts.customers && self.is_billed(month, customer)
            }
        };
        exists.then_some(key)
    }

    pub(super) fn created_at(&self, key: Key) -> i64 {
        match key {
            Key::Plan(_) | Key::Price { .. } => self.calendar.start_of(0) - 3_600,
            Key::Customer(customer) => self.signed_up_at(customer),
            Key::Bill { month, customer } => self.billed_at(month, customer),
        }
    }

    /// A customer's invoices, oldest first.
    pub(super) fn invoices_of(&self, customer: u32) -> impl DoubleEndedIterator<Item = Key> + '_ {
        let months = self.facts.signup_month(customer)..=self.calendar.month_of(self.now_seconds());
        let billed = months.filter(move |month| self.is_billed(*month, customer));
        billed.map(move |month| Key::Bill { month, customer })
    }

    pub(super) fn page(&self, query: &ListQuery) -> Result<RawPage, UnknownCursor> {
        let Some(family) = Family::of(query.kind) else { return no_objects(query) };
        let cursor = match &query.cursor {
            None => None,
            Some(Cursor::StartingAfter(id) | Cursor::EndingBefore(id)) => Some(
                self.find(family, id).ok_or_else(|| UnknownCursor { kind: query.kind, id: id.clone() })?,
            ),
        };
        let is_backward = matches!(query.cursor, Some(Cursor::EndingBefore(_)));
        let from = query.created_gte.unwrap_or(i64::MIN);
        let to = query.created_lte.unwrap_or(i64::MAX);
        let mut keys = match self.filtered(family, &query.filter) {
            Some(keys) => {
                let in_window = |key: &Key| (from..=to).contains(&self.created_at(*key));
                around(keys, cursor, is_backward)
                    .into_iter()
                    .filter(in_window)
                    .take(query.limit + 1)
                    .collect()
            }
            None => self.walk(family, query, cursor, is_backward, from..=to),
        };
        let has_more = keys.len() > query.limit;
        keys.truncate(query.limit);
        if is_backward {
            keys.reverse();
        }
        Ok(RawPage { objects: keys.into_iter().map(|key| self.render(family, key)).collect(), has_more })
    }

    /// The few keys, newest first, that a filter leaves; `None` where there is no such filter.
    fn filtered(&self, family: Family, filter: &ListFilter) -> Option<Vec<Key>> {
        match family {
            Family::Product => return Some((0..PLANS.len()).rev().map(Key::Plan).collect()),
            Family::Price => {
                let product = filter.product.as_deref().map(|id| Family::Product.parse(id));
                let plans = (0..PLANS.len())
                    .rev()
                    .filter(|plan| product.is_none_or(|key| key == Some(Key::Plan(*plan))));
                let prices = plans.flat_map(|plan| {
                    [Key::Price { plan, is_yearly: true }, Key::Price { plan, is_yearly: false }]
                });
                return Some(prices.collect());
            }
            Family::Customer => return None,
            Family::Invoice | Family::InvoicePayment
                if filter.status.as_deref().is_some_and(|status| status != "paid" && status != "all") =>
            {
                return Some(Vec::new());
            }
            _ => {}
        }
        if let (Family::InvoicePayment, Some(id)) = (family, &filter.invoice) {
            return Some(self.find(Family::Invoice, id).into_iter().collect());
        }
        if let (Family::InvoicePayment, Some(id)) = (family, &filter.payment_intent) {
            return Some(self.find(Family::PaymentIntent, id).into_iter().collect());
        }
        let customer = filter.customer.as_deref().map(|id| self.find(Family::Customer, id));
        let subscriber = filter.subscription.as_deref().filter(|_| family == Family::Invoice);
        let subscriber = subscriber.map(|id| self.find(Family::Subscription, id));
        let only = match (customer, subscriber) {
            (None, None) => return None,
            (Some(one), None) | (None, Some(one)) => one,
            (Some(one), Some(other)) => one.filter(|_| one == other),
        };
        let Some(Key::Customer(number)) = only else { return Some(Vec::new()) };
        Some(match family {
            Family::Subscription if !self.has_status(number, filter.status.as_deref()) => Vec::new(),
            Family::Subscription => vec![Key::Customer(number)],
            Family::InvoicePayment | Family::BalanceTransaction => return None, // they have no such filter
            _ => self.invoices_of(number).rev().collect(),
        })
    }

    fn has_status(&self, customer: u32, asked: Option<&str>) -> bool {
        let has_ended = self.ended_month(customer).is_some();
        match asked {
            Some("all") => true,
            Some("canceled" | "ended") => has_ended,
            None | Some("active") => !has_ended,
            Some(_) => false,
        }
    }

    /// Up to one more than the limit, from the window's end or the cursor on, in the direction asked.
    fn walk(
        &self,
        family: Family,
        query: &ListQuery,
        cursor: Option<Key>,
        is_backward: bool,
        window: std::ops::RangeInclusive<i64>,
    ) -> Vec<Key> {
        let to = (*window.end()).min(self.now_seconds());
        let cursor = cursor.map(|key| self.place_of(key));
        let mut place = if is_backward {
            let before_window = self.last_place_until(family, window.start().saturating_sub(1));
            self.newer(family, cursor.max(before_window))
        } else {
            let newest = self.last_place_until(family, to);
            cursor.map_or(newest, |cursor| self.older(cursor).min(newest))
        };
        let mut keys = Vec::with_capacity(query.limit + 1);
        while let Some(at) = place {
            let key = self.key_at(family, at);
            let created = self.created_at(key);
            if keys.len() > query.limit || created < *window.start() || created > to {
                break;
            }
            if self.is_listed(family, key, query) {
                keys.push(key);
            }
            place = if is_backward { self.newer(family, Some(at)) } else { self.older(at) };
        }
        keys
    }

    fn is_listed(&self, family: Family, key: Key, query: &ListQuery) -> bool {
        match key {
            Key::Bill { month, customer } => self.is_billed(month, customer),
            Key::Customer(customer) if family == Family::Subscription => {
                self.has_status(customer, query.filter.status.as_deref())
            }
            _ => true,
        }
    }

    fn key_at(&self, family: Family, (month, column): Position) -> Key {
        let number = u32::try_from(column).unwrap_or(u32::MAX);
        if family.is_billed_monthly() {
            Key::Bill { month, customer: self.billing_order.get(column).copied().unwrap_or(number) }
        } else {
            Key::Customer(number)
        }
    }

    fn place_of(&self, key: Key) -> Position {
        match key {
            Key::Bill { month, customer } => {
                let own = (self.facts.billing_offset(customer), customer);
                let before = |other: &u32| (self.facts.billing_offset(*other), *other) < own;
                (month, self.billing_order.partition_point(before))
            }
            Key::Customer(number) => (0, number as usize),
            Key::Plan(_) | Key::Price { .. } => (0, 0),
        }
    }

    /// The newest place of what was created at an instant or before, whether anything lies there or not.
    fn last_place_until(&self, family: Family, at: i64) -> Option<Position> {
        if !family.is_billed_monthly() {
            let (mut low, mut high) = (0, self.facts.customers);
            while low < high {
                let middle = low + (high - low) / 2;
                if self.signed_up_at(middle) <= at { low = middle + 1 } else { high = middle }
            }
            return low.checked_sub(1).map(|last| (0, last as usize));
        }
        if at < self.calendar.start_of(0) {
            return None;
        }
        let month = self.calendar.month_of(at);
        let into = at.saturating_sub(self.calendar.start_of(month));
        let count =
            self.billing_order.partition_point(|customer| self.facts.billing_offset(*customer) <= into);
        match count.checked_sub(1) {
            Some(column) => Some((month, column)),
            None => self.older((month, 0)),
        }
    }

    fn older(&self, (month, column): Position) -> Option<Position> {
        match column.checked_sub(1) {
            Some(column) => Some((month, column)),
            None => Some((month.checked_sub(1)?, self.billing_order.len().checked_sub(1)?)),
        }
    }

    fn newer(&self, family: Family, place: Option<Position>) -> Option<Position> {
        let last_month = if family.is_billed_monthly() { self.calendar.last_month() } else { 0 };
        let size = self.billing_order.len();
        match place {
            None => (size > 0).then_some((0, 0)),
            Some((month, column)) if column + 1 < size => Some((month, column + 1)),
            Some((month, _)) => (month < last_month).then_some((month + 1, 0)),
        }
    }
}

/// What comes after the cursor, walking away from it.
fn around(mut keys: Vec<Key>, cursor: Option<Key>, is_backward: bool) -> Vec<Key> {
    let Some(cursor) = cursor else { return keys };
    let at = keys.iter().position(|key| *key == cursor).unwrap_or(keys.len());
    if is_backward {
        keys.truncate(at);
        keys.reverse();
        keys
    } else {
        keys.into_iter().skip(at + 1).collect()
    }
}

fn no_objects(query: &ListQuery) -> Result<RawPage, UnknownCursor> {
    match &query.cursor {
        None => Ok(RawPage::default()),
        Some(Cursor::StartingAfter(id) | Cursor::EndingBefore(id)) => {
            Err(UnknownCursor { kind: query.kind, id: id.clone() })
        }
    }
}
