//! An object written so that an account file gives the same answer again.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::render::without_counts;
use super::{AccountFile, Fields, complete};

const ABSENT: &str = "__absent__";

/// `whole`: with all of what it embeds, as a merchant has it.
pub(crate) fn recorded(list: &str, whole: &Value) -> Value {
    let uncounted = without_counts(whole.clone());
    match shortened(list, &uncounted) {
        Some(written) if served_again(list, &written) == Some(uncounted) => written,
        _ => recorded_raw(whole),
    }
}

/// An object that is sent as it is, whatever it is.
pub(crate) fn recorded_raw(whole: &Value) -> Value {
    let mut written = whole.clone();
    if let Some(fields) = written.as_object_mut() {
        fields.insert("_raw".to_owned(), json!(true));
    }
    written
}

/// With its lists whole, so that they are cut again where they are embedded, and without what nobody sent.
fn shortened(list: &str, whole: &Value) -> Option<Value> {
    let mut fields = whole.as_object()?.clone();
    if list == "invoices" {
        let lines = fields.get_mut("lines")?.get_mut("data")?.take();
        let lines = lines.as_array()?.iter().map(recorded_raw).collect();
        fields.insert("lines".to_owned(), lines);
    }
    let complete = completed(list, fields.clone())?.0;
    let added: Vec<String> = complete.keys().filter(|name| !fields.contains_key(*name)).cloned().collect();
    fields.extend(added.into_iter().map(|name| (name, json!(ABSENT))));
    Some(Value::Object(fields))
}

fn served_again(list: &str, written: &Value) -> Option<Value> {
    let (fields, account) = completed(list, written.as_object()?.clone())?;
    Some(account.whole(&Value::Object(fields)))
}

fn completed(list: &str, fields: Fields) -> Option<(Fields, AccountFile)> {
    let mut account = AccountFile {
        settings: super::FileSettings::default(),
        lists: BTreeMap::new(),
        lines: HashMap::new(),
        discounts: HashMap::new(),
        expect: Value::Null,
        named: Vec::new(),
    };
    let fields = complete::complete_object(&mut account, &HashMap::new(), list, fields).ok()?;
    Some((fields, account))
}
