use std::collections::BTreeMap;

use super::Encoded;
use super::Unordered;
use super::clients::Clients;
use super::hash_text;
use crate::trace::ActorId;
use std::hash::Hash;
use std::hash::Hasher;

fn clients() -> Clients {
    Clients::new([(ActorId(1), "alice"), (ActorId(2), "bob")])
}

/// The digest of the value with alice and bob in these places.
fn under<T: Hash>(value: &T, places: [u32; 2]) -> u128 {
    Encoded::of(value, &clients()).digest(&|client| places[usize::from(client)])
}

fn renamed<T: Hash>(one: &T, other: &T) -> bool {
    under(one, [0, 1]) == under(other, [1, 0])
}

#[test]
fn names_are_found_in_texts_actors_and_sets() {
    let about = |name: &str, actor| {
        (format!("token of {name}:1"), Unordered(vec![ActorId(actor), ActorId(7)]), 7_u64)
    };
    assert!(renamed(&about("alice", 1), &about("bob", 2)));
    assert_ne!(under(&about("alice", 1), [0, 1]), under(&about("bob", 2), [0, 1]));
}

#[test]
fn a_number_before_a_name_is_no_length() {
    assert!(!renamed(&(5_u64, "alice"), &(3_u64, "bob")));
    assert!(!renamed(&(5_usize, "alice"), &(3_usize, "bob")));
    assert!(!renamed(&(5_usize, b"alice".to_vec()), &(3_usize, b"bob".to_vec())));
    assert!(!renamed(&vec![(5_usize, "alice")], &vec![(3_usize, "bob")]));
    assert!(!renamed(&Ok::<_, ()>((5_u8, "alice")), &Ok::<_, ()>((3_u8, "bob"))));
    assert!(renamed(&(5_usize, "alice"), &(5_usize, "bob")));
}

#[test]
fn unequal_texts_stay_unequal() {
    let texts = ["alice", "alice1", "1alice", "alicebob", "bobalice", "carol", "", "\u{ff}"];
    for (at, one) in texts.iter().enumerate() {
        for other in &texts[at + 1..] {
            assert_ne!(under(one, [0, 1]), under(other, [0, 1]), "{one} {other}");
        }
    }
    assert_ne!(under(&["a", "b"], [0, 1]), under(&["ab", ""], [0, 1]));
    assert_ne!(under(&ActorId(3), [0, 1]), under(&3_u32, [0, 1]));
    assert_ne!(under(&(b"a".to_vec(), 255_u8), [0, 1]), under(&(b"a".to_vec(), 254_u8), [0, 1]));
}

#[test]
fn a_map_by_name_has_the_same_tokens_when_its_keys_are_renamed() {
    let map = |amounts: [(&'static str, u64); 2]| BTreeMap::from(amounts);
    let bag = |value: &BTreeMap<&str, u64>, places: [u32; 2]| {
        Encoded::of(value, &clients()).bag(&|client| places[usize::from(client)])
    };
    let one = map([("x:alice", 5), ("x:bob", 7)]);
    let other = map([("x:alice", 7), ("x:bob", 5)]);
    assert_eq!(bag(&one, [1, 0]), bag(&other, [0, 1]));
    assert_ne!(bag(&one, [1, 0]), bag(&map([("x:alice", 7), ("x:bob", 6)]), [0, 1]));
}

#[test]
fn our_own_texts_are_renamed_with_their_lengths() {
    struct Text(&'static [u8]);
    impl Hash for Text {
        fn hash<H: Hasher>(&self, state: &mut H) {
            hash_text(self.0, state);
        }
    }
    assert!(renamed(&(1_u8, Text(b"alice:1")), &(1_u8, Text(b"bob:1"))));
    assert!(!renamed(&(1_u8, Text(b"alice:1")), &(1_u8, Text(b"bob:2"))));
}
