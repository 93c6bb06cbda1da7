//! What actors share, as values.

use std::any::Any;
use std::fmt::Debug;
use std::hash::Hasher;

/// The state of something that actors share: a mutex, a condition variable, a server.
pub(crate) trait Object: Debug + Any {
    /// A copy.
    fn boxed(&self) -> Box<dyn Object>;

    /// Writes down all of it: equal encodings have equal futures.
    fn encode(&self, hasher: &mut dyn Hasher);

    /// The value of the user's own in it, as it prints.
    fn printed(&self) -> Option<String> {
        None
    }

    /// How many bytes it holds elsewhere beside what its encoding is as large as, for estimates.
    fn overhead(&self) -> u64 {
        0
    }

    /// The first instant after `now_ms` at which it changes by itself, in milliseconds.
    fn next_instant(&self, now_ms: u64) -> Option<u64> {
        let _ = now_ms;
        None
    }

    /// Time has passed to `now_ms`.
    fn pass_time(&mut self, now_ms: u64) {
        let _ = now_ms;
    }
}

/// Implements [`Object`] for a type that is `Clone + Hash + Debug` and does not change by itself.
macro_rules! plain_object {
    ($type:ty) => {
        $crate::machine::object::plain_object!($type, |_| None);
    };
    // How the value of the user's own in it prints.
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
