//! The order of a chunk's customers by name. It is made when a list is first sorted by name, and takes four bytes for each
//! customer in each direction.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use super::texts::Texts;

#[derive(Debug, Clone, Default)]
pub(super) struct NameOrder(Arc<[OnceLock<Vec<u32>>; 2]>);

impl NameOrder {
    /// Customers without a name come last in either direction, and those of one name in order of their ids.
    pub(super) fn of(&self, names: &Texts, is_descending: bool) -> &[u32] {
        self.0[usize::from(is_descending)].get_or_init(|| {
            let name = |customer: u32| names.get(customer as usize);
            let mut order: Vec<u32> = (0..).take(names.len()).collect();
            order.sort_by(|a, b| {
                let by_letters = by_letters(name(*a), name(*b));
                let by_letters = if is_descending { by_letters.reverse() } else { by_letters };
                name(*a).is_empty().cmp(&name(*b).is_empty()).then(by_letters)
            });
            order
        })
    }
}

/// In any case.
pub(crate) fn by_letters(a: &str, b: &str) -> Ordering {
    let alike = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let alike = (0..=alike).rev().find(|end| a.is_char_boundary(*end)).unwrap_or(0);
    let (a, b) = (&a[alike..], &b[alike..]);
    // The short way gives the same, and most names are of plain letters.
    if a.is_ascii() && b.is_ascii() {
        return a
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 14] =
        ["", "a", "A", "ab", "aB", "zoe", "Zoë", "ZOË", "zoé", "ÄB", "äc", "\u{212a}", "k", "ﬃ"];

    #[test]
    fn names_are_compared_in_any_case_wherever_they_begin_to_differ() {
        let slowly = |a: &str, b: &str| {
            let letters = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
            letters(a).cmp(&letters(b))
        };
        for (a, b) in NAMES.iter().flat_map(|a| NAMES.map(|b| (*a, b))) {
            assert_eq!(by_letters(a, b), slowly(a, b), "{a} {b}");
        }
    }

    #[test]
    fn who_has_no_name_comes_last_and_equal_names_stay_in_order() {
        let mut names = Texts::default();
        ["b", "", "A", "B", "a", ""].into_iter().for_each(|name| names.push(name));
        let order = NameOrder::default();
        assert_eq!(order.of(&names, false), [2, 4, 0, 3, 1, 5]);
        assert_eq!(order.of(&names, true), [0, 3, 2, 4, 1, 5]);
    }
}
