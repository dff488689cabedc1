//! A record's fields by their names, for sources whose records are small and have few shapes.

use jiff::Timestamp;
use model::{Column, Counterparts, ObjectKind, RawObject, UnixSeconds};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ReadError;

pub(crate) struct Fields {
    kind: ObjectKind,
    /// Empty: it is not known yet.
    id: String,
    fields: Map<String, Value>,
}

/// The fields that records are filed under.
pub(crate) struct Filing {
    pub id: &'static str,
    pub created_at: &'static str,
    pub is_deleted: &'static str,
    /// Where a record names those that it belongs to.
    pub counterparts: &'static [(Column, &'static str)],
}

impl Fields {
    /// # Errors
    /// When it is no JSON object. Names the place, and nothing of what stands there.
    pub fn read(kind: ObjectKind, body: &str) -> Result<Self, ReadError> {
        let fields = serde_json::from_str(body).map_err(|error| {
            let reason = format!("at line {}, column {}", error.line(), error.column());
            ReadError::NotAnObject { kind, reason }
        })?;
        Ok(Self { kind, id: String::new(), fields })
    }

    /// # Errors
    /// As [`Fields::read`].
    pub fn of(object: &RawObject) -> Result<Self, ReadError> {
        Ok(Self { id: object.id.clone(), ..Self::read(object.kind, &object.body)? })
    }

    /// What a field holds; `None` where it is missing or null.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn get<T: DeserializeOwned>(&self, field: &'static str) -> Result<Option<T>, ReadError> {
        let Some(value) = self.fields.get(field).filter(|value| !value.is_null()) else { return Ok(None) };
        let wrong = |_| ReadError::Wrong { kind: self.kind, id: self.id.clone(), field };
        T::deserialize(value).map(Some).map_err(wrong)
    }

    /// What a field has to hold.
    ///
    /// # Errors
    /// When it does not.
    pub fn need<T: DeserializeOwned>(&self, field: &'static str) -> Result<T, ReadError> {
        self.needed(field, self.get(field)?)
    }

    /// An instant, written by RFC 3339.
    ///
    /// # Errors
    /// When there is something else.
    pub fn instant(&self, field: &'static str) -> Result<Option<UnixSeconds>, ReadError> {
        Ok(self.get::<Timestamp>(field)?.map(|at| UnixSeconds(at.as_second())))
    }

    /// An instant that has to be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn need_instant(&self, field: &'static str) -> Result<UnixSeconds, ReadError> {
        self.needed(field, self.instant(field)?)
    }

    fn needed<T>(&self, field: &'static str, value: Option<T>) -> Result<T, ReadError> {
        value.ok_or_else(|| ReadError::Missing { kind: self.kind, id: self.id.clone(), field })
    }
}

impl Filing {
    /// Files a record under its own facts. A customer is filed under itself, so that what is kept of one customer includes
    /// it.
    ///
    /// # Errors
    /// When it is not an object with an id.
    pub fn file(&self, kind: ObjectKind, customers: ObjectKind, body: &str) -> Result<RawObject, ReadError> {
        let fields = Fields::read(kind, body)?;
        let lacking = || ReadError::NotAnObject { kind, reason: format!("it has no {}", self.id) };
        let id: String = fields.get(self.id)?.ok_or_else(lacking)?;
        let mut counterparts = Counterparts::default();
        for (column, field) in self.counterparts {
            *counterparts.get_mut(*column) = fields.get(field)?;
        }
        if kind == customers {
            counterparts.customer = Some(id.clone());
        }
        let is_deleted = fields.get(self.is_deleted)?.unwrap_or(false);
        let created_at = fields.instant(self.created_at)?;
        Ok(RawObject { kind, id, created_at, counterparts, is_deleted, body: body.into() })
    }
}

/// A record with only the fields of these names; `None` when it is no JSON object.
pub(crate) fn only(body: &str, kept: &[&str]) -> Option<Box<str>> {
    let mut record: Map<String, Value> = serde_json::from_str(body).ok()?;
    record.retain(|field, _| kept.contains(&field.as_str()));
    Some(Value::Object(record).to_string().into())
}
