//! The prices and products that lines refer to by id.

use std::collections::HashMap;

use model::billing::{Price, Product};
use model::{PriceId, ProductId};

/// A connection's prices and products.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    prices: HashMap<PriceId, Price>,
    products: HashMap<ProductId, Product>,
}

impl PriceBook {
    pub fn insert(&mut self, price: Price) {
        self.prices.insert(price.id.clone(), price);
    }

    /// A copy of a price that came inside another object. It may lack tiers, so a listed one stays.
    pub fn insert_inline(&mut self, price: Price) {
        self.prices.entry(price.id.clone()).or_insert(price);
    }

    pub fn insert_product(&mut self, product: Product) {
        self.products.insert(product.id.clone(), product);
    }

    pub fn remove(&mut self, id: &PriceId) {
        self.prices.remove(id);
    }

    pub fn get(&self, id: &PriceId) -> Option<&Price> {
        self.prices.get(id)
    }

    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(id)
    }

    pub fn prices(&self) -> impl Iterator<Item = &Price> {
        self.prices.values()
    }

    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// What a person calls the price: product and nickname, or the id where it has neither.
    pub fn label(&self, id: &PriceId) -> String {
        let Some(price) = self.prices.get(id) else { return id.to_string() };
        let product = price.product.as_ref().and_then(|product| self.products.get(product));
        let product = product.and_then(|product| product.name.as_deref()).filter(|name| !name.is_empty());
        let nickname = price.nickname.as_deref().filter(|name| !name.is_empty());
        match (product, nickname) {
            (Some(product), Some(nickname)) if nickname.contains(product) => nickname.to_owned(),
            (Some(product), Some(nickname)) => format!("{product} – {nickname}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => id.to_string(),
        }
    }
}
