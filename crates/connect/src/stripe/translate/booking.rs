//! What moved the balance.

use serde::Deserialize;

use crate::stripe::loose::{self, Ref};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    source: Ref,
}

/// The id of the charge, refund or dispute that a balance transaction was booked for.
pub fn booked_for(body: &str) -> Option<String> {
    let shape: Shape = loose::read(body).ok()?;
    shape.source.id().map(str::to_owned)
}
