//! Explorers with a mistake: the comparison finds each.

use lockproof::explore::{Mutation, Search};

use crate::cheapest::{minimal, picky};
use crate::compare::{SEARCH, difference, smallest_failure};
use crate::redis::clients;
use crate::threads::threads;

#[test]
fn every_mistake_is_found() {
    for mutation in Mutation::ALL {
        let search = Search { mutation: Some(mutation), ..SEARCH };
        let found = smallest_failure((31, 1_000), clients(100.0), |p| difference(&p, search))
            .or_else(|| smallest_failure((32, 1_000), threads(100.0), |p| difference(&p, search)))
            .or_else(|| {
                smallest_failure((33, 1_000), picky(threads(100.0)), |p| minimal(&p, search))
            });
        let found = found.unwrap_or_else(|| panic!("{mutation:?} went unnoticed"));
        println!("{mutation:?} is found by {found}\n");
    }
}
