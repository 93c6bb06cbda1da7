//! The part of a keyspace on which a command works, and whether the command may change it. Its actual effect,
//! and the presence of the keys, are not considered.
//!
//! Source: <https://redis.io/docs/latest/develop/reference/key-specs/>

use super::error::CommandError;
use super::number;
use crate::trace::Touch;

/// Where the keys of a command stand; positions are those of its arguments, the name first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeySpec {
    /// No key.
    Nothing,
    /// The keys from the first argument to the last but `trailing` others.
    Keys {
        /// Only the first.
        only: bool,
        /// The number of arguments at the end that are not keys.
        trailing: usize,
        /// True if they may be changed.
        writes: bool,
    },
    /// All keys there are.
    Everything {
        /// True if they may be changed.
        writes: bool,
    },
    /// The keys that a script declares. It may do anything to them; to everything, if it declares none.
    Script,
}

impl KeySpec {
    pub(super) const READS_ONE: Self = Self::Keys { only: true, trailing: 0, writes: false };
    pub(super) const WRITES_ONE: Self = Self::Keys { only: true, trailing: 0, writes: true };
    pub(super) const READS_KEYS: Self = Self::Keys { only: false, trailing: 0, writes: false };
    pub(super) const WRITES_KEYS: Self = Self::Keys { only: false, trailing: 0, writes: true };
    /// Keys, and then the time that a client is ready to wait.
    pub(super) const WRITES_KEYS_IN_TIME: Self =
        Self::Keys { only: false, trailing: 1, writes: true };
    pub(super) const READS_ALL: Self = Self::Everything { writes: false };
    pub(super) const WRITES_ALL: Self = Self::Everything { writes: true };

    /// The keys that a command with these arguments touches.
    pub(super) fn touched(self, args: &[Vec<u8>]) -> Vec<Touch> {
        let everything = |writes| vec![Touch { part: None, writes }];
        match self {
            Self::Nothing => Vec::new(),
            Self::Everything { writes } => everything(writes),
            Self::Keys { only, trailing, writes } => {
                let end = if only { 2 } else { args.len().saturating_sub(trailing) };
                named(args.get(1..end).unwrap_or_default(), writes)
            }
            Self::Script => match number_of_keys(args) {
                Ok(0) => everything(true),
                Ok(keys) => named(&args[3..3 + keys], true),
                Err(_) => Vec::new(),
            },
        }
    }
}

/// These keys.
pub(super) fn named(keys: &[Vec<u8>], writes: bool) -> Vec<Touch> {
    let part = |key: &Vec<u8>| Some(String::from_utf8_lossy(key).into_owned());
    keys.iter().map(|key| Touch { part: part(key), writes }).collect()
}

/// The number of keys that a script declares. There are three arguments at least.
pub(super) fn number_of_keys(args: &[Vec<u8>]) -> Result<usize, CommandError> {
    let keys = number::integer(&args[2])?;
    match usize::try_from(keys) {
        Err(_) => Err(CommandError::NegativeKeys),
        Ok(keys) if keys > args.len() - 3 => Err(CommandError::TooManyKeys),
        Ok(keys) => Ok(keys),
    }
}
