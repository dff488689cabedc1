//! Pictures that messages carry.

use serde::{Deserialize, Serialize};

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    pub base64: String,
}

impl Picture {
    pub(crate) fn file_name(&self) -> String {
        let kind = self.media_type.rsplit('/').next().unwrap_or_default();
        format!("page.{}", if kind == "jpeg" { "jpg" } else { kind })
    }
}
