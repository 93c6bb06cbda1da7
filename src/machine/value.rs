//! Values of any type, kept: the contents of mutexes, observations and results of actors.

use std::any::{Any, TypeId};
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A value that can be copied out again, hashed and printed. Clones share it.
#[derive(Clone)]
pub(crate) struct Kept(Rc<dyn AnyValue>);

trait AnyValue: 'static {
    fn any(&self) -> &dyn Any;
    fn write(&self, state: &mut dyn Hasher);
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Hash + Debug + 'static> AnyValue for T {
    fn any(&self) -> &dyn Any {
        self
    }

    fn write(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Kept {
    /// Keeps a value.
    pub(crate) fn new<T: Hash + Debug + 'static>(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// The type of the value. Values of two types may hash alike.
    pub(crate) fn of_type(&self) -> TypeId {
        AnyValue::any(&*self.0).type_id()
    }

    /// The value, if it is of this type.
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        AnyValue::any(&*self.0).downcast_ref()
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        AnyValue::write(&*self.0, state);
    }
}

impl Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AnyValue::show(&*self.0, f)
    }
}
