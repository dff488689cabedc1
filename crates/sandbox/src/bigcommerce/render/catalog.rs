//! Products, variants, categories and brands, as version 3 writes them.

use serde_json::{Value, json};

use super::super::money::number;
use super::super::world::World;
use super::super::world::catalog::{BRANDS, CATEGORIES, FIRST_BRAND, FIRST_CATEGORY, Product, Variant};
use super::super::world::market::Pricing;
use super::rfc3339;

fn price(world: &World, cents: i64) -> Value {
    let currency = world.home_currency();
    let pricing = Pricing { market: world.home.market(), currency };
    number(pricing.minor(cents), currency)
}

pub fn product(world: &World, product: &Product, has_variants: bool) -> Value {
    let mut value = json!({
        "id": product.id,
        "name": product.name,
        "type": product.goods.as_str(),
        "sku": product.sku,
        "description": "",
        "weight": 1,
        "price": price(world, product.cents),
        "cost_price": price(world, product.cost_cents),
        "retail_price": 0,
        "sale_price": 0,
        "calculated_price": price(world, product.cents),
        "tax_class_id": 0,
        "categories": [FIRST_CATEGORY + product.category as i64],
        "brand_id": FIRST_BRAND + product.brand as i64,
        "inventory_level": 0,
        "inventory_tracking": "none",
        "is_visible": true,
        "is_featured": false,
        "availability": "available",
        "condition": "New",
        "base_variant_id": if product.variants.len() == 1 { json!(product.variants[0].id) } else { Value::Null },
        "date_created": rfc3339(product.created_at),
        "date_modified": rfc3339(product.modified_at),
    });
    if has_variants {
        value["variants"] = product.variants.iter().map(|known| variant(world, product, known)).collect();
    }
    value
}

pub fn variant(world: &World, product: &Product, variant: &Variant) -> Value {
    let options: Vec<Value> = variant
        .label
        .iter()
        .map(|label| json!({ "id": 108, "label": label, "option_id": 23, "option_display_name": "Option" }))
        .collect();
    json!({
        "id": variant.id,
        "product_id": product.id,
        "sku": variant.sku,
        "sku_id": null,
        "price": if variant.cents == product.cents { Value::Null } else { price(world, variant.cents) },
        "calculated_price": price(world, variant.cents),
        "cost_price": price(world, product.cost_cents),
        "purchasing_disabled": false,
        "inventory_level": 0,
        "option_values": options,
    })
}

/// Of the category's place in the list.
pub fn category(place: usize) -> Value {
    let (name, parent) = CATEGORIES[place];
    json!({
        "category_id": FIRST_CATEGORY + place as i64,
        "category_uuid": format!("00000000-0000-4000-a000-{place:012}"),
        "parent_id": parent.map_or(0, |parent| FIRST_CATEGORY + parent as i64),
        "tree_id": 1,
        "name": name,
        "description": "",
        "is_visible": true,
        "sort_order": place,
    })
}

/// Of the brand's place in the list.
pub fn brand(place: usize) -> Value {
    json!({ "id": FIRST_BRAND + place as i64, "name": BRANDS[place], "page_title": "", "image_url": "" })
}
