//! Parameters as Stripe reads them: `created[gte]=…`, `expand[]=…`, `types[0]=…`, and its words for bad ones.

use super::error::Refusal;

/// The decoded parameters of a query string or a form.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// Bounds on `created`, both inclusive, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedBounds {
    pub from: i64,
    pub to: i64,
}

impl CreatedBounds {
    pub const ALL: Self = Self { from: i64::MIN, to: i64::MAX };
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    Start,
    After(String),
    Before(String),
}

impl Params {
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// With one more parameter, which overrides.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Those that have a value.
    #[must_use]
    pub fn without_empty(mut self) -> Self {
        self.0.retain(|(_, value)| !value.is_empty());
        self
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// A value that must not be empty where it is given.
    pub fn non_empty(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.get(name) {
            Some("") => Err(Refusal::parameter(
                "parameter_invalid_empty",
                name,
                format!(
                    "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a \
                     parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or \
                     supply a non-empty value."
                ),
            )),
            other => Ok(other),
        }
    }

    /// Every value of `name[]` or `name[0]`, in order.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let is_element = |key: &str| {
            let index = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('['));
            let index = index.and_then(|rest| rest.strip_suffix(']'));
            index.is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.0.iter().filter(|(key, _)| is_element(key)).map(|(_, value)| value.as_str()).collect()
    }

    /// Every `name[key]` with its key, such as metadata.
    pub fn map(&self, name: &str) -> Vec<(&str, &str)> {
        let key_of = |key: &'_ str| -> Option<(usize, usize)> {
            let rest = key.strip_prefix(name)?.strip_prefix('[')?;
            rest.ends_with(']').then(|| (name.len() + 1, key.len() - 1))
        };
        let found = self.0.iter().filter_map(|(key, value)| {
            let (start, end) = key_of(key)?;
            Some((key.get(start..end)?, value.as_str()))
        });
        found.collect()
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.non_empty(name)? else { return Ok(None) };
        let invalid =
            || Refusal::parameter("parameter_invalid_integer", name, format!("Invalid integer: {text}"));
        text.parse().map(Some).map_err(|_| invalid())
    }

    /// `limit`: 1 to 100, 10 where it is not given.
    pub fn limit(&self) -> Result<usize, Refusal> {
        let refuse = |message: String| Err(Refusal::parameter("parameter_invalid_integer", "limit", message));
        match self.integer("limit")? {
            None => Ok(10),
            Some(limit) if limit < 1 => refuse("This value must be greater than or equal to 1.".to_owned()),
            Some(limit) if limit > 100 => {
                refuse(format!("This value must be less than or equal to 100 (it currently is '{limit}')."))
            }
            Some(limit) => Ok(usize::try_from(limit).unwrap_or(10)),
        }
    }

    pub fn cursor(&self) -> Result<Cursor, Refusal> {
        match (self.non_empty("starting_after")?, self.non_empty("ending_before")?) {
            (None, None) => Ok(Cursor::Start),
            (Some(id), None) => Ok(Cursor::After(id.to_owned())),
            (None, Some(id)) => Ok(Cursor::Before(id.to_owned())),
            (Some(_), Some(_)) => Err(Refusal::parameter(
                "parameters_exclusive",
                "ending_before",
                "You may only specify one of these parameters: ending_before, starting_after.",
            )),
        }
    }

    /// `created=…` and `created[gt|gte|lt|lte]=…`.
    pub fn created(&self) -> Result<CreatedBounds, Refusal> {
        let mut bounds = CreatedBounds::ALL;
        if let Some(at) = self.integer("created")? {
            bounds = CreatedBounds { from: at, to: at };
        }
        if let Some(after) = self.integer("created[gt]")? {
            bounds.from = bounds.from.max(after.saturating_add(1));
        }
        if let Some(from) = self.integer("created[gte]")? {
            bounds.from = bounds.from.max(from);
        }
        if let Some(before) = self.integer("created[lt]")? {
            bounds.to = bounds.to.min(before.saturating_sub(1));
        }
        if let Some(to) = self.integer("created[lte]")? {
            bounds.to = bounds.to.min(to);
        }
        Ok(bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::parse(query.as_bytes())
    }

    #[test]
    fn bounds_on_created_meet() {
        let bounds = |query| params(query).created().unwrap();
        assert_eq!(bounds("created=5"), CreatedBounds { from: 5, to: 5 });
        assert_eq!(bounds("created[gt]=5&created[lt]=9"), CreatedBounds { from: 6, to: 8 });
        assert_eq!(bounds("created%5Bgte%5D=5&created%5Blte%5D=9"), CreatedBounds { from: 5, to: 9 });
        assert_eq!(bounds("limit=3"), CreatedBounds::ALL);
        assert!(params("created[gt]=yesterday").created().is_err());
    }

    #[test]
    fn lists_come_with_and_without_an_index() {
        let params = params("expand[]=data.customer&expand[1]=data.discounts&metadata[a]=b&expanded[]=x");
        assert_eq!(params.list("expand"), ["data.customer", "data.discounts"]);
        assert_eq!(params.map("metadata"), [("a", "b")]);
    }
}
