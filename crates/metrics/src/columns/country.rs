//! Where a customer is, in two bytes.

/// Two letters in 16 bits; zero where the country is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Country(pub(super) u16);

impl Country {
    /// What is not two letters is not known.
    pub fn new(code: &str) -> Self {
        match code.as_bytes() {
            &[a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Self(u16::from_be_bytes([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Self(0),
        }
    }

    /// To index a table by.
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    pub(super) fn is_valid(self) -> bool {
        self.code().is_none_or(|code| Self::new(&code) == self)
    }

    /// Two upper-case letters; `None` where it is not known.
    pub fn code(self) -> Option<String> {
        let letters = self.0.to_be_bytes();
        (self.0 != 0).then(|| letters.iter().map(|letter| char::from(*letter)).collect())
    }
}
