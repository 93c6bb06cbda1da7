//! Shared objects, as values.

use std::any::Any;
use std::fmt::Debug;
use std::hash::Hasher;

/// The state of a shared object: a mutex, a condition variable, a server.
pub(crate) trait Object: Debug + Any {
    /// Returns a copy.
    fn boxed(&self) -> Box<dyn Object>;

    /// Encodes the whole object: equal encodings have equal futures.
    fn encode(&self, hasher: &mut dyn Hasher);

    /// The user's value in the object, as it prints.
    fn printed(&self) -> Option<String> {
        None
    }

    /// The number of bytes held elsewhere in excess of the length of the encoding, for estimates.
    fn overhead(&self) -> u64 {
        0
    }

    /// The first instant after `now_ms` at which it changes by itself, in milliseconds.
    fn next_instant(&self, now_ms: u64) -> Option<u64> {
        let _ = now_ms;
        None
    }

    /// Lets time pass to `now_ms`.
    fn pass_time(&mut self, now_ms: u64) {
        let _ = now_ms;
    }
}

/// Implements [`Object`] for a type that is `Clone + Hash + Debug` and does not change by itself.
macro_rules! plain_object {
    ($type:ty) => {
        $crate::machine::object::plain_object!($type, |_| None);
    };
    // The second form takes a function that prints the user's value in the object.
    ($type:ty, $printed:expr) => {
        impl $crate::machine::object::Object for $type {
            fn boxed(&self) -> Box<dyn $crate::machine::object::Object> {
                Box::new(self.clone())
            }

            fn encode(&self, mut hasher: &mut dyn ::std::hash::Hasher) {
                ::std::hash::Hash::hash(self, &mut hasher);
            }

            fn printed(&self) -> Option<String> {
                let printed: fn(&Self) -> Option<String> = $printed;
                printed(self)
            }
        }
    };
}
pub(crate) use plain_object;
