//! `cursor` and `limit`, the same on every list.

use ::metrics::question::{ParameterError, parse};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub cursor: Option<String>,
    pub limit: usize,
}

impl Page {
    /// Takes its parameters and gives back the others.
    ///
    /// # Errors
    /// When the limit is not a number of at least 1. A larger one than allowed is the allowed one.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<(Self, Vec<(String, String)>), ParameterError> {
        let mut page = Self { cursor: None, limit: DEFAULT_LIMIT };
        let mut others = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "cursor" => page.cursor = Some(value).filter(|cursor| !cursor.is_empty()),
                "limit" => page.limit = parse::<std::num::NonZeroUsize>(&name, &value)?.get().min(MAX_LIMIT),
                _ => others.push((name, value)),
            }
        }
        Ok((page, others))
    }
}
