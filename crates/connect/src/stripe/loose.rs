//! JSON values, read for what they can mean. None of these types rejects a value of another kind: servers, proxies
//! and old events differ in shape, and one odd field must not cost a whole object. The reader decides what a missing
//! value means.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::attempts;

/// What a type makes of each kind of JSON value. `null` and everything that it has no use for is its default.
trait Loose: Default {
    fn from_bool(_: bool) -> Self {
        Self::default()
    }
    fn from_i64(_: i64) -> Self {
        Self::default()
    }
    fn from_f64(_: f64) -> Self {
        Self::default()
    }
    fn from_text(_: &str) -> Self {
        Self::default()
    }
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

struct LooseVisitor<T>(PhantomData<T>);

impl<'de, T: Loose> Visitor<'de> for LooseVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::from_bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::from_i64(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        // Above the range of an amount: as text it is not a whole number that fits, which is what it has to become.
        Ok(i64::try_from(value).map_or_else(|_| T::from_text(&value.to_string()), T::from_i64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::from_f64(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::from_text(value))
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::from_seq(seq)
    }
}

macro_rules! loose {
    ($name:ident $(<$param:ident: $bound:ident>)?) => {
        impl<'de $(, $param: $bound)?> Deserialize<'de> for $name $(<$param>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(LooseVisitor(PhantomData))
            }
        }
    };
}

/// A number, a whole one or with decimals: sent as a number or as a string.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Number {
    #[default]
    Absent,
    Is(Decimal),
    /// There is something, and it is not a number that an amount can be.
    Wrong,
}
loose!(Number);

impl Number {
    pub(super) fn is_absent(self) -> bool {
        self == Self::Absent
    }

    /// As a whole number; `None` when there is none or it is not whole.
    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Self::Is(number) if number.is_integer() => number.trunc().try_into().ok(),
            _ => None,
        }
    }

    /// As a percentage; `None` when there is none or it cannot be one.
    pub(super) fn percent(self) -> Option<Decimal> {
        match self {
            Self::Is(number) if (Decimal::ZERO..=Decimal::ONE_THOUSAND).contains(&number) => Some(number),
            _ => None,
        }
    }

    /// This one, or the other where this one is missing.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_absent() { other } else { self }
    }
}

impl Loose for Number {
    fn from_bool(_: bool) -> Self {
        Self::Wrong
    }
    fn from_i64(value: i64) -> Self {
        Self::Is(Decimal::from(value))
    }
    fn from_f64(value: f64) -> Self {
        // The shortest text that means this number is what was sent.
        Self::from_text(&value.to_string())
    }
    fn from_text(text: &str) -> Self {
        let text = text.trim();
        Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map_or(Self::Wrong, Self::Is)
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Self::Wrong)
    }
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Self, A::Error> {
        IgnoredAny.visit_seq(seq).map(|_| Self::Wrong)
    }
}

/// A text; a number as a text where that came instead.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);
loose!(Text);

impl Text {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Where there is one to show.
    pub(super) fn said(&self) -> Option<String> {
        self.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl Loose for Text {
    fn from_i64(value: i64) -> Self {
        Self(Some(value.to_string()))
    }
    fn from_text(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

/// `true` only where it says so.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) Option<bool>);
loose!(Flag);

impl Flag {
    pub(super) fn is_set(self) -> bool {
        self.0 == Some(true)
    }
}

impl Loose for Flag {
    fn from_bool(value: bool) -> Self {
        Self(Some(value))
    }
    fn from_text(text: &str) -> Self {
        Self(text.parse().ok())
    }
}

/// An object, where it is one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object<T>(pub(super) Option<Box<T>>);
loose!(Object<T: DeserializeOwned>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Object<T> {
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T: DeserializeOwned> Loose for Object<T> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Self(Some(Box::new(object))))
    }
}

/// Another object: its id, or itself where it was expanded.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) enum Link<T> {
    #[default]
    Absent,
    Id(String),
    Expanded(Box<T>),
}
loose!(Link<T: DefaultOwned>);

/// What `Link` needs of an expanded object.
pub(super) trait DefaultOwned: Default + DeserializeOwned {}
impl<T: Default + DeserializeOwned> DefaultOwned for T {}

impl<T: DefaultOwned> Loose for Link<T> {
    fn from_text(text: &str) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Id(text.to_owned()) }
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Self::Expanded(Box::new(object)))
    }
}

/// Only the id of an object.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct OnlyId {
    pub(super) id: Text,
}

/// Another object of which only the id matters.
pub(super) type Ref = Link<OnlyId>;

impl Ref {
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Id(id) => Some(id),
            Self::Expanded(object) => object.id.as_str().filter(|id| !id.is_empty()),
        }
    }
}

/// An array of other objects, each as its id or itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Links<T>(pub(super) Option<Vec<Link<T>>>);
loose!(Links<T: DefaultOwned>);

impl<T> Default for Links<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Links<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Link<T>> {
        self.0.iter().flatten()
    }
}

impl<T: DefaultOwned> Loose for Links<T> {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<Link<T>>()? {
            elements.push(element);
        }
        Ok(Self(Some(elements)))
    }
}

/// An array, where it is one; elements of another kind are left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array<T>(pub(super) Option<Vec<T>>);
loose!(Array<T: DeserializeOwned>);

impl<T> Default for Array<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Array<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T: DeserializeOwned> Loose for Array<T> {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<Object<T>>()? {
            elements.extend(element.0.map(|object| *object));
        }
        Ok(Self(Some(elements)))
    }
}

/// An object whose keys are data, such as currencies; values that are not objects are left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keyed<T>(pub(super) BTreeMap<String, T>);
loose!(Keyed<T: DeserializeOwned>);

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: DeserializeOwned> Loose for Keyed<T> {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut values = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Object<T>>()? {
            values.extend(value.0.map(|value| (key, *value)));
        }
        Ok(Self(values))
    }
}

/// A list that came inside its parent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, bound = "T: DeserializeOwned")]
pub(super) struct Embedded<T> {
    pub(super) data: Array<T>,
    pub(super) has_more: Flag,
}

impl<T> Default for Embedded<T> {
    fn default() -> Self {
        Self { data: Array::default(), has_more: Flag::default() }
    }
}

/// Reads a JSON object. The reason of a failure names the place, and nothing of what stands there.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    match serde_json::from_str::<Object<T>>(json) {
        Ok(Object(Some(object))) => Ok(*object),
        Ok(Object(None)) => Err("it is not a JSON object".to_owned()),
        Err(error) => Err(attempts::why(&error)),
    }
}
