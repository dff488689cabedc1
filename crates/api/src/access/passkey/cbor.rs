//! As much of CBOR (RFC 8949) as authenticators write: items of definite length.

/// Deeper or longer is nothing that an authenticator sends.
const MAX_DEPTH: u8 = 8;
const MAX_ITEMS: u64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// True, false, null and the like: nothing here reads them.
    Other,
}

impl<'a> Item<'a> {
    /// The value of a key of a map. `None` also where the key is there twice.
    pub fn get(&self, key: &Item<'_>) -> Option<&Item<'a>> {
        let Item::Map(pairs) = self else { return None };
        let mut found = pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        found.next().filter(|_| found.next().is_none())
    }

    pub fn number(&self) -> Option<i64> {
        if let Item::Number(number) = self { Some(*number) } else { None }
    }

    pub fn bytes(&self) -> Option<&'a [u8]> {
        if let Item::Bytes(bytes) = self { Some(*bytes) } else { None }
    }
}

/// The first item, and what comes after it. `None` when there is none that can be read.
pub fn read(input: &[u8]) -> Option<(Item<'_>, &[u8])> {
    item(input, MAX_DEPTH)
}

fn item(input: &[u8], depth: u8) -> Option<(Item<'_>, &[u8])> {
    let (&first, rest) = input.split_first()?;
    let (kind, argument) = (first >> 5, first & 0x1f);
    if kind == 7 {
        // Simple values of one byte; floating-point numbers are none of them.
        return (argument < 24).then_some((Item::Other, rest));
    }
    let (value, rest) = value_of(argument, rest)?;
    match kind {
        0 => Some((Item::Number(i64::try_from(value).ok()?), rest)),
        1 => Some((Item::Number(-1 - i64::try_from(value).ok()?), rest)),
        2 => taken(rest, value).map(|(bytes, rest)| (Item::Bytes(bytes), rest)),
        3 => {
            let (bytes, rest) = taken(rest, value)?;
            Some((Item::Text(std::str::from_utf8(bytes).ok()?), rest))
        }
        4 => {
            let (items, rest) = items(rest, value, depth)?;
            Some((Item::List(items), rest))
        }
        5 => {
            let (items, rest) = items(rest, value.checked_mul(2)?, depth)?;
            let mut items = items.into_iter();
            let mut pairs = Vec::new();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                pairs.push((key, value));
            }
            Some((Item::Map(pairs), rest))
        }
        // Tags say what an item means, which is known here.
        _ => None,
    }
}

fn items(mut rest: &[u8], count: u64, depth: u8) -> Option<(Vec<Item<'_>>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    if count > MAX_ITEMS {
        return None;
    }
    let mut items = Vec::new();
    for _ in 0..count {
        let (item, after) = item(rest, depth)?;
        items.push(item);
        rest = after;
    }
    Some((items, rest))
}

/// The number in the first byte of an item, or in those behind it.
fn value_of(argument: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let length = match argument {
        0..=23 => return Some((u64::from(argument), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(length)?;
    Some((bytes.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)), rest))
}

fn taken(rest: &[u8], length: u64) -> Option<(&[u8], &[u8])> {
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_authenticators_write_is_read() {
        let (map, rest) = read(b"\xa2\x01\x26\x63fmt\x42\x01\x02tail").unwrap();
        assert_eq!(map.get(&Item::Number(1)).unwrap().number(), Some(-7));
        assert_eq!(map.get(&Item::Text("fmt")).unwrap().bytes(), Some([1, 2].as_slice()));
        assert_eq!((map.get(&Item::Number(2)), rest), (None, b"tail".as_slice()));
        assert_eq!(read(b"\x39\x01\x00").unwrap().0, Item::Number(-257));
        assert_eq!(read(b"\x82\xf5\x60").unwrap().0, Item::List(vec![Item::Other, Item::Text("")]));
    }

    #[test]
    fn a_key_that_is_there_twice_is_not_there() {
        assert_eq!(read(b"\xa2\x01\x02\x01\x03").unwrap().0.get(&Item::Number(1)), None);
    }

    #[test]
    fn what_is_cut_off_endless_or_nested_too_deeply_is_not_read() {
        let deep = [[0x81_u8; 20].as_slice(), b"\x01"].concat();
        for bytes in [
            b"".as_slice(),
            b"\x42\x01",
            b"\x5f\x41\x01\xff",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x61\xff",
            &deep,
        ] {
            assert_eq!(read(bytes), None, "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_makes_it_fail(bytes: Vec<u8>) {
            if let Some((_, rest)) = read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
            }
        }
    }
}
