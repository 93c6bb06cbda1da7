//! Loops that wait, and the parts of them that a search may forget.

use std::hash::Hash;

use super::Runtime;

/// Calls `attempt` until it returns a value, and returns that value. It does not wait between two attempts:
/// on real threads, `attempt` has to sleep or yield itself.
///
/// The caller promises that the observations of a failed attempt do not matter afterwards: neither to later
/// attempts, nor after the loop. A search treats the states of the actor after any number of failed attempts
/// as the same, so a loop that polls has few states, however long it polls. Other effects of such a loop (on
/// shared state, say) are kept.
///
/// A search learns what follows on two other histories, two rounds longer and more than a hundred, and
/// answers [`Uncontrolled`](crate::explore::Verdict::Uncontrolled) if the actor does something else there: it
/// uses a counter after the loop, say, or gives up after a number of attempts. The search does not notice
/// that an attempt can never succeed: a loop that polls for ever is no deadlock.
///
/// # Panics
///
/// If `attempt` panics.
///
/// ```
/// use std::sync::atomic::Ordering::SeqCst;
/// use lockproof::sync::{Atomic, Std, retry};
///
/// let locked = Atomic::<Std>::new("locked", 0);
/// retry::<Std, _>(|| locked.compare_exchange(0, 1, SeqCst).ok());
/// assert_eq!(locked.load(SeqCst), 1);
/// ```
pub fn retry<R: Runtime, T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let begun = R::rounds();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        R::next_round(begun);
    }
}

/// Declares that of all observations of the calling actor only `state` matters from here on: its next actions
/// are a function of `state`, and of what it observes from here on.
///
/// It is for loops: at the top of a round, `state` is the counter of the loop and all that is carried from
/// round to round. Local variables that are used later and are not in `state`, or that its `Hash` leaves out,
/// break the promise. A search treats all pasts with an equal `state` as the same. It learns what follows on
/// one other past as well, and answers [`Uncontrolled`](crate::explore::Verdict::Uncontrolled) if the actor
/// does something else there.
///
/// On other runtimes than the model it does nothing.
///
/// ```
/// use lockproof::sync::{Shared, Std, local};
///
/// let total = Shared::<Std, u32>::new("total", 0);
/// for round in 0..3 {
///     local::<Std>(&round);
///     total.with("add 1", |total| *total += 1);
/// }
/// assert_eq!(total.peek(|total| *total), 3);
/// ```
pub fn local<R: Runtime>(state: &impl Hash) {
    R::only(state);
}
