//! Parameters as BigCommerce reads them: `min_id=5`, `id:in=1,2`, `created:min=2026-01-31T00:00:00Z`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::refusal::Refusal;
use super::route::Version;
use crate::query::Query;

const USUAL: usize = 50;
const MOST: usize = 250;

/// Parameters, refused in the words of a version.
pub struct Params<'a> {
    pub query: &'a Query,
    pub version: Version,
}

/// Which page of a list, from 1, and how much is on it.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub number: usize,
    pub limit: usize,
}

impl Page {
    /// The rows of it, of so many.
    pub fn range(self, total: usize) -> std::ops::Range<usize> {
        let start = (self.number - 1).saturating_mul(self.limit).min(total);
        start..start.saturating_add(self.limit).min(total)
    }
}

impl<'a> Params<'a> {
    fn refuse(&self, name: &str, problem: &str) -> Refusal {
        Refusal::field(self.version, name, problem)
    }

    /// # Errors
    /// When there is a parameter that this list does not have, which BigCommerce would not notice.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let unknown =
            self.query.names().find(|name| !known.contains(name) && !["page", "limit"].contains(name));
        unknown.map_or(Ok(()), |name| Err(self.refuse(name, "is no parameter of this list")))
    }

    pub fn page(&self) -> Result<Page, Refusal> {
        let number = self.positive("page")?.unwrap_or(1);
        let limit = self.positive("limit")?.unwrap_or(USUAL).min(MOST);
        Ok(Page { number, limit })
    }

    fn positive(&self, name: &str) -> Result<Option<usize>, Refusal> {
        match self.query.get(name).map(str::parse::<usize>) {
            None => Ok(None),
            Some(Ok(number)) if number > 0 => Ok(Some(number)),
            Some(_) => Err(self.refuse(name, "must be a number above 0")),
        }
    }

    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.query.get(name)
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parse = |text: &str| text.parse().map_err(|_| self.refuse(name, "must be a whole number"));
        self.query.get(name).map(parse).transpose()
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.query.get(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(self.refuse(name, "must be true or false")),
        }
    }

    /// Whole numbers between commas.
    pub fn numbers(&self, name: &str) -> Result<Option<Vec<i64>>, Refusal> {
        let Some(texts) = self.query.values(name) else { return Ok(None) };
        let numbers: Result<Vec<i64>, _> = texts.into_iter().map(str::parse).collect();
        numbers.map(Some).map_err(|_| self.refuse(name, "must be whole numbers with commas between them"))
    }

    /// An instant in RFC 2822 or ISO 8601; a plain date is midnight in UTC.
    pub fn instant(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parse = |text: &str| instant(text).ok_or_else(|| self.refuse(name, "must be a date"));
        self.query.get(name).map(parse).transpose()
    }
}

fn instant(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_second());
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp().as_second());
    }
    let date_time = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
    // A blank where the offset should be is a plus sign that nobody encoded.
    let is_plain = !text.trim().contains(' ');
    let zoned = date_time.to_zoned_datetime(TimeZone::UTC).ok()?;
    is_plain.then(|| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_two_formats() {
        let at = Some(1_353_369_600);
        for text in [
            "Tue, 20 Nov 2012 00:00:00 +0000",
            "2012-11-20T00:00:00+00:00",
            "2012-11-20T01:00:00+01:00",
            "2012-11-20T00:00:00Z",
            "2012-11-20T00:00:00",
            "2012-11-20",
        ] {
            assert_eq!(instant(text), at, "{text}");
        }
        for text in ["", "yesterday", "2012-11-20T00:00:00 00:00", "2012-13-01"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_past_the_end_is_empty() {
        let page = |number, limit| Page { number, limit }.range(7);
        assert_eq!((page(1, 5), page(2, 5), page(3, 5)), (0..5, 5..7, 7..7));
    }
}
