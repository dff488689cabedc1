//! Prices that are not, or no longer, in the list of prices.

use super::catalog::Plan;
use super::pricing::{PICOS, Scheme};
use super::records::{Price, Product};
use super::simulated::World;
use crate::ObjectKind;

impl World {
    /// A price for one customer, a tenth below a plan's.
    pub(super) fn own_price(&mut self, customer: u32, plan: Plan, is_inline: bool) -> u32 {
        let plan = self.catalog.plan(self.customers[customer as usize].currency, plan);
        let like = self.catalog.prices[plan as usize].clone();
        let scheme = match like.scheme {
            Scheme::PerUnit { picos } => {
                Scheme::PerUnit { picos: picos * 9 / (10 * 10 * PICOS) * 10 * PICOS }
            }
            other => other,
        };
        let nickname = format!("{}, agreed", like.nickname);
        let price = self.catalog.prices.len() as u32;
        let product = self.own_product(&nickname);
        self.catalog.prices.push(Price {
            created: self.now,
            product,
            nickname,
            scheme,
            // What is made with `price_data` is never active.
            is_active: !is_inline,
            is_inline,
            ..like
        });
        if !is_inline {
            self.emit("price.created", ObjectKind::Price, price);
        }
        price
    }

    fn own_product(&mut self, name: &str) -> u32 {
        let product = self.catalog.products.len() as u32;
        let name = name.to_owned();
        let (created, unit_label) = (self.now, None);
        self.catalog.products.push(Product { created, name, is_active: true, is_deleted: false, unit_label });
        self.emit("product.created", ObjectKind::Product, product);
        product
    }

    /// No longer for sale. Who has it keeps it.
    pub(super) fn archive_price(&mut self, price: u32) {
        self.catalog.prices[price as usize].is_active = false;
        self.saw("price archived");
        self.emit("price.updated", ObjectKind::Price, price);
    }

    /// Plans can be deleted though subscriptions have them, and their product after them.
    pub(super) fn delete_plan(&mut self, price: u32) {
        self.emit("price.deleted", ObjectKind::Price, price);
        let details = &mut self.catalog.prices[price as usize];
        (details.is_deleted, details.is_active) = (true, false);
        let product = details.product;
        self.emit("product.deleted", ObjectKind::Product, product);
        self.catalog.products[product as usize].is_deleted = true;
        self.saw("plan and product deleted");
    }
}
