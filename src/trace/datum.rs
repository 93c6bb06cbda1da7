//! A value in an event, whatever its type.

use std::any::{Any, type_name};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An immutable value whose type is erased, so that events of one type can carry requests and replies
/// of any.
///
/// Its `Display` and `Debug` are the value's `Debug`. Two are equal if both their types and their values
/// are. Cloning is cheap: clones share the value.
///
/// ```
/// use lockproof::trace::Datum;
///
/// let datum = Datum::new(vec![7, 8]);
/// assert_eq!(datum.to_string(), "[7, 8]");
/// assert_eq!(datum.downcast_ref::<Vec<i32>>(), Some(&vec![7, 8]));
/// assert_eq!(datum, Datum::new(vec![7, 8]));
/// assert_ne!(datum, Datum::new(vec![7_u8, 8]));
/// ```
#[derive(Clone)]
pub struct Datum(Arc<dyn Value>);

/// The operations that remain of a value whose type is erased.
trait Value: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn same(&self, other: &Datum) -> bool;
    fn digest(&self, state: &mut dyn Hasher);
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Eq + Hash + fmt::Debug + Send + Sync + 'static> Value for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn same(&self, other: &Datum) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }

    fn digest(&self, mut state: &mut dyn Hasher) {
        // The name and not the `TypeId`, which differs from build to build.
        type_name::<T>().hash(&mut state);
        self.hash(&mut state);
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Datum {
    /// Erases the type of a value.
    #[must_use]
    pub fn new<T: Eq + Hash + fmt::Debug + Send + Sync + 'static>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value, if it is of type `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        // By way of the trait object: an `Arc` may be a value itself.
        self.0.as_ref().as_any().downcast_ref()
    }
}

impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().same(other)
    }
}

impl Eq for Datum {}

impl Hash for Datum {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ref().digest(state);
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().describe(f)
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().describe(f)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::Datum;

    fn digest(datum: &Datum) -> u64 {
        let mut hasher = DefaultHasher::new();
        datum.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn a_datum_is_equal_by_type_and_value() {
        let (one, two) = (Datum::new(7_u32), Datum::new(7_u32));
        assert_eq!((&one, digest(&one)), (&two, digest(&two)));
        for other in [Datum::new(8_u32), Datum::new(7_i32), Datum::new(Some(7_u32))] {
            assert_ne!(one, other);
            assert_ne!(digest(&one), digest(&other));
        }
    }

    #[test]
    fn a_datum_gives_its_value_back_as_its_own_type_only() {
        let datum = Datum::new("seven".to_owned());
        assert_eq!(datum.downcast_ref::<String>().map(String::as_str), Some("seven"));
        assert_eq!(datum.downcast_ref::<&str>(), None);
        assert_eq!(datum.clone().downcast_ref::<String>().map(String::len), Some(5));
    }

    #[test]
    fn a_datum_may_hold_a_datum() {
        let nested = Datum::new(Datum::new(7));
        assert_ne!(nested, Datum::new(7));
        assert_eq!(nested.downcast_ref::<Datum>(), Some(&Datum::new(7)));
    }

    #[test]
    fn a_datum_is_shown_as_its_value_is() {
        let datum = Datum::new(Some("seven"));
        assert_eq!(datum.to_string(), "Some(\"seven\")");
        assert_eq!(format!("{datum:?}"), "Some(\"seven\")");
        assert_eq!(format!("{datum:#?}"), "Some(\n    \"seven\",\n)");
    }
}
