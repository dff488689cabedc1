//! People and their addresses.

use std::fmt;

use lettre::Address;

use crate::MailError;

/// Somebody with an email address. Prints as `***`, as nobody's address belongs into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: Address,
}

impl Mailbox {
    /// With an empty name where it is not known.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(name: impl Into<String>, address: &str) -> Result<Self, MailError> {
        let address = address.trim();
        if address.chars().any(char::is_control) {
            return Err(MailError::Address);
        }
        let address = address.parse().map_err(|_| MailError::Address)?;
        Ok(Self { name: name.into(), address })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_else() {
        for good in ["ada@example.com", " ada+news@mail.example.co.uk ", "ädä@exämple.com"] {
            assert!(Mailbox::new("Ada", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example.com, eve@example.com",
            "Ada <ada@example.com>",
            "<ada@example.com>",
            "ada@example.com> RCPT TO:<eve@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\nRCPT TO:<eve@example.com>",
            "ada\r\n@example.com",
            "ada @example.com",
        ] {
            assert!(matches!(Mailbox::new("Ada", bad), Err(MailError::Address)), "{bad:?}");
        }
    }

    #[test]
    fn it_prints_as_nobody() {
        assert_eq!(format!("{:?}", Mailbox::new("Ada", "ada@example.com").unwrap()), "***");
    }
}
