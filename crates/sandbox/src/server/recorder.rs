//! What was served, kept so that an account file can serve it again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use model::UnixSeconds;
use serde_json::{Map, Value, json};

use super::resources::by_name;
use crate::AccountFile;
use crate::account_file::{recorded, recorded_raw};
use crate::world::Merchant;

/// Collects every object that an answer held, as it was then.
pub struct Recorder {
    path: PathBuf,
    served: Mutex<Served>,
}

#[derive(Default)]
struct Served {
    /// By list, then by id, or by its text where it has none.
    lists: BTreeMap<String, BTreeMap<String, Recorded>>,
    discounts: BTreeMap<String, Value>,
}

struct Recorded {
    json: String,
    /// A list showed it; otherwise it was asked for by its id.
    is_listed: bool,
}

/// Where what is served comes from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub merchant: &'a dyn Merchant,
    pub account: Option<&'a AccountFile>,
}

impl Recorder {
    pub fn new(path: PathBuf) -> Self {
        Self { path, served: Mutex::default() }
    }

    /// Takes down what an answer to that path holds.
    pub fn note(&self, segments: &[&str], answer: &str, origin: Origin<'_>) {
        let (list, is_listed) = match segments {
            ["v1", "account" | "balance" | "subscription_items" | "webhook_endpoints", ..]
            | ["v1", "invoices", _, "lines"] => return, // no objects of their own
            ["v1", list] | ["v1", _, _, list] => (*list, true),
            ["v1", list, _] => (*list, false),
            _ => return,
        };
        // What a file spoils with `raw_text` may be no JSON.
        let Ok(mut answer) = serde_json::from_str::<Value>(answer) else { return };
        let elements = match answer.get_mut("data").filter(|_| is_listed).map(Value::take) {
            Some(Value::Array(elements)) => elements,
            _ => vec![answer],
        };
        for element in elements {
            let (key, written) = origin.written(list, element);
            let mut served = self.served();
            for discount in discount_ids(&written) {
                if let Some(whole) = origin.merchant.discount(&discount) {
                    served.discounts.insert(discount, whole);
                }
            }
            let objects = served.lists.entry(list.to_owned()).or_default();
            let was_listed = objects.get(&key).is_some_and(|before| before.is_listed);
            let recorded = Recorded { json: written.to_string(), is_listed: is_listed || was_listed };
            objects.insert(key, recorded);
        }
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, origin: Origin<'_>) -> io::Result<()> {
        let text = self.served().to_file(origin);
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = Path::new(&beside);
        fs::write(beside, text)?;
        fs::rename(beside, &self.path)
    }

    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origin<'_> {
    /// The key and the form under which an object that was served is recorded.
    fn written(self, list: &str, element: Value) -> (String, Value) {
        let id = element.get("id").and_then(Value::as_str).map(str::to_owned);
        let whole = id.and_then(|id| Some((self.whole(list, &id)?, id)));
        match whole {
            Some((written, id)) => (id, written),
            None => (element.to_string(), recorded_raw(&element)),
        }
    }

    fn whole(self, list: &str, id: &str) -> Option<Value> {
        let Some(account) = self.account else {
            let kind = by_name(list)?.kind;
            return Some(recorded(list, &self.merchant.get(kind, id)?));
        };
        let object = account.find(list, id)?;
        let whole = account.whole(object);
        Some(if account.settings().plain.iter().any(|plain| plain == list) {
            whole
        } else if object.get("_raw").is_some() {
            recorded_raw(&whole)
        } else {
            recorded(list, &whole)
        })
    }
}

/// The ids in every `discounts`, wherever it is.
fn discount_ids(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(discount_ids).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| match field {
                Value::Array(ids) if name == "discounts" => {
                    ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
                }
                other => discount_ids(other),
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl Served {
    /// An object a line, so that two recordings can be compared.
    fn to_file(&self, origin: Origin<'_>) -> String {
        let mut text = String::from("{\n");
        let _ = writeln!(text, " \"what\": \"Recorded by the sandbox: what it served\",");
        let _ = writeln!(text, " \"settings\": {},", self.settings(origin));
        text.push_str(" \"objects\": {\n");
        let discounts = self.discounts.values().map(Value::to_string).collect();
        let mut lists: Vec<(&str, Vec<String>)> = vec![("discounts", discounts)];
        for (name, objects) in &self.lists {
            lists.push((name, objects.values().map(|object| object.json.clone()).collect()));
        }
        let lists: Vec<String> = lists
            .into_iter()
            .map(|(name, objects)| format!("  {}: [\n   {}\n  ]", json!(name), objects.join(",\n   ")))
            .collect();
        text.push_str(&lists.join(",\n"));
        let _ = writeln!(text, "\n }},\n \"expect\": {}\n}}", self.expected(origin));
        text
    }

    /// Those of the file that was served, and what else differs from a file's usual account.
    fn settings(&self, origin: Origin<'_>) -> Value {
        let mut settings =
            origin.account.map(|account| account.settings().written.clone()).unwrap_or_default();
        let unlisted = self.lists.iter().flat_map(|(name, objects)| {
            let unlisted = objects.iter().filter(|(_, object)| !object.is_listed);
            unlisted.map(move |(id, _)| format!("{name}/{id}"))
        });
        settings.insert("unlisted".to_owned(), unlisted.collect());
        settings.insert("account".to_owned(), origin.merchant.account());
        settings.insert("now".to_owned(), json!(format!("@{}", instant(origin.merchant.now()))));
        Value::Object(settings)
    }

    /// What the customers that were served are meant to be worth.
    fn expected(&self, origin: Origin<'_>) -> Value {
        let empty = BTreeMap::new();
        let customers: BTreeSet<&str> =
            self.lists.get("customers").unwrap_or(&empty).keys().map(String::as_str).collect();
        let mut expected: BTreeMap<String, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
        for step in origin.merchant.expected_mrr().filter(|step| customers.contains(step.customer.as_str())) {
            let of_customer = expected.entry(step.customer.to_string()).or_default();
            let values = of_customer.entry(step.currency.as_str().to_owned()).or_default();
            values.push(json!([instant(step.at), step.mrr_minor]));
        }
        let expected = expected.into_iter().map(|(customer, values)| (customer, json!(values)));
        Value::Object(expected.collect::<Map<String, Value>>())
    }
}

fn instant(at: UnixSeconds) -> String {
    at.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
