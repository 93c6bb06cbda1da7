//! The one place where the engine's byte strings are hashed.

use std::hash::Hasher;

use crate::machine::encode;

/// Hashes a key, an element, an argument, or the text of a reply. All of them can contain a client's name.
pub(super) fn hash_text<H: Hasher>(bytes: &[u8], state: &mut H) {
    encode::hash_text(bytes, state);
}

/// Hashes a command as it was sent: the number of its words, and then each of them.
pub(super) fn hash_texts<H: Hasher>(texts: &[Vec<u8>], state: &mut H) {
    state.write_usize(texts.len());
    for text in texts {
        hash_text(text, state);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::super::keyspace::{Entry, Keyspace, Value};
    use super::super::reply::Reply;
    use super::super::transaction::Batch;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(Vec::from).collect()
    }

    fn all_differ<T: Hash>(values: &[T]) -> bool {
        let hash = |value: &T| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        values.iter().map(hash).collect::<BTreeSet<_>>().len() == values.len()
    }

    #[test]
    fn where_a_text_ends_is_part_of_the_hash() {
        let reply = |line: &str| Reply::Array(words(line).into_iter().map(Reply::Bulk).collect());
        assert!(all_differ(&["ab c", "a bc", "a b c", "abc"].map(reply)));
        let nested = |inner: &str| Reply::Array(vec![reply(inner), Reply::Bulk("c".into())]);
        assert!(all_differ(&[nested("a b"), reply("a b c"), Reply::Array(vec![reply("a b c")])]));
        let text = "a".to_owned();
        let kinds = [Reply::Bulk("a".into()), Reply::Status(text.clone()), Reply::Error(text)];
        assert!(all_differ(&kinds));
        let transaction =
            |lines: &[&str]| Batch::Transaction(lines.iter().map(|it| words(it)).collect());
        assert!(all_differ(&[
            Batch::Command(words("a b")),
            Batch::Command(words("ab")),
            transaction(&["a b"]),
            transaction(&["a", "b"]),
            transaction(&[]),
        ]));
    }

    #[test]
    fn keyspaces_that_differ_hash_differently() {
        let keyspace = |pairs: &[(&str, Value)]| {
            let mut keyspace = Keyspace::default();
            for (key, value) in pairs {
                let entry = Entry { value: value.clone(), deadline: None };
                keyspace.insert(key.as_bytes(), entry);
            }
            keyspace
        };
        let text = |text: &str| Value::String(text.into());
        let list = |line: &str| Value::List(words(line).into());
        assert!(all_differ(&[
            keyspace(&[]),
            keyspace(&[("k", text("ab"))]),
            keyspace(&[("ka", text("b"))]),
            keyspace(&[("k", list("ab"))]),
            keyspace(&[("k", list("a b"))]),
            keyspace(&[("k", text("a")), ("l", text("b"))]),
        ]));
    }
}
