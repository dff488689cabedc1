//! What the shop sells: products with variants, a bundle, downloads, brands and categories. Prices change now and then, and
//! products come and go.

use super::DAY_S;

/// What a line of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    Physical,
    Digital,
    GiftCertificate,
}

impl Goods {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Digital => "digital",
            Self::GiftCertificate => "giftcertificate",
        }
    }
}

/// A product as the shop opens with it.
struct Offer {
    name: &'static str,
    sku: &'static str,
    goods: Goods,
    cents: i64,
    /// What it costs the shop; 0: not entered.
    cost_cents: i64,
    brand: usize,
    category: usize,
    variants: &'static [&'static str],
}

pub const BRANDS: [&str; 3] = ["Fjell", "Common Goods", "Northlight"];
/// Each with its parent, if any.
pub const CATEGORIES: [(&str, Option<usize>); 6] = [
    ("Coffee", None),
    ("Beans", Some(0)),
    ("Equipment", None),
    ("Mugs & Cups", Some(2)),
    ("Reading", None),
    ("Sets", None),
];
pub const FIRST_BRAND: i64 = 35;
pub const FIRST_CATEGORY: i64 = 18;
const FIRST_PRODUCT: i64 = 77;
const FIRST_VARIANT: i64 = 301;

const fn offer(
    (name, sku): (&'static str, &'static str),
    goods: Goods,
    (cents, cost_cents): (i64, i64),
    (brand, category): (usize, usize),
    variants: &'static [&'static str],
) -> Offer {
    Offer { name, sku, goods, cents, cost_cents, brand, category, variants }
}

/// The bundle is the last of them; small shops have neither it nor the two before.
static OFFERS: [Offer; 11] = [
    offer(("House Blend", "HB"), Goods::Physical, (1_450, 612), (0, 1), &["250 g", "1 kg"]),
    offer(("Single Origin Yirgacheffe", "YIR"), Goods::Physical, (1_895, 790), (0, 1), &["250 g", "1 kg"]),
    offer(("Filter Papers", "FP"), Goods::Physical, (675, 0), (1, 2), &[]),
    offer(("Pour-over Kettle", "KET"), Goods::Physical, (8_950, 4_415), (2, 2), &["Black", "Steel"]),
    offer(("Stoneware Mug", "MUG"), Goods::Physical, (1_800, 555), (1, 3), &["Sand", "Moss", "Ink"]),
    offer(("Hand Grinder", "GRI"), Goods::Physical, (12_900, 6_333), (2, 2), &[]),
    offer(("Espresso Cups, Set of 4", "CUP"), Goods::Physical, (3_400, 0), (1, 3), &[]),
    offer(("The Brewing Handbook (PDF)", "PDF"), Goods::Digital, (1_200, 0), (1, 4), &[]),
    offer(("Brewing Course (Video)", "VID"), Goods::Digital, (4_900, 0), (1, 4), &[]),
    offer(("Scales with Timer", "SCA"), Goods::Physical, (5_499, 2_777), (2, 2), &[]),
    offer(("Starter Set", "SET"), Goods::Physical, (13_900, 5_987), (2, 5), &[]),
];
/// What is in the bundle, with how many.
const BUNDLED: [(usize, i64); 3] = [(0, 2), (2, 1), (4, 2)];
const SIMPLE_OFFERS: usize = 8;

#[derive(Debug, Clone)]
pub struct Variant {
    pub id: i64,
    pub sku: String,
    /// What is chosen; `None`: the product has no options.
    pub label: Option<&'static str>,
    pub cents: i64,
}

#[derive(Debug, Clone)]
pub struct Product {
    pub id: i64,
    pub name: String,
    pub sku: String,
    pub goods: Goods,
    pub cents: i64,
    pub cost_cents: i64,
    pub brand: usize,
    pub category: usize,
    pub variants: Vec<Variant>,
    pub created_at: i64,
    pub modified_at: i64,
    pub is_gone: bool,
}

/// What happened to a product.
pub struct Changed {
    pub product_id: i64,
    pub happening: &'static str,
}

#[derive(Debug, Default)]
pub struct Catalog {
    products: Vec<Product>,
    variants: i64,
    has_bundle: bool,
}

impl Catalog {
    pub fn open(is_simple: bool, at: i64) -> Self {
        let mut catalog = Self { has_bundle: !is_simple, ..Self::default() };
        let count = if is_simple { SIMPLE_OFFERS } else { OFFERS.len() };
        for offer in &OFFERS[..count] {
            catalog.add(offer.name.to_owned(), offer, at);
        }
        catalog
    }

    fn add(&mut self, name: String, offer: &Offer, at: i64) -> i64 {
        let id = FIRST_PRODUCT + self.products.len() as i64;
        let labels: Vec<Option<&'static str>> = if offer.variants.is_empty() {
            vec![None]
        } else {
            offer.variants.iter().copied().map(Some).collect()
        };
        let mut variants = Vec::new();
        for (place, label) in (0_i64..).zip(labels) {
            let sku = label.map_or_else(|| offer.sku.to_owned(), |_| format!("{}-{}", offer.sku, place + 1));
            // A bigger bag costs more; other options don't.
            let cents = if label == Some("1 kg") { offer.cents * 7 / 2 } else { offer.cents };
            variants.push(Variant { id: FIRST_VARIANT + self.variants, sku, label, cents });
            self.variants += 1;
        }
        self.products.push(Product {
            id,
            name,
            sku: offer.sku.to_owned(),
            goods: offer.goods,
            cents: offer.cents,
            cost_cents: offer.cost_cents,
            brand: offer.brand,
            category: offer.category,
            variants,
            created_at: at,
            modified_at: at,
            is_gone: false,
        });
        id
    }

    /// What is there, by id.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.iter().filter(|product| !product.is_gone)
    }

    /// What is sold in any order: everything but the bundle and what came later.
    pub fn staples(&self, goods: Goods) -> Vec<&Product> {
        let last = if self.has_bundle { OFFERS.len() - 1 } else { SIMPLE_OFFERS };
        self.products[..last].iter().filter(|product| product.goods == goods).collect()
    }

    /// The bundle and what it consists of.
    pub fn bundle(&self) -> Option<(&Product, Vec<(&Product, i64)>)> {
        if !self.has_bundle {
            return None;
        }
        let parts = BUNDLED.iter().map(|(place, count)| (&self.products[*place], *count)).collect();
        Some((self.products.get(OFFERS.len() - 1)?, parts))
    }

    /// The `number`th change: mostly another price, now and then a product that comes, and goes with the change after that.
    pub fn change(&mut self, number: u64, at: i64) -> Changed {
        if number % 6 == 4 {
            let name = format!("Micro Lot No. {}", number / 6 + 1);
            return Changed { product_id: self.add(name, &OFFERS[1], at), happening: "created" };
        }
        if number % 6 == 5
            && let Some(last) = self.products.last_mut()
        {
            (last.is_gone, last.modified_at) = (true, at);
            return Changed { product_id: last.id, happening: "deleted" };
        }
        let staples = if self.has_bundle { OFFERS.len() } else { SIMPLE_OFFERS };
        let product = &mut self.products[(number % staples as u64) as usize];
        let up = |cents: i64| cents + if number.is_multiple_of(2) { cents / 40 } else { -cents / 50 };
        product.cents = up(product.cents);
        for variant in &mut product.variants {
            variant.cents = up(variant.cents);
        }
        product.modified_at = at;
        Changed { product_id: product.id, happening: "updated" }
    }
}

/// Between one change and the next.
pub const CHANGE_EVERY_S: i64 = 19 * DAY_S + 3_601;
