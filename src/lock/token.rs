//! The token that proves to the server that a lock is one's own.

use std::fmt;

/// The value that a lock's key holds while the lock is held: unique to one acquisition.
///
/// A token that two acquisitions share makes every owner check vacuous: the late release of the
/// first deletes the lock of the second.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(String);

impl Token {
    /// The token as it is stored in the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

/// Where a lock gets its tokens from: a fresh one for each acquisition, never one per client or per
/// lock object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tokens(Source);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Random,
    Numbered { client: String, last: u64 },
}

impl Tokens {
    /// 128 bits of the operating system's randomness, in hexadecimal. The time would not do: two
    /// clients in the same tick of a clock would share a token.
    #[must_use]
    pub const fn random() -> Self {
        Self(Source::Random)
    }

    /// `alice:1`, `alice:2`, …: for models, where nothing may be random. No two clients may have the
    /// same name; the lock cannot notice that they do, and would take the one for the other.
    #[must_use]
    pub fn numbered(client: impl Into<String>) -> Self {
        Self(Source::Numbered { client: client.into(), last: 0 })
    }

    /// A token that was never handed out before.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness to give. There is no second best to fall back to.
    pub fn fresh(&mut self) -> Result<Token, getrandom::Error> {
        match &mut self.0 {
            Source::Random => {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes)?;
                Ok(Token(format!("{:032x}", u128::from_ne_bytes(bytes))))
            }
            Source::Numbered { client, last } => {
                *last += 1;
                Ok(Token(format!("{client}:{last}")))
            }
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::random()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn numbered_tokens_name_the_client_and_never_repeat() {
        let mut tokens = Tokens::numbered("alice");
        let drawn = [tokens.fresh().unwrap(), tokens.fresh().unwrap()];
        assert_eq!(drawn.map(|token| token.to_string()), ["alice:1", "alice:2"]);
    }

    #[test]
    fn random_tokens_have_128_bits_and_never_repeat() {
        let mut tokens = Tokens::random();
        let (first, second) = (tokens.fresh().unwrap(), tokens.fresh().unwrap());
        assert_ne!(first, second);
        assert_eq!(first.as_str().len(), 32);
        assert!(first.as_str().bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
