//! The keys that a step touches: for explorers that check whether the order of two steps can matter.

use super::command;
use super::transaction::Batch;
use crate::trace::Touch;

/// The keys that the commands of `batch` touch; a rejected command touches none.
pub(in crate::redis) fn footprint(batch: &Batch) -> Vec<Touch> {
    let requests = match batch {
        Batch::Command(request) => std::slice::from_ref(request),
        Batch::Transaction(requests) => requests,
    };
    requests.iter().flat_map(|request| command::key_spec(request).touched(request)).collect()
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
