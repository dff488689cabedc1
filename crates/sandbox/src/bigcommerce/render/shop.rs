//! The shop itself: what it is called, its currencies, channels and order statuses.

use serde_json::{Value, json};

use super::super::Plan;
use super::super::world::World;
use super::super::world::market::{MARKETS, TENDERS, Tender};
use super::super::world::order::STATUSES;
use super::{Renderer, merged, rfc2822, rfc3339};

/// What shops call their statuses, where that is not BigCommerce's word.
const OWN_LABELS: [(u8, &str); 2] = [(9, "Packed"), (11, "Roasting")];

impl World {
    /// What the shop calls a status.
    pub fn custom_label(&self, status_id: u8) -> &'static str {
        let own = OWN_LABELS.iter().find(|(id, _)| *id == status_id && self.is_mid());
        own.map_or(STATUSES[usize::from(status_id)], |(_, label)| label)
    }

    /// The currencies that can be chosen, by their ids.
    fn tenders(&self) -> Vec<&'static Tender> {
        let home = Tender::of(self.home_currency());
        TENDERS.iter().filter(|tender| self.has_many_currencies() || tender.id == home.id).collect()
    }
}

pub fn store(renderer: &Renderer<'_>, store_id: &str, plan: Plan) -> Value {
    let world = renderer.world;
    let home = world.home.market();
    let zone = world.zone();
    let offset = |month: i8| {
        let year = world.now.timestamp().to_zoned_datetime(zone.clone()).year();
        let date = jiff::civil::date(year, month, 1);
        let zoned = date.to_zoned_datetime(zone.clone());
        zoned.map_or(0, |zoned| zoned.offset().seconds())
    };
    let (winter, summer) = (offset(1).min(offset(7)), offset(1).max(offset(7)));
    let now_offset = world.now.timestamp().to_zoned_datetime(zone.clone()).offset().seconds();
    let tender = Tender::of(world.home_currency());
    let about = json!({
        "id": renderer.hash,
        "account_uuid": "00000000-0000-4000-a000-000000000001",
        "store_id": store_id,
        "domain": format!("{}.example", renderer.hash),
        "secure_url": format!("https://{}.example", renderer.hash),
        "control_panel_base_url": format!("https://store-{}.mybigcommerce.example", renderer.hash),
        "status": "live",
        "name": "Fjell Coffee",
        "first_name": "Ada",
        "last_name": "Fjell",
        "address": "12 Long Lane",
        "country": home.country,
        "country_code": home.iso2,
        "phone": world.phone,
        "admin_email": "owner@fjell-coffee.example",
        "order_email": "orders@fjell-coffee.example",
        "timezone": {
            "name": world.home.zone,
            "raw_offset": winter,
            "dst_offset": summer,
            "dst_correction": summer != winter && now_offset == summer,
            "date_format": { "display": "M jS Y", "export": "M jS Y", "extended_display": "M jS Y @ g:i A" },
        },
    });
    let settings = json!({
        "language": "en",
        "currency": tender.code.to_uppercase(),
        "currency_symbol": tender.token,
        "currency_symbol_location": "left",
        "decimal_separator": ".",
        "thousands_separator": ",",
        "decimal_places": world.home_currency().exponent(),
        "weight_units": "KGS",
        "dimension_units": "Centimeters",
        "is_price_entered_with_tax": home.is_tax_inclusive,
        "active_comparison_modules": [],
        "features": { "multi_storefront_enabled": world.is_mid() },
        "plan_name": plan.as_str(),
        "plan_level": plan.as_str(),
        "plan_is_trial": false,
        "industry": "Food & Drink",
        "default_channel_id": 1,
        "default_site_id": 1000,
        "store_default_currency_code": tender.code.to_uppercase(),
    });
    merged([about, settings])
}

pub fn currencies(world: &World) -> Vec<Value> {
    let home = Tender::of(world.home_currency());
    let currencies = world.tenders().into_iter().map(|tender| {
        let countries: Vec<&str> = MARKETS
            .iter()
            .filter(|market| market.currency_code == tender.code)
            .map(|market| market.iso2)
            .collect();
        json!({
            "id": tender.id,
            "is_default": tender.id == home.id,
            "country_iso2": countries.first(),
            "default_for_country_codes": countries,
            "currency_code": tender.code.to_uppercase(),
            "currency_exchange_rate": tender.rate_from(home),
            "name": tender.code.to_uppercase(),
            "token": tender.token,
            "auto_update": false,
            "token_location": "left",
            "decimal_token": ".",
            "thousands_token": ",",
            "decimal_places": super::super::world::market::currency(tender.code).exponent(),
            "enabled": true,
            "is_transactional": true,
            "last_updated": rfc2822(world.opened_at()),
        })
    });
    currencies.collect()
}

pub fn channels(world: &World) -> Vec<Value> {
    let names: &[&str] =
        if world.is_mid() { &["Fjell Coffee", "Fjell for Cafés"] } else { &["Fjell Coffee"] };
    let channels = (1..).zip(names).map(|(id, name)| {
        json!({
            "id": id,
            "name": name,
            "type": "storefront",
            "platform": "bigcommerce",
            "status": "active",
            "external_id": "",
            "is_listable_from_ui": true,
            "is_visible": true,
            "icon_url": "",
            "date_created": rfc3339(world.opened_at()),
            "date_modified": rfc3339(world.opened_at()),
        })
    });
    channels.collect()
}

pub fn order_statuses(world: &World) -> Vec<Value> {
    let statuses = (0_u8..).zip(STATUSES).map(|(id, name)| {
        json!({
            "id": id,
            "name": name,
            "system_label": name,
            "custom_label": world.custom_label(id),
            "system_description": "",
            "order": id,
        })
    });
    statuses.collect()
}
