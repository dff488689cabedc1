//! `cursor` and `limit`, the same on every list.

use ::metrics::question::ParameterError;
use model::WorkspaceId;

use super::rows::Reserved;
use crate::context::Context;
use crate::problem::Problem;

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
                "limit" => {
                    let limit = whole_number(&name, &value, 1)?;
                    page.limit = usize::try_from(limit).unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
                }
                _ => others.push((name, value)),
            }
        }
        Ok((page, others))
    }

    /// The page with as many rows as the workspace may still get in this minute.
    ///
    /// # Errors
    /// 429 when it may get none.
    pub fn within(self, context: &Context, workspace: &WorkspaceId) -> Result<(Self, Answering), Problem> {
        let is_first = self.cursor.is_none();
        let reserved = context.rows.reserve(workspace, self.limit);
        let reserved = reserved.map_err(|(most, wait_s)| Problem::too_many_rows(most, wait_s))?;
        let limit = reserved.as_ref().map_or(self.limit, Reserved::rows);
        Ok((Self { limit, ..self }, Answering { reserved, is_first }))
    }
}

/// What is known of an answer before it is there.
#[derive(Debug)]
pub struct Answering {
    pub(crate) reserved: Option<Reserved>,
    /// It begins the list.
    pub(crate) is_first: bool,
}

impl Answering {
    /// Of a list whose rows are not limited.
    pub(crate) fn without_limit(is_first: bool) -> Self {
        Self { reserved: None, is_first }
    }
}

/// Says how many rows an answer has of those that were reserved for it.
pub fn answered(reserved: Option<Reserved>, rows: usize) {
    if let Some(reserved) = reserved {
        reserved.used(rows);
    }
}

/// Reads a number that is not below `least`.
///
/// # Errors
/// When it is none, in words for a person.
pub fn whole_number(name: &str, value: &str, least: u64) -> Result<u64, ParameterError> {
    let number = value.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| {
        let problem = format!("'{value}' is not a whole number of at least {least}");
        ParameterError { name: name.to_owned(), problem }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_number_is_said_in_words() {
        let of = |limit: &str| Page::from_pairs(vec![("limit".to_owned(), limit.to_owned())]);
        assert_eq!(of("7").unwrap().0.limit, 7);
        assert_eq!(of("9999999999").unwrap().0.limit, MAX_LIMIT, "as many as there may be");
        for bad in ["0", "-1", "1.5", "", "many", "99999999999999999999999"] {
            let said = of(bad).unwrap_err().to_string();
            assert_eq!(said, format!("limit: '{bad}' is not a whole number of at least 1"));
        }
    }
}
