//! The parameters of a query string.

/// Decoded, in the order in which they are written.
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

    /// The same parameters with another value of one, encoded.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(self.0.iter().filter(|(key, _)| key != name));
        encoded.append_pair(name, value);
        encoded.finish()
    }
}
