//! What a command touches, and whether it may change it: for those who ask whether the order of two steps
//! can matter. What it does change, and whether it finds anything, is not looked at.

use super::command::touches;
use super::connection::Batch;
use super::scripts;
use crate::trace::Touch;

/// The part of a keyspace that a command works on; positions of keys are as in its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touches {
    /// No key.
    Nothing,
    /// The keys from the first argument to the last but `trailing` others.
    Keys {
        /// Only the first.
        only: bool,
        /// How many arguments at the end are no keys.
        trailing: usize,
        /// Whether they may be changed.
        writes: bool,
    },
    /// All keys there are.
    Everything {
        /// Whether they may be changed.
        writes: bool,
    },
    /// What a script says that it works on. It may do anything to that; to everything, if it names no key.
    Script,
}

impl Touches {
    pub(super) const READS_ONE: Self = Self::Keys { only: true, trailing: 0, writes: false };
    pub(super) const WRITES_ONE: Self = Self::Keys { only: true, trailing: 0, writes: true };
    pub(super) const READS_KEYS: Self = Self::Keys { only: false, trailing: 0, writes: false };
    pub(super) const WRITES_KEYS: Self = Self::Keys { only: false, trailing: 0, writes: true };
    /// Keys, and then the time that a client is ready to wait.
    pub(super) const WRITES_KEYS_IN_TIME: Self =
        Self::Keys { only: false, trailing: 1, writes: true };
    pub(super) const READS_ALL: Self = Self::Everything { writes: false };
    pub(super) const WRITES_ALL: Self = Self::Everything { writes: true };
}

/// What the commands of `batch` touch; one that is refused touches nothing.
pub(super) fn footprint(batch: &Batch) -> Vec<Touch> {
    let requests = match batch {
        Batch::Command(request) => std::slice::from_ref(request),
        Batch::Transaction(requests) => requests,
    };
    requests.iter().flat_map(|request| of(request)).collect()
}

fn of(args: &[Vec<u8>]) -> Vec<Touch> {
    let everything = |writes| vec![Touch { part: None, writes }];
    match touches(args) {
        Touches::Nothing => Vec::new(),
        Touches::Everything { writes } => everything(writes),
        Touches::Keys { only, trailing, writes } => {
            let end = if only { 2 } else { args.len().saturating_sub(trailing) };
            named(args.get(1..end).unwrap_or_default(), writes)
        }
        Touches::Script => match scripts::number_of_keys(args) {
            Ok(0) => everything(true),
            Ok(keys) => named(&args[3..3 + keys], true),
            Err(_) => Vec::new(),
        },
    }
}

/// These keys.
pub(super) fn named(keys: &[Vec<u8>], writes: bool) -> Vec<Touch> {
    let part = |key: &Vec<u8>| Some(String::from_utf8_lossy(key).into_owned());
    keys.iter().map(|key| Touch { part: part(key), writes }).collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn request(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(Vec::from).collect()
    }

    fn touched(batch: &Batch) -> String {
        let words = footprint(batch).into_iter().map(|Touch { part, writes }| {
            let verb = if writes { "w" } else { "r" };
            format!("{verb}:{}", part.as_deref().unwrap_or("*"))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_are_told_from_other_arguments_and_reading_from_writing() {
        for (line, expected) in [
            ("GET k", "r:k"),
            ("set k v NX PX 10", "w:k"),
            ("MGET k l", "r:k r:l"),
            ("DEL k l", "w:k w:l"),
            ("PTTL k", "r:k"),
            ("PEXPIRE k 10", "w:k"),
            ("RPUSH l a b", "w:l"),
            ("LRANGE l 0 -1", "r:l"),
            ("BLPOP k l 0", "w:k w:l"),
            ("DBSIZE", "r:*"),
            ("FLUSHALL", "w:*"),
            ("PING", ""),
            ("SCRIPT EXISTS k", ""),
            ("SCRIPT FLUSH", "w:*"),
            ("EVAL body 2 k l arg", "w:k w:l"),
            ("EVAL body 0 arg", "w:*"),
            ("EVALSHA sha few k", ""),
            ("GET", ""),
            ("NOSUCH k", ""),
        ] {
            assert_eq!(touched(&Batch::Command(request(line))), expected, "{line}");
        }
        let transaction = ["GET k", "INCR l"].map(request).to_vec();
        assert_eq!(touched(&Batch::Transaction(transaction)), "r:k w:l");
        assert_eq!(touched(&Batch::Command(Vec::new())), "");
    }
}
