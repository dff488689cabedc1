//! Single objects, and what is remembered of lists.

use std::collections::BTreeMap;

use model::RawObject;

use super::super::path::Path;
use super::super::{cursor, filing, kind};
use super::{Client, LARGEST, LARGEST_OF_USERS, Rows, is_full, none_if_refused, plan_id};
use crate::{ConnectError, Page};

impl Client {
    /// A subscription and its buyer, both as far as they may be known.
    pub(super) async fn subscription(
        &self,
        id: &str,
    ) -> Result<Option<(RawObject, Vec<RawObject>)>, ConnectError> {
        // By default the list leaves out those that were deleted.
        for state in [None, Some("deleted")] {
            let mut parameters = vec![("subscription_id", id.to_owned())];
            parameters.extend(state.map(|state| ("state", state.to_owned())));
            let read = self.found(kind::SUBSCRIPTION, Path::Users, parameters).await?;
            let page = self.subscriptions_of(&read, None).await?;
            if let Some(found) = page.objects.into_iter().find(|object| object.id == id) {
                return Ok(Some((found, page.embedded)));
            }
        }
        Ok(None)
    }

    pub(super) async fn payment(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        let Some((subscription, _)) = id.split_once('-') else { return Ok(None) };
        let mut offset = 0;
        loop {
            let parameters = vec![
                ("subscription_id", subscription.to_owned()),
                ("limit", LARGEST.to_string()),
                ("offset", offset.to_string()),
            ];
            let read = self.found(kind::PAYMENT, Path::Payments, parameters).await?;
            let filed = read.rows.iter().filter_map(|row| filing::file(kind::PAYMENT, row).ok());
            if let Some(found) = filed.into_iter().find(|object| object.id == id) {
                return Ok(Some(found));
            }
            if !is_full(&read, LARGEST) {
                return Ok(None);
            }
            offset += LARGEST;
        }
    }

    pub(super) async fn plan(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        let read = self.found(kind::PLAN, Path::Plans, vec![("plan", id.to_owned())]).await?;
        let filed = read.rows.iter().filter_map(|row| filing::file(kind::PLAN, row).ok());
        Ok(filed.into_iter().find(|object| object.id == id))
    }

    /// Alerts can't be requested one by one. One that was just delivered is among the newest.
    pub(super) async fn alert(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        const PAGES: u64 = 8;
        let anchor = self.0.config.clock.now().day(&jiff::tz::TimeZone::UTC);
        let (from, _) = cursor::alert_window(anchor, cursor::ALERTS_REACH_DAYS);
        for number in 1..=PAGES {
            let read = self.alert_rows(format!("{from} 00:00:00"), None, number).await?;
            let filed = read.rows.iter().filter_map(|row| filing::alert(row).ok().flatten());
            if let Some(found) = filed.into_iter().find(|object| object.id == id) {
                return Ok(Some(found));
            }
            if !is_full(&read, LARGEST_OF_USERS) {
                break;
            }
        }
        Ok(None)
    }

    /// The plans of these subscriptions: all that are remembered, once again from the list if one is new.
    pub(super) async fn plans_of(&self, rows: &[String]) -> Result<BTreeMap<String, String>, ConnectError> {
        let mut plans = self.0.plans.lock().await;
        let is_known = |row: &String| plan_id(row).is_none_or(|id| plans.contains_key(&id));
        if !rows.iter().all(is_known) {
            let all = self.all_rows(kind::PLAN, Path::Plans, Vec::new(), LARGEST).await?;
            let filed = all.rows.iter().filter_map(|row| filing::file(kind::PLAN, row).ok());
            plans.extend(filed.map(|plan| (plan.id, plan.body.into())));
        }
        Ok(plans.clone())
    }

    pub(super) async fn products(&self) -> Result<Vec<u64>, ConnectError> {
        let mut known = self.0.products.lock().await;
        if let Some(products) = &*known {
            return Ok(products.clone());
        }
        let all = self.all_rows(kind::PRODUCT, Path::Products, Vec::new(), LARGEST_OF_USERS).await?;
        let filed = all.rows.iter().filter_map(|row| filing::file(kind::PRODUCT, row).ok());
        let products: Vec<u64> = filed.filter_map(|product| product.id.parse().ok()).collect();
        *known = Some(products.clone());
        Ok(products)
    }

    /// What coupons may be for: every product and every plan. Each has a list of its own.
    pub(super) async fn discountable(&self) -> Result<Vec<String>, ConnectError> {
        let mut all: Vec<String> = self.products().await?.iter().map(u64::to_string).collect();
        let mut plans = self.0.plans.lock().await;
        if plans.is_empty() {
            let read = self.all_rows(kind::PLAN, Path::Plans, Vec::new(), LARGEST).await?;
            let filed = read.rows.iter().filter_map(|row| filing::file(kind::PLAN, row).ok());
            plans.extend(filed.map(|plan| (plan.id, plan.body.into())));
        }
        all.extend(plans.keys().cloned());
        Ok(all)
    }

    pub(super) async fn remember_coupons(&self, read: &Rows) {
        let filed = read.rows.iter().filter_map(|row| filing::file(kind::COUPON, row).ok());
        let mut coupons = self.0.coupons.lock().await;
        coupons.extend(filed.map(|coupon| (coupon.id, Some(coupon.body.into()))));
    }

    /// Gives alerts of payments the rows of the coupons that they name: what these take off another price is known by nothing
    /// else.
    pub(super) async fn add_coupons(&self, page: &mut Page) -> Result<(), ConnectError> {
        for alert in &mut page.objects {
            let Some(code) = filing::coupon_code(alert) else { continue };
            if !self.0.coupons.lock().await.contains_key(&code) {
                for product in self.discountable().await? {
                    let narrowed = vec![("product_id", product)];
                    let read = self.all_rows(kind::COUPON, Path::Coupons, narrowed, LARGEST).await;
                    self.remember_coupons(&none_if_refused(read)?).await;
                }
            }
            // One that is not listed any more is not looked for again.
            let row = self.0.coupons.lock().await.entry(code).or_default().clone();
            if let Some(row) = row {
                *alert = self.private(filing::with_coupon(alert.clone(), &row));
            }
        }
        Ok(())
    }
}
