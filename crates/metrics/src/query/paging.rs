//! One page of a list that is made anew for each: only the rows of the page are sorted.

use std::cmp::Ordering;

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

#[cfg(test)]
mod tests {
    use super::*;

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
