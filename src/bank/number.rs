//! The name of an account.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// The number of an account, such as `11111`: the name it is looked up by, and the order in which
/// locks are taken.
///
/// It is text, because leading zeros count and banks use letters. It is not empty, at most
/// [`MAX_BYTES`](Self::MAX_BYTES) long, and every character of it can be seen: two numbers that
/// look the same on paper are the same. Order and equality are those of `str`.
///
/// ```
/// use lockproof::bank::AccountNumber;
///
/// let number: AccountNumber = "11111".parse()?;
/// assert_eq!(number.as_str(), "11111");
/// assert!("11 111".parse::<AccountNumber>().is_err());
/// # Ok::<(), lockproof::bank::AccountNumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// The longest number taken, in bytes of UTF-8: an IBAN has 34, and a key in Redis is made of
    /// this.
    pub const MAX_BYTES: usize = 64;

    /// Checks and takes the text.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a character that cannot be seen.
    pub fn new(text: impl Into<String>) -> Result<AccountNumber, AccountNumberError> {
        let text = text.into();
        if text.is_empty() {
            return Err(AccountNumberError::Empty);
        }
        if let Some((offset, found)) = text.chars().enumerate().find(|(_, c)| !is_visible(*c)) {
            return Err(AccountNumberError::Invisible { found, offset });
        }
        if text.len() > Self::MAX_BYTES {
            return Err(AccountNumberError::TooLong { bytes: text.len() });
        }
        Ok(AccountNumber(text))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a character can be seen, as those can that `{:?}` prints as they stand: no control, no
/// space, nothing of zero width, no change of direction.
fn is_visible(c: char) -> bool {
    let quoted_only_for_the_quotes_sake = matches!(c, '\'' | '"' | '\\');
    !c.is_whitespace() && (quoted_only_for_the_quotes_sake || c.escape_debug().count() == 1)
}

impl FromStr for AccountNumber {
    type Err = AccountNumberError;

    fn from_str(text: &str) -> Result<AccountNumber, AccountNumberError> {
        AccountNumber::new(text)
    }
}

impl TryFrom<&str> for AccountNumber {
    type Error = AccountNumberError;

    fn try_from(text: &str) -> Result<AccountNumber, AccountNumberError> {
        AccountNumber::new(text)
    }
}

/// So that a map keyed by number is searched by `&str`. Sound: order, equality and hash are those
/// of the text.
impl Borrow<str> for AccountNumber {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for AccountNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber({self})")
    }
}

/// The reason why a text is not the number of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AccountNumberError {
    /// There was no text at all.
    #[error("expected an account number such as 11111, found nothing")]
    Empty,
    /// A blank, a control character, or another that leaves no mark.
    #[error(
        "expected an account number such as 11111, found the character {found:?}, which cannot be seen"
    )]
    Invisible {
        /// The character.
        found: char,
        /// Where it stands, in characters from 0.
        offset: usize,
    },
    /// Longer than [`AccountNumber::MAX_BYTES`].
    #[error(
        "expected an account number of at most {} bytes, found one of {bytes}",
        AccountNumber::MAX_BYTES
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl AccountNumberError {
    /// Where in the text the trouble begins, in characters from 0.
    pub fn offset(&self) -> usize {
        match self {
            AccountNumberError::Invisible { offset, .. } => *offset,
            AccountNumberError::Empty | AccountNumberError::TooLong { .. } => 0,
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn takes_what_can_be_seen() {
        for text in ["11111", "DE89370400440532013000", "a'b\"c\\d", "konto-ä", "口座"] {
            assert_eq!(AccountNumber::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_cannot_be_seen_and_says_where() {
        for text in ["1 1", "1\t1", "1\u{0}1", "1\u{a0}1", "1\u{200b}1", "1\u{202e}1", "1\u{feff}1"]
        {
            let found = text.chars().nth(1).unwrap();
            let error = AccountNumber::new(text).unwrap_err();
            assert_eq!(error, AccountNumberError::Invisible { found, offset: 1 });
            assert!(error.to_string().contains(&format!("{found:?}")), "{error}");
        }
    }

    #[test]
    fn refuses_the_empty_and_the_endless() {
        assert_eq!(AccountNumber::new(""), Err(AccountNumberError::Empty));
        assert!(AccountNumber::new("x".repeat(64)).is_ok());
        let error = AccountNumber::new("x".repeat(65)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected an account number of at most 64 bytes, found one of 65"
        );
    }
}
