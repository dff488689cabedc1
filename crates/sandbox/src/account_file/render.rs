//! An object as it is sent: lists that it embeds cut, what has to be asked for left out, `__absent__` gone.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;
use serde_json::{Serializer, Value, json};

use super::{AccountFile, is_raw};

const ABSENT: &str = "__absent__";
/// An embedded list holds this many objects and says that there are more.
const EMBEDDED_MAX: usize = 10;

impl AccountFile {
    /// `expand`: the paths that a client asks to expand.
    pub(crate) fn rendered(&self, object: &Value, expand: &[&str], embedded_max: Option<usize>) -> Value {
        let embedded_max = embedded_max.unwrap_or(EMBEDDED_MAX);
        let mut object = object.clone();
        if is_raw(&object) {
            drop_absent(&mut object);
            return object;
        }
        match object.get("object").and_then(Value::as_str) {
            Some("price") => leave_out(&mut object, &["tiers", "currency_options"], expand),
            Some("subscription") => self.render_subscription(&mut object, expand, embedded_max),
            Some("invoice") => self.render_invoice(&mut object, embedded_max),
            _ => {}
        }
        drop_absent(&mut object);
        object
    }

    fn render_subscription(&self, subscription: &mut Value, expand: &[&str], embedded_max: usize) {
        let Some(items) = subscription.get_mut("items").filter(|items| items.is_object()) else { return };
        cut(items, embedded_max);
        if !expand.iter().any(|path| path.contains("discounts")) {
            return;
        }
        let discounts = subscription.get_mut("discounts").and_then(Value::as_array_mut);
        for discount in discounts.into_iter().flatten() {
            if let Some(whole) = discount.as_str().and_then(|id| self.discount(id)) {
                *discount = whole.clone();
            }
            // What takes how much off is the coupon.
            let coupon = discount.get_mut("source").and_then(|source| source.get_mut("coupon"));
            if let Some(coupon) = coupon.filter(|_| expand.iter().any(|path| path.contains("coupon")))
                && let Some(whole) = coupon.as_str().and_then(|id| self.find("coupons", id))
            {
                *coupon = whole.clone();
            }
        }
    }

    fn render_invoice(&self, invoice: &mut Value, embedded_max: usize) {
        let id = invoice.get("id").map(super::plain_text).unwrap_or_default();
        let Some(lines) = self.lines_of(&id) else { return };
        let url = format!("/v1/invoices/{id}/lines");
        invoice["lines"] = if lines.is_array() {
            let mut list = json!({ "object": "list", "data": lines, "has_more": false, "url": url });
            cut(&mut list, embedded_max);
            list
        } else {
            lines.clone()
        };
    }

    /// An object with all of what it embeds and all of what can be expanded but discounts.
    pub(crate) fn whole(&self, object: &Value) -> Value {
        let whole = self.rendered(object, &["tiers", "currency_options"], Some(usize::MAX));
        if is_raw(object) { whole } else { without_counts(whole) }
    }
}

/// Embedded lists without their `total_count`, which some say and some do not.
pub(super) fn without_counts(mut object: Value) -> Value {
    for list in ["items", "lines"] {
        if let Some(list) = object.get_mut(list).and_then(Value::as_object_mut) {
            list.remove("total_count");
        }
    }
    object
}

fn leave_out(object: &mut Value, names: &[&str], expand: &[&str]) {
    let Some(fields) = object.as_object_mut() else { return };
    for name in names {
        if !expand.iter().any(|path| path.ends_with(name)) {
            fields.remove(*name);
        }
    }
}

fn cut(list: &mut Value, embedded_max: usize) {
    let Some(data) = list.get_mut("data").and_then(Value::as_array_mut) else { return };
    let total = data.len();
    data.truncate(embedded_max);
    list["has_more"] = json!(total > embedded_max);
    list["total_count"] = json!(total);
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(drop_absent),
        Value::Object(fields) => {
            fields.retain(|name, field| name != "_raw" && field.as_str() != Some(ABSENT));
            fields.values_mut().for_each(drop_absent);
        }
        _ => {}
    }
}

/// JSON with a blank after each comma and colon and without any character beyond ASCII: what `raw_text` replaces text in.
pub(crate) fn to_text(value: &Value) -> String {
    let mut text = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut text, Spaced));
    debug_assert!(written.is_ok(), "a value that was parsed can be written");
    String::from_utf8(text).unwrap_or_default()
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if is_first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if is_first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for character in text.chars() {
            if character.is_ascii() {
                write!(writer, "{character}")?;
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}
