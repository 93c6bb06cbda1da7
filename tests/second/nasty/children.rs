//! Actors that actors start: their names, their order, and what they know of their parents.

use std::sync::Arc;

use lockproof::scenario::{Budgets, Scenario, World};
use lockproof::sync::{Runtime, Shared, spawn};

use super::{agrees, told};

scenario!(
    /// The parent ends as soon as it has started its child, which knows what the parent saw.
    Orphan,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let y = Arc::new(Shared::<R, u32>::new("y", 9));
        let (seen, written) = (Arc::clone(&x), Arc::clone(&y));
        world.actor("parent", move |_| {
            let x = seen.with("read", |x| *x);
            let _child = spawn::<R, ()>("child", move || written.with("write", move |y| *y = x));
        });
        let other = Arc::clone(&x);
        world.actor("writer", move |_| {
            other.with("one", |x| *x = 1);
            other.with("two", |x| *x = 2);
        });
        told(world, move || y.peek(|y| *y));
    }
);

scenario!(
    /// The name of a child, which panics, says what its parent saw.
    Named,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, u32>::new("x", 0));
        let seen = Arc::clone(&x);
        world.actor("parent", move |_| {
            let x = seen.with("read", |x| *x);
            let child = spawn::<R, ()>(&format!("child-{x}"), move || panic!("no more"));
            child.join();
        });
        world.actor("writer", move |_| (0..2).for_each(|_| x.with("add", |x| *x += 1)));
    }
);

scenario!(
    /// Two children have one name, and only one of them can crash their parent's plans.
    Twins,
    Budgets::none().crash("parent"),
    |world| {
        let x = Arc::new(Shared::<R, Vec<u32>>::new("x", Vec::new()));
        let shown = Arc::clone(&x);
        world.actor("parent", move |_| {
            let start = |steps: u32| {
                let x = Arc::clone(&x);
                spawn::<R, ()>("child", move || {
                    (0..steps).for_each(|nth| x.with("step", move |x| x.push(steps * 10 + nth)));
                })
            };
            let children = [start(1), start(3)];
            children.into_iter().for_each(|child| child.join());
            x.with("last", |x| x.push(0));
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

scenario!(
    /// A client starts an actor before its first step.
    Eager,
    Budgets::none(),
    |world| {
        let x = Arc::new(Shared::<R, Vec<u32>>::new("x", Vec::new()));
        let shown = Arc::clone(&x);
        world.clients(2, move |_| {
            let own = Arc::clone(&x);
            let child = spawn::<R, ()>("child", move || own.with("child", |x| x.push(1)));
            x.with("parent", |x| x.push(2));
            child.join();
        });
        told(world, move || shown.peek(Clone::clone));
    }
);

tests! { agrees:
    a_child_knows_what_its_parent_saw_even_if_the_parent_has_ended Orphan;
    names_of_children Named;
    children_of_one_name Twins;
    clients_that_start_actors_at_once Eager;
}
