//! Lines of an order.

use model::Currency;
use serde_json::{Value, json};

use super::super::money::decimal;
use super::super::world::order::{Line, LineDiscount, Order};
use super::merged;

/// A line as `/orders/{id}/products` lists it.
pub fn line(order: &Order, line: &Line) -> Value {
    let currency = order.currency;
    let money = |minor: i64| decimal(minor, currency);
    let paid_minor = line.net.inc_minor();
    let head = json!({
        "id": line.id,
        "order_id": order.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "order_pickup_method_id": 0,
        "order_address_id": address_id(order, line),
        "name": line.name,
        "name_customer": line.name,
        "name_merchant": line.name,
        "sku": line.sku,
        "upc": "",
        "brand": line.brand,
        "type": line.goods.as_str(),
        "base_price": money(line.base_minor),
        "price_ex_tax": money(line.price.ex_minor),
        "price_inc_tax": money(line.price.inc_minor()),
        "price_tax": money(line.price.tax_minor),
        "base_total": money(line.base_minor * line.quantity),
        "total_ex_tax": money(line.total.ex_minor),
        "total_inc_tax": money(line.total.inc_minor()),
        "total_tax": money(line.total.tax_minor),
    });
    let state = json!({
        "discounted_total_inc_tax": money(paid_minor),
        "quantity": line.quantity,
        "quantity_shipped": if order.shipped_at.is_some() { line.quantity } else { 0 },
        "quantity_refunded": line.refunded,
        "is_refunded": line.refunded == line.quantity,
        "refund_amount": "0.0000",
        "return_id": 0,
        "weight": "1.0000",
        "base_cost_price": four_places(line.cost_e4),
        "cost_price_ex_tax": four_places(line.cost_e4),
        "cost_price_inc_tax": four_places(line.cost_e4),
        "cost_price_tax": "0.0000",
        "parent_order_product_id": line.parent_id,
        "is_bundled_product": line.parent_id.is_some(),
        "applied_discounts": line.discount.iter().map(|cut| discount(cut, currency)).collect::<Vec<_>>(),
        "product_options": options(line),
        "configurable_fields": [],
        "bin_picking_number": "",
        "external_id": null,
        "fulfillment_source": "",
        "event_name": null,
        "event_date": null,
        "ebay_item_id": "",
        "ebay_transaction_id": "",
        "option_set_id": null,
    });
    let wrapping = json!({
        "wrapping_id": i64::from(line.wrapping.inc_minor() > 0),
        "wrapping_name": if line.wrapping.inc_minor() > 0 { "Brown paper" } else { "" },
        "wrapping_message": "",
        "base_wrapping_cost": money(line.wrapping.ex_minor),
        "wrapping_cost_ex_tax": money(line.wrapping.ex_minor),
        "wrapping_cost_inc_tax": money(line.wrapping.inc_minor()),
        "wrapping_cost_tax": money(line.wrapping.tax_minor),
        "fixed_shipping_cost": "0.0000",
    });
    merged([head, state, wrapping])
}

/// Only what is sent has an address.
fn address_id(order: &Order, line: &Line) -> i64 {
    let address = order.addresses.get(line.address).filter(|address| !address.is_pickup);
    match line.goods.as_str() {
        "physical" => address.map_or(0, |address| address.id),
        _ => 0,
    }
}

/// An amount of ten-thousandths.
fn four_places(amount_e4: i64) -> String {
    format!("{}.{:04}", amount_e4 / 10_000, amount_e4 % 10_000)
}

fn discount(cut: &LineDiscount, currency: Currency) -> Value {
    json!({
        "id": cut.id,
        "amount": decimal(cut.amount_minor, currency),
        "name": cut.name,
        "code": cut.code,
        "target": if cut.is_of_product { "product" } else { "order" },
    })
}

fn options(line: &Line) -> Value {
    let Some(label) = line.option else { return json!([]) };
    json!([{
        "id": line.id,
        "option_id": 23,
        "order_product_id": line.id,
        "product_option_id": line.product_id,
        "display_name": "Option",
        "display_value": label,
        "value": label,
        "type": "Multiple choice",
        "name": "option",
        "display_style": "Rectangle",
    }])
}
