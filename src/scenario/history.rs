//! Histories: the calls of a shared object and their answers, recorded as they are made.

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::marker::PhantomData;

use super::monitors::{Calls, Linearizable};
use super::{Specification, World};
use crate::sync::{Runtime, inert};
use crate::trace::{self, Kind, ObjectId};

impl<R: Runtime> World<R> {
    /// The calls of a shared object, called `name` in timelines, which is in the state `initial` and has
    /// to behave as `S` does: however calls overlap, each seems to take effect at one instant between its
    /// beginning and its end ([`Property::Linearizable`](super::Property::Linearizable)).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use lockproof::bank::{Account, Bank, Money, Transaction};
    /// use lockproof::scenario::{Books, Scenario, World};
    /// use lockproof::sync::Runtime;
    ///
    /// /// Two withdrawals, each told what is left.
    /// #[derive(Clone)]
    /// struct Withdraw;
    ///
    /// impl Scenario for Withdraw {
    ///     fn run<R: Runtime>(&self, world: &World<R>) {
    ///         let account = Account::new("11111".parse().unwrap(), Money::from_minor(100));
    ///         let withdrawal = Transaction::new(account.number.clone(), Money::from_minor(-70));
    ///         let bank = Arc::new(Bank::<R>::new([account.clone()]).unwrap());
    ///         let history = world.history("bank", Books::new([account]));
    ///         world.clients(2, move |_| {
    ///             history.call(withdrawal.clone(), || bank.apply(&withdrawal))
    ///         });
    ///     }
    /// }
    /// # let exploration = lockproof::explore::exhaustive(&Withdraw, Default::default());
    /// # assert!(exploration.violation().is_none(), "{exploration}");
    /// ```
    #[must_use = "nothing is judged but the calls made through it"]
    pub fn history<S: Specification>(&self, name: &str, initial: S) -> History<R, S> {
        let (object, calls) = (trace::object(name), Calls::default());
        self.monitor(Linearizable::new(object, initial, calls.clone()));
        History { object, calls, runtime: PhantomData }
    }
}

/// Records the calls of one shared object; clones record into the same history. See
/// [`World::history`].
///
/// A call begins with its first step, not before: where it could have begun earlier it could as well
/// have begun then, and the later it begins, the more calls it is known to come after. It ends with its
/// last step. So the calls that are judged are the shortest that the steps allow, and overlap no more
/// than they have to. (On real threads, where a step and its record are two, a call begins when it is
/// made.)
///
/// A call whose actor is crashed has taken effect, or takes effect later, or never does.
pub struct History<R: Runtime, S: Specification> {
    object: ObjectId,
    calls: Calls<S>,
    runtime: PhantomData<fn() -> R>,
}

impl<R: Runtime, S: Specification> History<R, S> {
    /// Makes a call: `body` carries out `request`, and what it returns is the answer.
    ///
    /// # Panics
    ///
    /// If it is made within another call that the same actor makes of the same object.
    pub fn call<U: Clone + Into<S::Reply>>(
        &self,
        request: impl Into<S::Request>,
        body: impl FnOnce() -> U,
    ) -> U {
        let Ok(answer) = self.try_call(request, || Ok::<U, Infallible>(body()));
        answer
    }

    /// Makes a call that may fail. A failure leaves open whether the request has taken effect, or will:
    /// it may have got lost on the way there, or the answer on the way back.
    ///
    /// # Errors
    ///
    /// What `body` returned.
    ///
    /// # Panics
    ///
    /// If it is made within another call that the same actor makes of the same object.
    pub fn try_call<U: Clone + Into<S::Reply>, E: Debug>(
        &self,
        request: impl Into<S::Request>,
        body: impl FnOnce() -> Result<U, E>,
    ) -> Result<U, E> {
        if inert() {
            return body();
        }
        let (object, me, request) = (self.object, R::me(), request.into());
        let invoke = Kind::Invoke { object, request: format!("{request:?}") };
        self.calls.ask(me, request);
        if R::records_at_once() {
            trace::announce(me, || invoke);
        } else {
            trace::record(me, || invoke);
        }
        let answer = body();
        let reply: Result<S::Reply, &E> = answer.as_ref().map(|answer| answer.clone().into());
        let told = match &reply {
            Ok(reply) => format!("{reply:?}"),
            Err(error) => format!("failed: {error:?}"),
        };
        self.calls.answer(me, reply.ok());
        trace::record(me, || Kind::Return { object, reply: told });
        answer
    }
}

impl<R: Runtime, S: Specification> Clone for History<R, S> {
    fn clone(&self) -> Self {
        Self { object: self.object, calls: self.calls.clone(), runtime: PhantomData }
    }
}

impl<R: Runtime, S: Specification> Debug for History<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("object", &self.object).finish_non_exhaustive()
    }
}
