//! How many actors random programs have, how long each is, and whether they are alike.

use std::fmt::Debug;

use proptest::prelude::*;

use crate::compare::interleavings;

/// What two or three actors do, and whether all do what the first one does. Three that are alike are
/// drawn often, because there is most to get wrong; but not where they would have a step each.
pub fn actors<S: Clone + Debug>(
    step: impl Strategy<Value = S>,
    most: f64,
) -> impl Strategy<Value = (Vec<Vec<S>>, bool)> {
    let some = proptest::collection::vec(proptest::collection::vec(step, 1..=7), 3);
    let often = if most < interleavings([2; 3].into_iter()) { 1 } else { 5 };
    let cast = prop_oneof![
        often => Just((3, true)),
        1 => Just((2, true)),
        2 => Just((3, false)),
        2 => Just((2, false)),
    ];
    (some, cast).prop_map(|(mut actors, (count, alike))| {
        actors.truncate(count);
        (actors, alike)
    })
}

/// How often time may pass at a bad moment.
pub fn ticks() -> impl Strategy<Value = u32> {
    prop_oneof![5 => Just(0), 2 => Just(1), 1 => Just(2)]
}

pub fn longest<T>(actors: &[Vec<T>]) -> usize {
    (0..actors.len()).max_by_key(|actor| actors[*actor].len()).expect("there are actors")
}
