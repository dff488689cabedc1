//! Parameters as Paddle reads them: comma-separated values, `created_at[GTE]`, `order_by=id[ASC]`.

use super::refusal::Refusal;

/// The decoded parameters of a query string.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(encoded: &str) -> Self {
        Self(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The values between the commas; `None` where the parameter is not given.
    pub fn values(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|text| text.split(',').map(str::trim).filter(|value| !value.is_empty()).collect())
    }

    /// How many a page holds: more than the maximum is lowered without a word.
    pub fn per_page(&self, usual: usize, max: usize) -> Result<usize, Refusal> {
        match self.get("per_page").map(str::parse::<usize>) {
            None => Ok(usual),
            Some(Ok(count)) if count > 0 => Ok(count.min(max)),
            _ => Err(Refusal::field("per_page", "must be a number above 0")),
        }
    }

    /// The same parameters with another cursor, encoded.
    pub fn with_after(&self, id: &str) -> String {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(self.0.iter().filter(|(name, _)| name != "after"));
        encoded.append_pair("after", id);
        encoded.finish()
    }
}
