//! How the account's server differs from the usual one.

use serde_json::Value;

use super::{AccountFileError, Fields, markers};

/// What `created` filters do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CreatedFilter {
    #[default]
    Apply,
    /// 400.
    Refuse,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ListOrder {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// All optional.
#[derive(Debug, Clone, Default)]
pub struct FileSettings {
    /// Paths that answer 404 although a list shows the object, such as `/prices/price_1`.
    pub(crate) gone: Vec<String>,
    /// Lists that this server lacks.
    pub(crate) absent: Vec<String>,
    /// `prices/price_1`: in no list, but there when it is asked for.
    pub(crate) unlisted: Vec<String>,
    /// Inactive prices are listed only with `active=false`.
    pub(crate) active_prices_only: bool,
    pub(crate) created: CreatedFilter,
    pub(crate) order: ListOrder,
    /// Never more than this many objects a page.
    pub(crate) page_max: Option<usize>,
    /// Lists whose objects are sent as they are written.
    pub(crate) plain: Vec<String>,
    /// Text of an answer, and what is sent instead of it.
    pub(crate) raw_text: Vec<(String, String)>,
    /// Objects of one `created` are ordered by id, backward.
    pub(crate) ties_are_reversed: bool,
    /// Fields of the account itself.
    pub(crate) account: Fields,
    /// The account's present; `None`: that of whoever serves it.
    pub(crate) now: Option<i64>,
    /// As written, for a recording.
    pub(crate) written: Fields,
    unknown: Vec<String>,
}

impl FileSettings {
    pub(super) fn parse(written: Value) -> Result<Self, AccountFileError> {
        let fields = match written {
            Value::Null => Fields::new(),
            Value::Object(fields) => fields,
            _ => return Err(AccountFileError::place("must be an object")),
        };
        let mut settings = Self { written: fields.clone(), ..Self::default() };
        for (name, value) in fields {
            settings.set(&name, value).map_err(|error| error.inside(&name))?;
        }
        Ok(settings)
    }

    /// Settings that mean nothing here: most likely misspelled.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    fn set(&mut self, name: &str, value: Value) -> Result<(), AccountFileError> {
        match name {
            "gone" => self.gone = texts(&value)?,
            "absent" => self.absent = texts(&value)?,
            "unlisted" => self.unlisted = texts(&value)?,
            "plain" => self.plain = texts(&value)?,
            "active_prices_only" => {
                self.active_prices_only = value.as_bool().ok_or_else(|| wrong("true or false"))?;
            }
            "created" => {
                self.created = match value.as_str() {
                    Some("refuse") => CreatedFilter::Refuse,
                    Some("ignore") => CreatedFilter::Ignore,
                    _ => return Err(wrong("\"refuse\" or \"ignore\"")),
                }
            }
            "order" => match value.as_str() {
                Some("oldest first") => self.order = ListOrder::OldestFirst,
                _ => return Err(wrong("\"oldest first\"")),
            },
            "page_ties" => {
                self.ties_are_reversed = match value.as_str() {
                    Some("id") => false,
                    Some("reverse") => true,
                    _ => return Err(wrong("\"id\" or \"reverse\"")),
                }
            }
            "page_max" => {
                let max = value.as_u64().and_then(|max| usize::try_from(max).ok()).filter(|max| *max > 0);
                self.page_max = Some(max.ok_or_else(|| wrong("a whole number above 0"))?);
            }
            "raw_text" => {
                let pairs: Result<Vec<(String, String)>, _> = serde_json::from_value(value);
                let pairs = pairs.map_err(|_| wrong("a list of pairs of texts"))?;
                if pairs.iter().any(|(old, _)| old.is_empty()) {
                    return Err(AccountFileError::place("can't replace an empty text"));
                }
                self.raw_text = pairs;
            }
            "account" => {
                let Value::Object(fields) = value else { return Err(wrong("an object")) };
                self.account = fields;
            }
            "now" => {
                let text = value.as_str().ok_or_else(|| wrong("an instant such as \"@2026-01-31\""))?;
                self.now = Some(markers::instant(text.strip_prefix('@').unwrap_or(text))?);
            }
            other => self.unknown.push(other.to_owned()),
        }
        Ok(())
    }
}

fn wrong(what: &str) -> AccountFileError {
    AccountFileError::place(format!("must be {what}"))
}

fn texts(value: &Value) -> Result<Vec<String>, AccountFileError> {
    let texts = value.as_array().and_then(|texts| {
        texts.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    });
    texts.ok_or_else(|| wrong("a list of texts"))
}
