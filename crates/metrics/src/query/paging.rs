//! One page of a list that is made anew for each: only the rows of the page are sorted.

use std::cmp::Ordering;

use model::UnixSeconds;

use super::QueryError;

/// The rows of a page in their order, and whether more follow.
///
/// `is_after` says which rows come after those of the pages before, as a cursor has it: all, without one. A cursor is of what a row is, so an update
/// in between neither repeats nor skips any.
pub(crate) fn page<T>(
    mut rows: Vec<T>,
    limit: usize,
    is_after: impl Fn(&T) -> bool,
    compare: impl Fn(&T, &T) -> Ordering,
) -> (Vec<T>, bool) {
    rows.retain(is_after);
    let limit = limit.max(1);
    let has_more = rows.len() > limit;
    if has_more {
        rows.select_nth_unstable_by(limit - 1, &compare);
        rows.truncate(limit);
    }
    rows.sort_unstable_by(compare);
    (rows, has_more)
}

/// The rows that may be on a page, of all that a list finds one after the other. No more are kept than some pages have,
/// and nothing is sorted until the end.
#[derive(Debug)]
pub(crate) struct Candidates<T> {
    /// How many rows were found, on all pages.
    pub(crate) total: usize,
    rows: Vec<T>,
    /// One more than a page has, to know whether any follow.
    most: usize,
    /// Whether the rows up to that many are the best so far, the worst of them last.
    is_full: bool,
}

impl<T> Candidates<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { total: 0, rows: Vec::new(), most: limit.max(1).saturating_add(1), is_full: false }
    }

    /// Offers a row that comes after those of the pages before. Whether it may be on the page.
    pub(crate) fn offer(&mut self, row: T, compare: impl Fn(&T, &T) -> Ordering) -> bool {
        if self.is_full && compare(&row, &self.rows[self.most - 1]).is_gt() {
            return false;
        }
        self.rows.push(row);
        if self.rows.len() >= self.most.saturating_mul(2) {
            self.rows.select_nth_unstable_by(self.most - 1, compare);
            self.rows.truncate(self.most);
            self.is_full = true;
        }
        true
    }

    pub(crate) fn merged(mut self, other: Self) -> Self {
        self.total += other.total;
        self.rows.extend(other.rows);
        self.is_full = false;
        self
    }

    /// The rows of the page in their order, and whether more follow.
    pub(crate) fn page(self, compare: impl Fn(&T, &T) -> Ordering) -> (Vec<T>, bool) {
        page(self.rows, self.most - 1, |_| true, compare)
    }
}

/// The rows of a page of what happened at an instant and has an id, the newest first, and the cursor of the next page.
///
/// # Errors
/// When the cursor is not one of such a list.
pub(crate) fn newest_first<T>(
    rows: Vec<T>,
    cursor: Option<&str>,
    limit: usize,
    moment: impl for<'t> Fn(&'t T) -> (UnixSeconds, &'t str),
) -> Result<(Vec<T>, Option<String>), QueryError> {
    let read = |text: &str| {
        let parts =
            text.split_once(':').and_then(|(at, id)| Some((UnixSeconds(at.parse().ok()?), id.to_owned())));
        parts.ok_or_else(|| QueryError::BadCursor(text.to_owned()))
    };
    let last = cursor.map(read).transpose()?;
    let is_after = |row: &T| last.as_ref().is_none_or(|(at, id)| moment(row) < (*at, id.as_str()));
    let (rows, has_more) = page(rows, limit, is_after, |a, b| moment(b).cmp(&moment(a)));
    let written = |row: &T| {
        let (at, id) = moment(row);
        format!("{}:{id}", at.0)
    };
    let next_cursor = rows.last().filter(|_| has_more).map(written);
    Ok((rows, next_cursor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_many_are_those_of_a_page() {
        for limit in 0..40 {
            let (mut one, mut other) = (Candidates::new(limit), Candidates::new(limit));
            let numbers = |factor: u32| (0..90).map(move |number: u32| number * factor % 97);
            for number in numbers(31) {
                one.offer(number, u32::cmp);
            }
            for number in numbers(57) {
                other.offer(number, u32::cmp);
            }
            let all: Vec<u32> = numbers(31).chain(numbers(57)).collect();
            assert_eq!(one.merged(other).page(u32::cmp), page(all, limit, |_| true, u32::cmp), "{limit}");
        }
    }

    fn numbers(limit: usize, after: Option<i32>) -> (Vec<i32>, bool) {
        let is_after = |number: &i32| after.is_none_or(|after| *number > after);
        page(vec![4, 1, 3, 5, 2], limit, is_after, i32::cmp)
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        assert_eq!(numbers(2, None), (vec![1, 2], true));
        assert_eq!(numbers(2, Some(2)), (vec![3, 4], true));
        assert_eq!(numbers(2, Some(4)), (vec![5], false));
        assert_eq!(numbers(2, Some(5)), (vec![], false));
        assert_eq!(numbers(5, None), (vec![1, 2, 3, 4, 5], false));
        assert_eq!(numbers(0, None), (vec![1], true), "a page has at least one row");
    }
}
