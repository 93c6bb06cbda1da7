//! The rule on small trees, made up.

use super::super::source::Source;
use super::circles;

fn said(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    circles(&sources).into_iter().map(|offence| offence.said).collect()
}

/// Asserts that there is this one circle in `src/a` between `b` and `c`, which these lines import.
#[track_caller]
fn assert_circle(b: usize, c: usize, files: &[(&str, &str)]) {
    let arrows = format!("b imports c (src/a/b.rs:{b}), c imports b (src/a/c.rs:{c})");
    assert_eq!(said(files), [format!("src/a: b, c import each other in a circle: {arrows}")]);
}

#[test]
fn imports_one_way_are_accepted() {
    let files = [
        ("src/lib.rs", "mod a;\nmod d;\n"),
        ("src/a/mod.rs", "mod b;\nmod c;\npub use b::B;\npub use c::C;\n"),
        ("src/a/b.rs", "use super::c::C;\nuse std::c::B;\nstruct B;\n"),
        ("src/a/c.rs", "use c::b::B;\nfn b(b: ::super::b::B) {}\nstruct C;\n"),
        ("src/d.rs", "use crate::a::{B, C};\npub(in crate::e) struct D;\n"),
        ("src/e.rs", "pub use crate::d::D;\nstruct E(D);\n"),
        ("src/main.rs", "use crate::d;\n"),
    ];
    assert_eq!(said(&files), [""; 0]);
}

#[test]
fn a_circle_of_two_files_is_rejected() {
    let b = "\nuse super::c::C;\n";
    assert_circle(
        2,
        1,
        &[
            ("src/a/mod.rs", "mod b;\nmod c;\n"),
            ("src/a/b.rs", b),
            ("src/a/c.rs", "use crate::a::b::B;\n"),
        ],
    );
}

#[test]
fn re_exports_hide_no_circle() {
    assert_circle(
        1,
        1,
        &[
            ("src/lib.rs", "pub use a::B as Front;\n"),
            ("src/a/mod.rs", "mod b;\nmod c;\npub use b::B;\npub(crate) use self::c::{C, D};\n"),
            ("src/a/b.rs", "use super::C;\n"),
            ("src/a/c.rs", "use crate::Front;\n"),
        ],
    );
}

#[test]
fn nested_trees_and_aliases_hide_no_circle() {
    assert_circle(
        3,
        4,
        &[
            ("src/a/mod.rs", ""),
            (
                "src/a/b.rs",
                "use std::{\n    fmt,\n}; use super::{c::{deep::{C, D}, self as sea}};\n",
            ),
            (
                "src/a/c.rs",
                "use crate::{\n    e::{F, G},\n    a::{\n        b as bee,\n    },\n};\n",
            ),
        ],
    );
    assert_circle(
        2,
        2,
        &[
            ("src/a/mod.rs", ""),
            ("src/a/b.rs", "pub use super as up;\nfn f() { up::c::g() }\n"),
            ("src/a/c.rs", "pub use crate::a::b::B as Bee;\nfn f(bee: Bee) {}\n"),
        ],
    );
}

#[test]
fn supers_are_counted() {
    assert_circle(
        1,
        1,
        &[
            ("src/a/mod.rs", ""),
            ("src/a/b.rs", "use super::c;\n"),
            ("src/a/c.rs", "use super::super::a::b;\n"),
        ],
    );
    let deep = [
        ("src/a/b/mod.rs", "mod d;\n"),
        ("src/a/b/d.rs", "use super::super::c::C;\n"),
        ("src/a/c.rs", "use super::b::D;\n"),
    ];
    let arrows = "b imports c (src/a/b/d.rs:1), c imports b (src/a/c.rs:1)";
    assert_eq!(said(&deep), [format!("src/a: b, c import each other in a circle: {arrows}")]);
}

#[test]
fn paths_in_code_are_imports() {
    let b = "// super::c\nfn f() -> super::c::C { \"super::c\" }\n";
    assert_circle(
        2,
        1,
        &[
            ("src/a/mod.rs", ""),
            ("src/a/b.rs", b),
            ("src/a/c.rs", "fn f() { crate::a::b::said!(1) }\n"),
        ],
    );
}

#[test]
fn a_macro_with_a_path_is_an_import() {
    assert_circle(
        1,
        1,
        &[
            ("src/a/mod.rs", ""),
            (
                "src/a/b.rs",
                "macro_rules! said { () => { $crate::a::c::C }; }\npub(crate) use said;\n",
            ),
            ("src/a/c.rs", "fn f() { super::b::said!() }\n"),
        ],
    );
}

#[test]
fn what_a_folders_own_file_defines_is_a_module_of_the_folder() {
    let own = |text| [("src/a/mod.rs", text), ("src/a/b.rs", "use super::A;\n")];
    let sentence = |line| {
        let arrows =
            format!("b imports mod.rs (src/a/b.rs:1), mod.rs imports b (src/a/mod.rs:{line})");
        [format!("src/a: b, mod.rs import each other in a circle: {arrows}")]
    };
    assert_eq!(said(&own("mod b;\npub use b::B;\nstruct A;\n")), [""; 0]);
    assert_eq!(said(&own("mod b;\nuse b::f;\nstruct A;\n")), sentence(2));
    assert_eq!(said(&own("mod b;\nstruct A;\nfn f() { b::f() }\n")), sentence(3));
    assert_eq!(said(&own("mod b;\npub use b::B;\nstruct A(B);\n")), sentence(3));
}

#[test]
fn tests_do_not_count() {
    let tests = "#[cfg(test)]\nmod tests {\n    fn f() { { use super::super::b::B; } }\n}\n\
        #[cfg(all(test, not(loom)))]\nuse super::b::B;\n#[cfg(test)]\nmod own;\n";
    let files = [
        ("src/a/b.rs", "use super::c::C;\n"),
        ("src/a/c/mod.rs", tests),
        ("src/a/c/own/mod.rs", "use crate::a::b::B;\n"),
        ("src/a/c/own/more.rs", "use crate::a::b::B;\n"),
    ];
    assert_eq!(said(&files), [""; 0]);
}

#[test]
fn what_follows_the_tests_counts() {
    let c = "#[cfg(test)]\nmod tests { fn f() {} }\nuse super::b::B;\n";
    assert_circle(
        1,
        3,
        &[("src/a/mod.rs", ""), ("src/a/b.rs", "use super::c::C;\n"), ("src/a/c.rs", c)],
    );
}

#[test]
fn modules_inside_a_file_belong_to_it() {
    let b = "mod one {\n    use super::super::c::C;\n    use super::two;\n}\nmod two { use super::one; }\n";
    assert_circle(
        2,
        1,
        &[("src/a/mod.rs", ""), ("src/a/b.rs", b), ("src/a/c.rs", "use super::b::one::deep;\n")],
    );
}

#[test]
fn the_shortest_circle_of_a_tangle_is_told() {
    let files = [
        ("src/a.rs", "use crate::b::B;\n"),
        ("src/b.rs", "use crate::c::C;\n"),
        ("src/c/mod.rs", "use crate::d::D;\nuse crate::a::A;\n"),
        ("src/d.rs", "use crate::c::C;\n"),
        ("src/e.rs", "use crate::a::A;\n"),
    ];
    let arrows = "c imports d (src/c/mod.rs:1), d imports c (src/d.rs:1)";
    assert_eq!(said(&files), [format!("src: a, b, c, d import each other in a circle: {arrows}")]);
}
