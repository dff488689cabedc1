//! How an object is shown: embedded lists cut, what is only there when asked for left out or put in, other objects
//! in the place of their ids, and all of it in the shape of the version. Stripe's "Expanding responses".

use serde_json::{Value, json};

use super::auth::Lock;
use super::error::Refusal;
use super::expand::Expand;
use super::legacy::{Fields, Links, Payment, downgrade};
use super::resources::{kind_of_field, permission_for};
use super::version::ApiVersion;
use crate::world::{ListQuery, Merchant};
use crate::{ObjectKind, Permission};

/// How many entries an embedded list holds before it says that there are more, unless the options say otherwise.
pub const EMBEDDED_MAX: usize = 10;

/// Shows a merchant's objects to one client.
pub struct Shaper<'a> {
    pub merchant: &'a dyn Merchant,
    pub lock: &'a Lock,
    pub version: &'a ApiVersion,
    pub embedded_max: usize,
}

/// The objects that an older shape repeats inside another, straight from the merchant.
pub struct MerchantLinks<'a>(pub &'a dyn Merchant);

impl Links for MerchantLinks<'_> {
    /// Lines keep showing a price that was deleted since.
    fn object(&self, kind: ObjectKind, id: &str) -> Option<Value> {
        let mut object = self.0.get(kind, id)?;
        if let (ObjectKind::Price, Some(fields)) = (kind, object.as_object_mut()) {
            fields.remove("deleted");
        }
        Some(object)
    }

    fn discount(&self, id: &str) -> Option<Value> {
        self.0.discount(id)
    }

    fn payment_of_invoice(&self, invoice: &str) -> Option<Payment> {
        let mut query = ListQuery::new(ObjectKind::InvoicePayment, 100);
        query.filter.invoice = Some(invoice.to_owned());
        let payments = self.0.list(&query).ok()?.objects;
        let is_paid = |payment: &&Value| payment.get("status").and_then(Value::as_str) == Some("paid");
        let payment = payments.iter().find(is_paid).or(payments.first())?;
        let id = |pointer: &str| payment.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let payment_intent = id("/payment/payment_intent");
        let of_intent = || {
            let intent = self.0.get(ObjectKind::PaymentIntent, payment_intent.as_deref()?)?;
            intent.get("latest_charge")?.as_str().map(str::to_owned)
        };
        let charge = id("/payment/charge").or_else(of_intent);
        Some(Payment { payment_intent, charge })
    }

    fn invoice_of_payment_intent(&self, payment_intent: &str) -> Option<String> {
        let mut query = ListQuery::new(ObjectKind::InvoicePayment, 1);
        query.filter.payment_intent = Some(payment_intent.to_owned());
        let payments = self.0.list(&query).ok()?.objects;
        payments.first()?.get("invoice")?.as_str().map(str::to_owned)
    }
}

impl Shaper<'_> {
    /// # Errors
    /// 400 when a field cannot be expanded, 403 when the key may not read what is to be put in its place.
    pub fn shape(&self, mut value: Value, expand: &Expand) -> Result<Value, Refusal> {
        downgrade(&mut value, self.version, &MerchantLinks(self.merchant));
        self.dress(&mut value, expand)?;
        Ok(value)
    }

    fn dress(&self, value: &mut Value, expand: &Expand) -> Result<(), Refusal> {
        match value {
            Value::Array(elements) => elements.iter_mut().try_for_each(|element| self.dress(element, expand)),
            Value::Object(fields) => self.dress_fields(fields, expand),
            _ => Ok(()),
        }
    }

    fn dress_fields(&self, fields: &mut Fields, expand: &Expand) -> Result<(), Refusal> {
        let object = fields.get("object").and_then(Value::as_str).unwrap_or_default().to_owned();
        if object == "event" {
            return Ok(()); // its payload is as it was sent
        }
        if object == "list" {
            cut(fields, self.embedded_max);
        }
        self.include_on_demand(&object, fields, expand);
        for (name, inner) in expand.fields() {
            let field = fields.get_mut(name).ok_or_else(|| Refusal::not_expandable(inner.path()))?;
            self.expand_field(name, field, inner)?;
        }
        let nested = fields
            .iter_mut()
            .filter(|(name, field)| name.as_str() != "metadata" && (field.is_object() || field.is_array()));
        for (name, field) in nested {
            let inner = expand.field(name);
            if inner.is_none() && name == "discounts" {
                collapse_discounts(field);
            }
            self.dress(field, inner.unwrap_or(&Expand::NOTHING))?;
        }
        Ok(())
    }

    /// An id becomes its object; objects and lists are gone into afterwards.
    fn expand_field(&self, name: &str, field: &mut Value, expand: &Expand) -> Result<(), Refusal> {
        match field {
            Value::String(id) if name == "default_payment_method" => {
                self.lock.require(Permission::PaymentMethods)?;
                if let Some(method) = self.merchant.payment_method(id) {
                    *field = method;
                }
            }
            Value::String(id) => {
                let kind = kind_of_field(name, id).ok_or_else(|| Refusal::not_expandable(expand.path()))?;
                if let Some(permission) = permission_for(kind) {
                    self.lock.require(permission)?;
                }
                if let Some(mut object) = self.merchant.get(kind, id) {
                    downgrade(&mut object, self.version, &MerchantLinks(self.merchant));
                    *field = object;
                }
            }
            Value::Array(elements) if name == "discounts" => {
                for element in elements {
                    let Some(id) = element.as_str() else { continue };
                    let Some(mut discount) = self.merchant.discount(id) else { continue };
                    downgrade(&mut discount, self.version, &MerchantLinks(self.merchant));
                    *element = discount;
                }
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {}
            Value::Bool(_) | Value::Number(_) => return Err(Refusal::not_expandable(expand.path())),
        }
        Ok(())
    }

    /// Fields that are only there when they are asked for.
    fn include_on_demand(&self, object: &str, fields: &mut Fields, expand: &Expand) {
        let name = match object {
            "price" => return include_parts_of_price(fields, expand),
            "invoice" => "payments",
            "charge" => "refunds",
            "customer" => "subscriptions",
            _ => return,
        };
        if expand.field(name).is_none() {
            fields.remove(name);
            return;
        }
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut query = match object {
            "invoice" if !self.version.is_legacy() => {
                ListQuery::new(ObjectKind::InvoicePayment, self.embedded_max)
            }
            "charge" => ListQuery::new(ObjectKind::Refund, self.embedded_max),
            "customer" => ListQuery::new(ObjectKind::Subscription, self.embedded_max),
            _ => {
                fields.entry(name).or_insert(Value::Null);
                return;
            }
        };
        let (filter, url) = match object {
            "invoice" => (&mut query.filter.invoice, format!("/v1/invoice_payments?invoice={id}")),
            "charge" => (&mut query.filter.charge, format!("/v1/charges/{id}/refunds")),
            _ => (&mut query.filter.customer, format!("/v1/customers/{id}/subscriptions")),
        };
        *filter = Some(id);
        let page = self.merchant.list(&query).unwrap_or_default();
        let mut list =
            json!({ "object": "list", "data": page.objects, "has_more": page.has_more, "url": url });
        downgrade(&mut list, self.version, &MerchantLinks(self.merchant));
        fields.insert(name.to_owned(), list);
    }
}

fn include_parts_of_price(fields: &mut Fields, expand: &Expand) {
    for name in ["tiers", "currency_options"] {
        match expand.field(name) {
            Some(_) => drop(fields.entry(name).or_insert(Value::Null)),
            None => drop(fields.remove(name)),
        }
    }
}

fn cut(list: &mut Fields, embedded_max: usize) {
    let Some(data) = list.get_mut("data").and_then(Value::as_array_mut) else { return };
    if data.len() > embedded_max {
        data.truncate(embedded_max);
        list.insert("has_more".to_owned(), json!(true));
    }
}

/// Discounts are ids unless they are asked for.
fn collapse_discounts(discounts: &mut Value) {
    for discount in discounts.as_array_mut().into_iter().flatten() {
        if let Some(id) = discount.get_mut("id") {
            *discount = id.take();
        }
    }
}
