//! What the shop has, in the shapes of the API.

mod catalog;
mod customer;
mod line;
mod order;
mod refund;
mod shop;

use jiff::tz::TimeZone;
use model::UnixSeconds;

use super::world::World;
use super::world::market::Market;

pub use catalog::{brand, category, product, variant};
pub use customer::customer;
pub use order::{OrderParts, coupons, fees, lines, taxes};
pub use refund::{refund, transaction};
pub use shop::{channels, currencies, order_statuses, store};

/// A shop and what is needed to write down what it has.
pub struct Renderer<'a> {
    pub world: &'a World,
    /// Names the shop in addresses.
    pub hash: &'a str,
    /// Discounts are without tax, also where prices are shown with it.
    has_plain_discounts: bool,
    zone: TimeZone,
}

impl<'a> Renderer<'a> {
    pub fn new(world: &'a World, hash: &'a str, has_plain_discounts: bool) -> Self {
        Self { world, hash, has_plain_discounts, zone: world.zone() }
    }

    /// RFC 2822 with the offset of the shop's zone.
    fn local(&self, at: i64) -> String {
        let zoned = UnixSeconds(at).timestamp().to_zoned_datetime(self.zone.clone());
        zoned.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
    }
}

/// RFC 2822 in UTC.
pub fn rfc2822(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// RFC 3339 with an offset, as refunds and products have it.
pub fn rfc3339(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// RFC 3339 with a Z, as customers have it.
pub fn rfc3339_z(at: i64) -> String {
    UnixSeconds(at).timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// One object with the fields of several.
fn merged<const N: usize>(parts: [serde_json::Value; N]) -> serde_json::Value {
    let mut fields = serde_json::Map::new();
    for part in parts {
        if let serde_json::Value::Object(more) = part {
            fields.extend(more);
        }
    }
    serde_json::Value::Object(fields)
}

/// First and last name, and where they live, as version 2 writes addresses.
fn address(market: &Market, (first_name, last_name): (&str, &str), email: &str) -> serde_json::Value {
    serde_json::json!({
        "first_name": first_name,
        "last_name": last_name,
        "company": "",
        "street_1": "12 Long Lane",
        "street_2": "",
        "city": market.city,
        "state": market.state,
        "zip": market.zip,
        "country": market.country,
        "country_iso2": market.iso2,
        "phone": "",
        "email": email,
        "form_fields": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_three_ways() {
        assert_eq!(rfc2822(1_353_369_600), "Tue, 20 Nov 2012 00:00:00 +0000");
        assert_eq!(rfc3339(1_353_369_600), "2012-11-20T00:00:00+00:00");
        assert_eq!(rfc3339_z(1_353_369_600), "2012-11-20T00:00:00Z");
    }
}
