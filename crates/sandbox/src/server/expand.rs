//! `expand[]=data.customer&expand[]=data.items.data.price.tiers` as a tree.

use super::error::Refusal;

const DEPTH_MAX: usize = 4;

/// What to expand from here on.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expand {
    path: String,
    fields: Vec<(String, Expand)>,
}

impl Expand {
    pub const NOTHING: Self = Self { path: String::new(), fields: Vec::new() };

    /// For one object.
    ///
    /// # Errors
    /// 400 when a path goes too deep.
    pub fn of_object(paths: &[&str]) -> Result<Self, Refusal> {
        let mut root = Self::default();
        for path in paths {
            if path.split('.').filter(|name| *name != "data").count() > DEPTH_MAX {
                return Err(Refusal::bad_request(format!(
                    "You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}"
                )));
            }
            root.add(path);
        }
        Ok(root)
    }

    /// For a list: every path begins with `data`; what comes back is for its elements.
    ///
    /// # Errors
    /// 400 when one does not, or goes too deep.
    pub fn of_list(paths: &[&str]) -> Result<Self, Refusal> {
        let mut root = Self::of_object(paths)?;
        if let Some((name, _)) = root.fields.iter().find(|(name, _)| name != "data") {
            let message = format!(
                "This property cannot be expanded ({name}). You may want to try expanding 'data.{name}' instead."
            );
            return Err(Refusal::bad_request(message));
        }
        Ok(root.fields.pop().map(|(_, elements)| elements).unwrap_or_default())
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.fields.iter().map(|(name, inner)| (name.as_str(), inner))
    }

    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields().find(|(own, _)| *own == name).map(|(_, inner)| inner)
    }

    /// The whole path down to here.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn add(&mut self, path: &str) {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let index = self.fields.iter().position(|(own, _)| own == name).unwrap_or_else(|| {
            let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
            self.fields.push((name.to_owned(), Self { path, fields: Vec::new() }));
            self.fields.len() - 1
        });
        if let Some(rest) = rest {
            self.fields[index].1.add(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_begin_alike_share_a_branch() {
        let expand =
            Expand::of_list(&["data.customer", "data.items.data.price", "data.items.data.discounts"])
                .unwrap();
        let items = expand.field("items").unwrap().field("data").unwrap();
        assert_eq!(items.fields().map(|(name, _)| name).collect::<Vec<_>>(), ["price", "discounts"]);
        assert_eq!(items.field("price").unwrap().path(), "data.items.data.price");
        assert!(expand.field("customer").unwrap().is_empty());
    }

    #[test]
    fn a_list_expands_below_data_and_not_too_deep() {
        assert!(Expand::of_list(&["customer"]).is_err());
        assert!(Expand::of_object(&["a.b.c.d"]).is_ok());
        assert!(Expand::of_object(&["a.b.c.d.e"]).is_err());
        assert!(Expand::of_list(&[]).unwrap().is_empty());
    }
}
