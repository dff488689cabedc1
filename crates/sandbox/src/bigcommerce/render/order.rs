//! Orders, as version 2 of the API writes them, with what can be included.

use serde_json::{Map, Value, json};

use super::super::money::{Taxed, decimal};
use super::super::world::buyer::names;
use super::super::world::catalog::Goods;
use super::super::world::market::{Tender, currency};
use super::super::world::order::{Address, Order, STATUSES};
use super::line::line;
use super::{Renderer, address, merged, rfc2822};
use crate::rounding::rounded;

/// What comes along with an order.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderParts {
    pub has_consignments: bool,
    pub has_lines: bool,
    /// As an object; else in an array.
    pub is_object: bool,
}

impl Renderer<'_> {
    pub fn order(&self, order: &Order, parts: OrderParts) -> Value {
        let mut fields = self.head(order);
        fields.extend(self.amounts(order));
        fields.extend(self.currencies_of(order));
        let link = |name: &str| {
            let resource = format!("/orders/{}/{name}", order.id);
            json!({ "url": format!("https://api.bigcommerce.com/stores/{}/v2{resource}", self.hash), "resource": resource })
        };
        fields.insert("products".to_owned(), link("products"));
        fields.insert("shipping_addresses".to_owned(), link("shippingaddresses"));
        fields.insert("coupons".to_owned(), link("coupons"));
        let consignments = match (parts.has_consignments, parts.is_object) {
            (false, _) => link("consignments"),
            (true, true) => self.consignments(order, parts.has_lines),
            (true, false) => json!([self.consignments(order, parts.has_lines)]),
        };
        fields.insert("consignments".to_owned(), consignments);
        Value::Object(fields)
    }

    fn head(&self, order: &Order) -> Map<String, Value> {
        let name = self.world.buyer_name(order);
        let status = STATUSES[usize::from(order.status_id)];
        let shipped = order.shipped_at.map_or_else(String::new, |at| self.local(at));
        let (units, physical) = (order.units(), order.lines.iter().any(|line| line.goods == Goods::Physical));
        let fields = json!({
            "id": order.id,
            "customer_id": order.customer_id,
            "date_created": self.local(order.created_at),
            "date_modified": rfc2822(order.modified_at),
            "date_shipped": shipped,
            "status_id": order.status_id,
            "status": status,
            "custom_status": self.world.custom_label(order.status_id),
            "items_total": units,
            "items_shipped": if order.shipped_at.is_some() { units } else { 0 },
            "payment_method": order.payment_method,
            "payment_provider_id": null,
            "payment_status": order.payment_status,
            "order_is_digital": !physical,
            "ip_address": "192.0.2.17",
            "ip_address_v6": "",
            "geoip_country": order.market.country,
            "geoip_country_iso2": order.market.iso2,
            "staff_notes": order.notes,
            "customer_message": "",
            "shipping_address_count": order.addresses.iter().filter(|address| !address.is_pickup).count(),
            "is_deleted": order.is_archived,
        });
        let origin = json!({
            "is_email_opt_in": false,
            "is_tax_inclusive_pricing": order.market.is_tax_inclusive,
            "credit_card_type": null,
            "ebay_order_id": "0",
            "cart_id": self.world.cart_id(order),
            "billing_address": address(order.market, names(&name), &order.email),
            "order_source": order.origin.order_source(),
            "channel_id": order.channel_id,
            "external_source": order.origin.external_source(),
            "external_id": null,
            "external_merchant_id": null,
            "external_order_id": external_order_id(order),
            "tax_provider_id": "BasicTaxProvider",
            "customer_locale": "en",
        });
        match merged([fields, origin]) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    fn amounts(&self, order: &Order) -> Map<String, Value> {
        let mut fields = Map::new();
        let money = |minor: i64| json!(decimal(minor, order.currency));
        let mut taxed = |name: &str, amount: Taxed| {
            fields.insert(format!("{name}_ex_tax"), money(amount.ex_minor));
            fields.insert(format!("{name}_inc_tax"), money(amount.inc_minor()));
            let tax = if name == "total" { "total_tax".to_owned() } else { format!("{name}_tax") };
            fields.insert(tax, money(amount.tax_minor));
        };
        taxed("subtotal", order.subtotal);
        taxed("shipping_cost", order.shipping);
        taxed("handling_cost", order.handling);
        taxed("wrapping_cost", order.wrapping);
        taxed("total", order.total);
        let base: i64 = order.addresses.iter().map(|address| address.base_shipping_minor).sum();
        for (name, minor) in [
            ("base_shipping_cost", base),
            ("base_handling_cost", order.handling.ex_minor),
            ("base_wrapping_cost", order.wrapping.ex_minor),
            ("discount_amount", self.reported(order, order.discount_minor)),
            ("coupon_discount", self.reported(order, order.coupon_minor)),
            ("store_credit_amount", order.store_credit_minor),
            ("gift_certificate_amount", order.gift_certificate_minor),
            // Whatever was refunded.
            ("refunded_amount", 0),
        ] {
            fields.insert(name.to_owned(), money(minor));
        }
        fields.insert("fees".to_owned(), Value::Array(fees(order)));
        fields
    }

    /// A discount as the API says it.
    fn reported(&self, order: &Order, minor: i64) -> i64 {
        if self.has_plain_discounts || !order.market.is_tax_inclusive {
            return minor;
        }
        minor + rounded(minor * order.market.tax_bp, 10_000)
    }

    fn currencies_of(&self, order: &Order) -> Map<String, Value> {
        let (paid, shown) = (Tender::of(order.currency), Tender::of(order.display_currency));
        let home = Tender::of(self.world.home_currency());
        let code = |tender: &Tender| json!(tender.code.to_uppercase());
        let mut fields = Map::new();
        fields.insert("currency_id".to_owned(), json!(shown.id));
        fields.insert("currency_code".to_owned(), code(shown));
        fields.insert("currency_exchange_rate".to_owned(), json!(shown.rate_from(home)));
        fields.insert("default_currency_id".to_owned(), json!(paid.id));
        fields.insert("default_currency_code".to_owned(), code(paid));
        if order.has_multi_currency {
            fields.insert("store_default_currency_code".to_owned(), code(home));
            let rate = json!(paid.rate_from(home));
            fields.insert("store_default_to_transactional_exchange_rate".to_owned(), rate);
        }
        fields
    }

    /// What is sent, collected, downloaded and mailed.
    pub fn consignments(&self, order: &Order, has_lines: bool) -> Value {
        let lines_of = |matches: &dyn Fn(&super::super::world::order::Line) -> bool| -> Vec<Value> {
            let lines = order.lines.iter().filter(|candidate| matches(candidate));
            if has_lines { lines.map(|known| line(order, known)).collect() } else { Vec::new() }
        };
        let (mut pickups, mut shipping) = (Vec::new(), Vec::new());
        for (place, known) in order.addresses.iter().enumerate() {
            let lines = lines_of(&|line| line.goods == Goods::Physical && line.address == place);
            if known.is_pickup {
                pickups.push(pickup(known, lines));
            } else {
                let mut value = self.shipping_address(order, known);
                value["line_items"] = Value::Array(lines);
                shipping.push(value);
            }
        }
        let has = |goods: Goods| order.lines.iter().any(|line| line.goods == goods);
        let mut downloads = Vec::new();
        if has(Goods::Digital) {
            downloads.push(json!({ "line_items": lines_of(&|line| line.goods == Goods::Digital) }));
        }
        let mut certificates = Vec::new();
        if has(Goods::GiftCertificate) {
            certificates.push(json!({
                "recipient_email": "friend@example.com",
                "line_items": lines_of(&|line| line.goods == Goods::GiftCertificate),
            }));
        }
        json!({
            "pickups": pickups,
            "shipping": shipping,
            "downloads": downloads,
            "email": { "gift_certificates": certificates },
        })
    }

    /// As `/orders/{id}/shipping_addresses` lists it.
    pub fn shipping_address(&self, order: &Order, known: &Address) -> Value {
        let money = |minor: i64| decimal(minor, order.currency);
        let name = self.world.buyer_name(order);
        let lives = address(order.market, names(&name), &order.email);
        let place = order.addresses.iter().position(|other| other.id == known.id).unwrap_or(0);
        let lines = order.lines.iter();
        let items: i64 = lines
            .filter(|line| line.goods == Goods::Physical && line.address == place && line.parent_id.is_none())
            .map(|line| line.quantity)
            .sum();
        let more = json!({
            "id": known.id,
            "order_id": order.id,
            "items_total": items,
            "items_shipped": if order.shipped_at.is_some() { items } else { 0 },
            "shipping_method": "Flat Rate",
            "base_cost": money(known.base_shipping_minor),
            "cost_ex_tax": money(known.shipping.ex_minor),
            "cost_inc_tax": money(known.shipping.inc_minor()),
            "cost_tax": money(known.shipping.tax_minor),
            "cost_tax_class_id": 2,
            "base_handling_cost": money(known.handling.ex_minor),
            "handling_cost_ex_tax": money(known.handling.ex_minor),
            "handling_cost_inc_tax": money(known.handling.inc_minor()),
            "handling_cost_tax": money(known.handling.tax_minor),
            "handling_cost_tax_class_id": 2,
            "shipping_zone_id": 1,
            "shipping_zone_name": order.market.country,
        });
        merged([lives, more])
    }
}

fn pickup(known: &Address, lines: Vec<Value>) -> Value {
    json!({
        "id": known.id,
        "pickup_method_id": 1,
        "pickup_method_display_name": "Collect at our roastery",
        "collection_instructions": "Ring the bell.",
        "collection_time_description": "9am - 6pm",
        "location": { "name": "Roastery", "code": "ROAST-1" },
        "line_items": lines,
    })
}

fn external_order_id(order: &Order) -> Value {
    match order.origin.order_source() {
        "www" | "manual" => Value::Null,
        source => json!(format!("{source}-{}", order.id * 31 + 7)),
    }
}

/// As `/orders/{id}/fees` lists them.
pub fn fees(order: &Order) -> Vec<Value> {
    let money = |minor: i64| decimal(minor, order.currency);
    let fees = order.fees.iter().map(|fee| {
        json!({
            "id": fee.id,
            "type": "custom_fee",
            "name": fee.name,
            "display_name_customer": fee.name,
            "display_name_merchant": fee.name,
            "source": "AA",
            "base_cost": money(fee.cost.ex_minor),
            "cost_ex_tax": money(fee.cost.ex_minor),
            "cost_inc_tax": money(fee.cost.inc_minor()),
            "cost_tax": money(fee.cost.tax_minor),
            "tax_class_id": 0,
        })
    });
    fees.collect()
}

/// As `/orders/{id}/products` lists them.
pub fn lines(order: &Order) -> Vec<Value> {
    order.lines.iter().map(|known| line(order, known)).collect()
}

/// As `/orders/{id}/coupons` lists them.
pub fn coupons(order: &Order) -> Vec<Value> {
    let coupons = order.coupons.iter().map(|used| {
        json!({
            "id": used.id,
            "coupon_id": used.coupon as i64 + 1,
            "order_id": order.id,
            "code": used.coupon.code(),
            "amount": used.coupon.amount(),
            "type": used.coupon as i64,
            "discount": decimal(used.discount_minor, order.currency),
        })
    });
    coupons.collect()
}

/// As `/orders/{id}/taxes` lists them: a line for the order's goods and one for each address.
pub fn taxes(order: &Order) -> Vec<Value> {
    let tax = |place: usize, address_id: i64, name: &str, minor: i64| {
        json!({
            "id": order.id * 16 + place as i64,
            "order_id": order.id,
            "order_address_id": address_id,
            "tax_rate_id": 1,
            "tax_class_id": 0,
            "name": "Tax",
            "class": name,
            "rate": decimal(order.market.tax_bp, currency("usd")),
            "priority": 0,
            "priority_amount": decimal(minor, order.currency),
            "line_amount": decimal(minor, order.currency),
            "line_item_type": "item",
        })
    };
    let first = order.addresses.first().map_or(0, |address| address.id);
    let of_addresses: i64 =
        order.addresses.iter().map(|address| address.shipping.tax_minor + address.handling.tax_minor).sum();
    let goods = order.total.tax_minor - of_addresses;
    let mut taxes = vec![tax(0, first, "Default Tax Class", goods)];
    for (place, address) in (1..).zip(&order.addresses) {
        let minor = address.shipping.tax_minor + address.handling.tax_minor;
        taxes.push(tax(place, address.id, "Shipping", minor));
    }
    taxes
}
