//! Pages of the lists.

use std::collections::BTreeSet;

use model::{ObjectKind, RawObject, UnixSeconds};

use super::super::cursor::{self, Cursor, STATES};
use super::super::path::Path;
use super::super::{filing, kind};
use super::{
    Client, LARGEST, LARGEST_OF_USERS, Parameters, Rows, is_full, modifier_id, none_if_refused, plan_id,
};
use crate::{ConnectError, Page, retry};

const LARGEST_OF_TRANSACTIONS: u64 = 300;
/// Payments may show some days after the day that they are dated.
const PAYMENTS_OVERLAP_S: i64 = 3 * 86_400;
/// As many subscriptions are read again at once for what was reported of them; the others are with the daily listing.
const REFRESHED_MAX: usize = 40;

impl Client {
    pub(super) async fn by_offset(
        &self,
        kind: ObjectKind,
        path: Path,
        at: Cursor,
    ) -> Result<Page, ConnectError> {
        let largest = if kind == kind::PRODUCT { LARGEST_OF_USERS } else { LARGEST };
        let parameters = vec![("limit", largest.to_string()), ("offset", at.at.to_string())];
        let read = self.rows(kind, path, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, largest), largest, 1);
        let page = self.page(kind, &read, next, |row| filing::file(kind, row).map(Some));
        if kind == kind::PRODUCT && at.at == 0 {
            // A new listing: there may be others by now, and their sales are listed after them.
            *self.0.products.lock().await = None;
        }
        if kind == kind::PLAN {
            let mut plans = self.0.plans.lock().await;
            plans.extend(page.objects.iter().map(|plan| (plan.id.clone(), plan.body.to_string())));
        }
        Ok(page)
    }

    pub(super) async fn subscriptions(&self, at: Cursor) -> Result<Page, ConnectError> {
        let state = STATES.get(at.step).unwrap_or(&STATES[0]);
        let parameters = vec![
            ("state", (*state).to_owned()),
            ("page", (at.at + 1).to_string()),
            ("results_per_page", LARGEST_OF_USERS.to_string()),
        ];
        let read = self.rows(kind::SUBSCRIPTION, Path::Users, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST_OF_USERS), 1, STATES.len());
        self.subscriptions_of(&read, next).await
    }

    /// Each with its plan, and beside it its buyer.
    pub(super) async fn subscriptions_of(
        &self,
        read: &Rows,
        next: Option<Cursor>,
    ) -> Result<Page, ConnectError> {
        let plans = self.plans_of(&read.rows).await?;
        let plan = |row: &str| plan_id(row).and_then(|id| plans.get(&id)).map(String::as_str);
        let mut page =
            self.page(kind::SUBSCRIPTION, read, next, |row| filing::with_plan(row, plan(row)).map(Some));
        page.embedded = self.buyers(kind::SUBSCRIPTION, read);
        Ok(page)
    }

    /// Of the whole row: what privacy leaves of it has no address to be hashed.
    fn buyers(&self, kind: ObjectKind, read: &Rows) -> Vec<RawObject> {
        let whole = read.rows.iter().filter_map(|row| filing::file(kind, row).ok());
        let buyers = whole.filter_map(|bought| filing::buyer(&bought));
        buyers.map(|buyer| self.private(buyer)).collect()
    }

    pub(super) async fn payments(&self, at: Cursor) -> Result<Page, ConnectError> {
        let windows = cursor::payment_windows(at.anchor);
        let mut parameters = vec![("limit", LARGEST.to_string()), ("offset", at.at.to_string())];
        if let Some(days) = windows.get(at.step) {
            parameters.push(("is_paid", "1".to_owned()));
            parameters.extend(days.from.map(|day| ("from", day.to_string())));
            parameters.extend(days.before.map(|day| ("to", day.to_string())));
        } else {
            // After all that was paid, what is due next.
            parameters.push(("is_paid", "0".to_owned()));
        }
        let read = self.rows(kind::PAYMENT, Path::Payments, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST), LARGEST, windows.len() + 1);
        let mut page =
            self.page(kind::PAYMENT, &read, next, |row| filing::file(kind::PAYMENT, row).map(Some));
        // How far back it got shows in the last one.
        page.objects.sort_by_key(|payment| std::cmp::Reverse(payment.created_at));
        Ok(page)
    }

    pub(super) async fn payments_since(&self, since: UnixSeconds) -> Result<Page, ConnectError> {
        let from = UnixSeconds(since.0 - PAYMENTS_OVERLAP_S).timestamp().strftime("%Y-%m-%d").to_string();
        let paid = vec![("is_paid", "1".to_owned()), ("from", from)];
        let all = self.all_rows(kind::PAYMENT, Path::Payments, paid, LARGEST).await?;
        Ok(self.page(kind::PAYMENT, &all, None, |row| filing::file(kind::PAYMENT, row).map(Some)))
    }

    /// In the order of their numbers, on from one of them.
    pub(super) async fn modifiers(&self, at: Cursor) -> Result<Page, ConnectError> {
        let after = (at.at > 0).then(|| ("after", at.at.to_string()));
        let read = self.modifier_rows(after.into_iter().collect()).await?;
        let last = read.rows.last().and_then(|row| modifier_id(row)).filter(|last| *last > at.at);
        let next = last.filter(|_| is_full(&read, LARGEST_OF_USERS)).map(|last| Cursor { at: last, ..at });
        Ok(self.page(kind::MODIFIER, &read, next, |row| filing::file(kind::MODIFIER, row).map(Some)))
    }

    /// Of one subscription. It hardly has more than a page of them.
    pub(super) async fn modifiers_of(&self, subscription: &str) -> Result<Vec<RawObject>, ConnectError> {
        let narrowed = vec![("subscription_id", subscription.to_owned())];
        let read = none_if_refused(self.modifier_rows(narrowed).await)?;
        let page = self.page(kind::MODIFIER, &read, None, |row| filing::file(kind::MODIFIER, row).map(Some));
        Ok(page.objects)
    }

    async fn modifier_rows(&self, mut parameters: Parameters) -> Result<Rows, ConnectError> {
        parameters.push(("results_per_page", LARGEST_OF_USERS.to_string()));
        self.rows(kind::MODIFIER, Path::Modifiers, parameters, retry::BACKGROUND).await
    }

    pub(super) async fn alerts(&self, at: Cursor) -> Result<Page, ConnectError> {
        let (from, before) = cursor::alert_window(at.anchor, at.step);
        let before = before.map(|day| format!("{day} 00:00:00"));
        let read = self.alert_rows(format!("{from} 00:00:00"), before, at.at + 1).await?;
        let next = at.after(is_full(&read, LARGEST_OF_USERS), 1, cursor::ALERTS_REACH_DAYS + 1);
        let mut page = self.page(kind::ALERT, &read, next, filing::alert);
        page.embedded = self.orders(&page);
        self.add_coupons(&mut page).await?;
        Ok(page)
    }

    /// With the subscriptions that they are about and their modifiers, as they are now.
    pub(super) async fn alerts_since(&self, since: UnixSeconds) -> Result<Page, ConnectError> {
        let from = since.timestamp().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (mut all, mut number) = (Rows::default(), 1);
        loop {
            let read = self.alert_rows(from.clone(), None, number).await?;
            let is_last = !is_full(&read, LARGEST_OF_USERS);
            all.extend(read);
            number += 1;
            if is_last {
                break;
            }
        }
        let mut page = self.page(kind::ALERT, &all, None, filing::alert);
        page.embedded = self.orders(&page);
        self.add_coupons(&mut page).await?;
        let named = page.objects.iter().filter_map(|alert| alert.counterparts.subscription.clone());
        let named: BTreeSet<String> = named.collect();
        for id in named.into_iter().take(REFRESHED_MAX) {
            if let Some((subscription, buyer)) = self.subscription(&id).await? {
                page.embedded.extend(buyer);
                page.embedded.push(subscription);
                page.embedded.extend(self.modifiers_of(&id).await?);
            }
        }
        Ok(page)
    }

    fn orders(&self, page: &Page) -> Vec<RawObject> {
        page.objects.iter().filter_map(filing::order).map(|order| self.private(order)).collect()
    }

    pub(super) async fn alert_rows(
        &self,
        from: String,
        before: Option<String>,
        number: u64,
    ) -> Result<Rows, ConnectError> {
        let mut parameters = vec![
            ("page", number.to_string()),
            ("alerts_per_page", LARGEST_OF_USERS.to_string()),
            ("query_tail", from),
        ];
        parameters.extend(before.map(|before| ("query_head", before)));
        self.rows(kind::ALERT, Path::Alerts, parameters, retry::BACKGROUND).await
    }

    /// Product by product: there is no list of all.
    pub(super) async fn transactions(&self, at: Cursor) -> Result<Page, ConnectError> {
        let products = self.products().await?;
        let Some(product) = products.get(at.step) else {
            return Ok(Page { honours_window: true, ..Page::default() });
        };
        let parameters = vec![
            ("page", (at.at + 1).to_string()),
            ("results_per_page", LARGEST_OF_TRANSACTIONS.to_string()),
        ];
        let path = Path::Transactions(*product);
        let read = self.rows(kind::TRANSACTION, path, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST_OF_TRANSACTIONS), 1, products.len());
        let mut page =
            self.page(kind::TRANSACTION, &read, next, |row| filing::file(kind::TRANSACTION, row).map(Some));
        page.embedded = self.buyers(kind::TRANSACTION, &read);
        Ok(page)
    }

    pub(super) async fn coupons(&self, at: Cursor) -> Result<Page, ConnectError> {
        let products = self.discountable().await?;
        let Some(product) = products.get(at.step) else {
            return Ok(Page { honours_window: true, ..Page::default() });
        };
        let parameters = vec![
            ("product_id", product.clone()),
            ("limit", LARGEST.to_string()),
            ("offset", at.at.to_string()),
        ];
        let read = self.rows(kind::COUPON, Path::Coupons, parameters, retry::BACKGROUND).await;
        let read = none_if_refused(read)?;
        self.remember_coupons(&read).await;
        let next = at.after(is_full(&read, LARGEST), LARGEST, products.len());
        Ok(self.page(kind::COUPON, &read, next, |row| filing::file(kind::COUPON, row).map(Some)))
    }
}
