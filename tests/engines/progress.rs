//! What those hear who watch a search.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use lockproof::explore::progress::{Pulse, Watching, watch, watch_every};
use lockproof::explore::{
    Exploration, LoomBounds, Search, brute_force, exhaustive, loom, loom_execution, minimal,
    random, stress, urw,
};
use lockproof::races::lost_update::{Buggy, Fixed};
use lockproof::races::{fence_only_on_writes, get_del_release, stolen_wakeup};

use crate::SAMPLING;

type Heard = Rc<RefCell<Vec<Pulse>>>;

/// Hears of every execution.
fn listen() -> (Heard, Watching) {
    let heard = Heard::default();
    let noted = Rc::clone(&heard);
    let watching = watch_every(Duration::ZERO, move |pulse| noted.borrow_mut().push(*pulse));
    (heard, watching)
}

#[test]
fn every_execution_is_counted_from_one_in_each_search_and_by_every_engine() {
    let bounds = LoomBounds::default();
    let engines: [(&str, &dyn Fn() -> Exploration); 6] = [
        ("random", &|| random(&Fixed, SAMPLING)),
        ("urw", &|| urw(&Fixed, SAMPLING)),
        ("stress", &|| stress(&Fixed, 10)),
        ("loom", &|| loom(&Fixed, bounds)),
        ("loom, again", &|| loom_execution(&Buggy, 4)),
        ("brute force", &|| brute_force(&get_del_release::Fixed, Search::default())),
    ];
    let (heard, watching) = listen();
    for (engine, search) in engines {
        let executions = search().executions;
        let counted: Vec<u64> = heard.take().iter().map(|pulse| pulse.executions).collect();
        assert_eq!(counted, (1..=executions).collect::<Vec<_>>(), "{engine}");
        assert!(executions > 1, "{engine}");
    }
    drop(watching);
    assert!(random(&Fixed, SAMPLING).executions > 0 && heard.take().is_empty());
}

#[test]
fn states_of_a_search_are_counted() {
    let (heard, _watching) = listen();
    let fixed = fence_only_on_writes::Fixed { clients: 3 };
    for search in [exhaustive, minimal] {
        let found = search(&fixed, Search::default());
        let states: Vec<Option<u64>> = heard.take().iter().map(|pulse| pulse.states).collect();
        assert!(states.is_sorted(), "{states:?}");
        assert!(states.last().is_some_and(|last| last.is_some()), "{states:?}: {found}");
        assert!(states.last() <= Some(&found.states), "{states:?}");
    }
}

#[test]
fn time_is_counted_from_the_beginning_of_the_search() {
    let idle = Duration::from_millis(50);
    let begun = Instant::now();
    let (heard, _watching) = listen();
    for searches in 1..=2 {
        std::thread::sleep(idle);
        let _ = random(&Fixed, SAMPLING);
        let last = heard.take().pop().expect("it was heard of");
        assert!(last.elapsed + searches * idle <= begun.elapsed(), "{last:?}");
    }
}

#[test]
fn a_person_hears_now_and_then_of_a_long_search_and_nothing_of_a_short_one() {
    let heard = Heard::default();
    let noted = Rc::clone(&heard);
    let _watching = watch(move |pulse| noted.borrow_mut().push(*pulse));
    let begun = Instant::now();
    let short = minimal(&Buggy, Search::default());
    let is_short = begun.elapsed() < Duration::from_millis(100);
    assert!(short.executions > 0 && (!is_short || heard.take().is_empty()));
    let long = loom(&stolen_wakeup::Fixed, LoomBounds::default());
    let heard = heard.take();
    let most = long.elapsed.as_millis() / 100;
    assert!(heard.len() as u128 <= most, "{}: {long}", heard.len());
    assert!(!heard.is_empty() || most < 2, "{long}");
}
