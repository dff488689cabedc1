//! A small account in one JSON file: what a test, a report of a wrong number or a recording serves instead of a sample
//! merchant. The file says only what matters; the rest gets the value that Stripe would send. The format is described in
//! `docs/guides/account-files.md`.

mod complete;
mod defaults;
mod error;
mod expected_mrr;
mod lines;
mod markers;
mod merchant;
mod record;
mod render;
mod settings;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

pub use error::AccountFileError;
pub(crate) use merchant::FileMerchant;
pub(crate) use record::{recorded, recorded_raw};
pub(crate) use render::to_text;
pub use settings::FileSettings;
pub(crate) use settings::{CreatedFilter, ListOrder};

pub(crate) type Fields = Map<String, Value>;

/// The list of discounts is not a list of the API: it holds what `expand[]=discounts` puts in the place of ids.
const DISCOUNTS: &str = "discounts";
/// Objects in all, after `_repeat`.
const OBJECTS_MAX: usize = 1_000_000;

/// An account, completed and ready to be served.
#[derive(Debug)]
pub struct AccountFile {
    settings: FileSettings,
    /// By the name of the list's endpoint, in the order of the file.
    lists: BTreeMap<String, Vec<Value>>,
    /// The whole of `lines`, by invoice: the list of an invoice's lines is served from here and cut where it is embedded.
    lines: HashMap<String, Value>,
    discounts: HashMap<String, Value>,
    expect: Value,
    named: Vec<String>,
}

impl AccountFile {
    /// # Errors
    /// When the text is not JSON or does not describe an account: where, and what is wrong there.
    pub fn parse(text: &str) -> Result<Self, AccountFileError> {
        let file: Value = serde_json::from_str(text).map_err(|error| AccountFileError::syntax(&error))?;
        let Value::Object(mut file) = file else {
            return Err(AccountFileError::place("the file must hold one JSON object"));
        };
        let settings = FileSettings::parse(file.remove("settings").unwrap_or_default())
            .map_err(|error| error.inside("settings"))?;
        let lists = read_lists(file.remove("objects")).map_err(|error| error.inside("objects"))?;
        let named = file.get("named").and_then(Value::as_array).into_iter().flatten();
        let named = named.filter_map(|id| id.as_str().map(str::to_owned)).collect();
        let expect = file.remove("expect").unwrap_or_default();
        let account = Self {
            settings,
            lists: BTreeMap::new(),
            lines: HashMap::new(),
            discounts: HashMap::new(),
            expect,
            named,
        };
        complete::complete(account, lists).map_err(|error| error.inside("objects"))
    }

    pub fn settings(&self) -> &FileSettings {
        &self.settings
    }

    /// The ids that a reader of this account has to list as missing.
    pub fn named(&self) -> &[String] {
        &self.named
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first object of a list with that id.
    pub(crate) fn find(&self, name: &str, id: &str) -> Option<&Value> {
        self.list(name).iter().find(|object| object.get("id").and_then(Value::as_str) == Some(id))
    }

    pub(crate) fn lines_of(&self, invoice: &str) -> Option<&Value> {
        self.lines.get(invoice)
    }

    pub(crate) fn discount(&self, id: &str) -> Option<&Value> {
        self.discounts.get(id)
    }
}

/// The lists with their objects counted out and their markers resolved.
fn read_lists(objects: Option<Value>) -> Result<BTreeMap<String, Vec<Value>>, AccountFileError> {
    let Some(Value::Object(objects)) = objects else {
        return Err(AccountFileError::place("must be an object of lists, such as {\"customers\": []}"));
    };
    let mut total = 0;
    let mut lists = BTreeMap::new();
    for (name, list) in objects {
        let read = || {
            let Value::Array(list) = list else {
                return Err(AccountFileError::place("must be a list of objects"));
            };
            let mut objects = Vec::with_capacity(list.len());
            for (index, object) in list.into_iter().enumerate() {
                let at = format!("[{index}]");
                markers::repeat(object, &mut objects, OBJECTS_MAX - total)
                    .map_err(|error| error.inside(&at))?;
            }
            objects.iter_mut().enumerate().try_for_each(|(index, object)| {
                markers::resolve(object).map_err(|error| error.inside(&format!("[{index}]")))
            })?;
            Ok(objects)
        };
        let list = read().map_err(|error| error.inside(&name))?;
        total += list.len();
        lists.insert(name, list);
    }
    Ok(lists)
}

/// What counts as given: an object says `"sub": null` as it would leave it out.
fn is_given(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(elements)) => !elements.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Bool(true)) => true,
    }
}

/// Whether an object is to be sent as it is written.
fn is_raw(object: &Value) -> bool {
    is_given(object.get("_raw"))
}

/// A value within a text, such as an id within another.
fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
