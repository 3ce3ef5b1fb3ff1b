//! The rules on small sample trees: each is seen to fail for each kind of breach, and to let the rest pass.

use crate::rules::{self, Layered};
use crate::source::Source;
use std::collections::BTreeSet;
use std::fs;

/// A package whose `src` holds these files.
fn sample(files: &[(&str, &str)]) -> Source {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join("src").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let crates = ["tokio", "toml"].map(str::to_owned).into();
    Source::read(folder.path(), &crates)
}

/// Every way in which a file can name what lies in another one.
const WAYS: [&str; 12] = [
    "use crate::b::B;",
    "use crate::{b::{B, C as D}};",
    "use super::b::B;",
    "pub(crate) use crate::b::B;",
    "fn f() { crate::b::g() }",
    "fn f() { use crate::b; }",
    "fn f() -> Vec<super::b::B> { Vec::new() }",
    "impl crate::b::T for A {}",
    "fn f() { say!(\"{}\", crate::b::g()) }",
    "macro_rules! m { () => { $crate::b::g() } }",
    "#[serde(with = \"crate::b\")] struct A;\n#[shown(crate::b::g)] struct C;",
    "mod inner { fn f() { super::super::b::g() } }",
];

#[test]
fn an_import_is_seen_however_it_is_written() {
    for way in WAYS {
        let source = sample(&[("main.rs", "mod a; mod b;"), ("a.rs", way), ("b.rs", "")]);
        let may_import: &rules::Permits = &[("main", &[]), ("a", &[]), ("b", &[])];
        let breaches = rules::layers(&source, may_import);
        let line = way.lines().count();
        let expected = format!(
            "src/a.rs:{line}: `a` must not import `b`; move the code to a layer that may, or see the source map in README.md"
        );
        // A string in an attribute is found in the first line, tokens in the second.
        assert_eq!(breaches, [expected.replace("a.rs:2", "a.rs:1")], "{way}");
        let may_import: &rules::Permits = &[("main", &[]), ("a", &["b"]), ("b", &[])];
        assert_eq!(rules::layers(&source, may_import), [""; 0], "{way}");
    }
}

#[test]
fn tests_and_words_that_look_alike_are_no_imports() {
    let ways = [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] use crate::b::B;",
        "struct A; impl A { #[cfg(test)] fn f() { crate::b::g() } }",
        "#[cfg(test)] mod more;",
        "#[cfg(all(test, feature = \"browser-tests\"))] mod more;",
        "// crate::b::g()\n/// `crate::b`\nfn f(b: u8) -> u8 { b + 1 }",
        "const A: &str = \"crate::b::B\";",
        "pub(in crate::a) struct A;",
    ];
    for way in ways {
        let files =
            [("main.rs", "mod a; mod b;"), ("a.rs", way), ("a/more.rs", "use crate::b::B;"), ("b.rs", "")];
        let files = if way.contains("more") { &files[..] } else { &[files[0], files[1], files[3]] };
        let may_import: &rules::Permits = &[("main", &[]), ("a", &[]), ("b", &[])];
        assert_eq!(rules::layers(&sample(files), may_import), [""; 0], "{way}");
    }
}

#[test]
fn rows_and_permits_that_nothing_needs_are_breaches() {
    let source = sample(&[("main.rs", "mod a; mod b;"), ("a.rs", ""), ("b.rs", "")]);
    let may_import: &rules::Permits = &[("main", &[]), ("a", &["b"]), ("gone", &[])];
    assert_eq!(
        rules::layers(&source, may_import),
        [
            "src/b.rs: the module `b` has no layer; add a row for it to MAY_IMPORT, with the reason",
            "MAY_IMPORT lets `a` import `b`, and it does not; delete the permit",
            "MAY_IMPORT has a row for `gone`, which is no module; delete the row",
        ]
    );
}

#[test]
fn a_circle_of_files_is_told_with_its_arrows() {
    let source = sample(&[
        ("main.rs", "mod room;"),
        ("room/mod.rs", "mod a; mod b; mod c; pub use a::A;"),
        ("room/a.rs", "use super::b::B;\npub struct A;"),
        ("room/b.rs", "use crate::room::c::C;"),
        // By way of what the parent shows: the arrow leads to a.rs.
        ("room/c.rs", "\nuse crate::room::A;"),
    ]);
    let circles = rules::circles(&source);
    assert_eq!(circles, [["src/room/a.rs", "src/room/b.rs", "src/room/c.rs"]]);
    assert_eq!(
        rules::told(&source, &circles[0]),
        "3 files use each other in a circle; move what they share into a file below them:\n\
         \x20 src/room/a.rs:1 uses src/room/b.rs\n\
         \x20 src/room/b.rs:1 uses src/room/c.rs\n\
         \x20 src/room/c.rs:2 uses src/room/a.rs"
    );
}

#[test]
fn a_parent_and_its_child_are_a_circle_only_when_each_uses_the_other() {
    let child = ("room/a.rs", "use crate::room::Shared;\npub struct A;");
    for (parent, is_circle) in [
        ("mod a; pub use a::A; pub struct Shared;", false),
        ("mod a; pub use crate::room::a::A; pub struct Shared;", false),
        ("mod a; use a::A; pub struct Shared;", true),
        ("mod a; pub struct Shared; fn f() { a::g() }", true),
    ] {
        let source = sample(&[("main.rs", "mod room;"), ("room/mod.rs", parent), child]);
        assert_eq!(!rules::circles(&source).is_empty(), is_circle, "{parent}");
    }
}

const HOUSE: Layered = Layered {
    folder: "house",
    layers: &[&["roof"], &["left", "right"], &["ground"]],
    hidden: ("cellar", &["roof"]),
};

/// A house in which one file says something; the others are empty.
fn house(room: &str, text: &str) -> Source {
    let path =
        |room: &str| if room == "mod" { "house/mod.rs".to_owned() } else { format!("house/{room}/x.rs") };
    let rooms = ["mod", "roof", "left", "right", "ground", "cellar"];
    let mut files: Vec<(String, &str)> = rooms.iter().map(|other| (path(other), "")).collect();
    files.push(("main.rs".to_owned(), ""));
    files.iter_mut().filter(|(other, _)| *other == path(room)).for_each(|file| file.1 = text);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    sample(&files)
}

#[test]
fn imports_between_layers_go_down_only() {
    for (room, other, is_allowed) in [
        ("roof", "left", true),
        ("roof", "ground", true),
        ("left", "ground", true),
        ("ground", "left", false),
        ("left", "roof", false),
        ("left", "right", false),
        ("mod", "roof", true),
        ("mod", "cellar", true),
        ("roof", "cellar", false),
        ("ground", "cellar", false),
        ("cellar", "roof", false),
        ("cellar", "right", true),
        ("cellar", "ground", true),
    ] {
        let source = house(room, &format!("use crate::house::{other}::x::X;"));
        let breach = format!(
            "src/house/{room}/x.rs:1: `{room}` must not name src/house/{other}/x.rs, which is not below it; move what it needs down, or hand it over as a value"
        );
        let expected = if is_allowed { vec![] } else { vec![breach] };
        assert_eq!(rules::layered(&source, &HOUSE), expected, "{room} → {other}");
    }
    let up = rules::layered(&house("ground", "use crate::house::X;"), &HOUSE);
    assert!(up[0].starts_with("src/house/ground/x.rs:1: `ground` must not name src/house/mod.rs"), "{up:?}");
}

#[test]
fn a_file_beside_the_rooms_and_a_room_that_is_gone_are_breaches() {
    let source =
        sample(&[("main.rs", ""), ("house/mod.rs", ""), ("house/loft.rs", ""), ("house/roof/mod.rs", "")]);
    assert_eq!(
        rules::layered(&source, &Layered { layers: &[&["roof"], &["ground"]], ..HOUSE }),
        [
            "src/house/loft.rs: `loft` is no room of src/house/; move the file into one of its rooms, or give `loft` a layer in the table",
            "src/house/ has no room `ground`; delete it from the table of layers",
            "src/house/ has no room `cellar`; delete it from the table of layers",
        ]
    );
}

#[test]
fn a_library_outside_its_home_without_one_or_without_a_use_is_a_breach() {
    let source = sample(&[
        ("main.rs", "mod a; mod b;"),
        ("a.rs", "use tokio::net;"),
        ("b/c.rs", "\nfn f() { toml::from_str() }"),
    ]);
    let crates: BTreeSet<String> = ["tokio", "toml"].map(str::to_owned).into();
    let good: &rules::Permits = &[("tokio", &["a"]), ("toml", &["b/c"])];
    assert_eq!(rules::homes(&source, &crates, good), [""; 0]);
    let bad: &rules::Permits = &[("toml", &["a", "b/d"]), ("gone", &["a"])];
    assert_eq!(
        rules::homes(&source, &crates, bad),
        [
            "`tokio` of Cargo.toml has no home; add a row for it to HOMES",
            "src/b/c.rs:2: `toml` lives in [\"a\", \"b/d\"] alone; call what is there, or give it another home in HOMES",
            "HOMES lets `a` use `toml`, and it does not; delete the permit",
            "HOMES lets `b/d` use `toml`, and it does not; delete the permit",
            "HOMES has a row for `gone`, which Cargo.toml does not list; delete the row",
        ]
    );
}

#[test]
fn a_dependency_without_a_reason_is_a_breach() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\na = \"1\" # why\nb = \"1\"\n\n[dev-dependencies]\nc = \"1\"\n[features]\nd = []\n";
    assert_eq!(
        rules::reasons(manifest),
        ["b", "c"]
            .map(|name| format!("Cargo.toml does not say why `{name}` is there; write it behind a `#`"))
    );
}

#[test]
fn input_output_and_clocks_are_breaches_in_pure_rooms_alone() {
    let forbidden = &["std::fs", "tokio", "std::time::Instant::now"];
    for (text, what) in [
        ("use std::fs::read;", "std::fs"),
        ("use std::{fs, io};", "std::fs"),
        ("fn f() { std::fs::read(\"x\") }", "std::fs"),
        ("async fn f() { tokio::time::sleep() }", "tokio"),
        ("use std::time::Instant; fn f() { Instant::now() }", "std::time::Instant::now"),
        ("use std::time; fn f() { time::Instant::now() }", "std::time::Instant::now"),
    ] {
        let source = sample(&[("main.rs", ""), ("pure/a.rs", text), ("other.rs", text)]);
        let expected =
            format!("src/pure/a.rs:1: a pure room must not use `{what}`; take what it gives as an argument");
        assert_eq!(rules::pure(&source, &["pure"], forbidden), [expected], "{text}");
    }
    let source = sample(&[("main.rs", ""), ("pure.rs", "use std::time::Instant; fn f(at: Instant) {}")]);
    assert_eq!(
        rules::pure(&source, &["pure", "pure/gone"], forbidden),
        ["PURE names `pure/gone`, which is no module; delete it"]
    );
}

#[test]
fn long_files_and_files_without_a_duty_are_breaches() {
    assert_eq!(rules::readable("a.rs", "//! Duty.\nfn f() {}\n", 2), [""; 0]);
    assert_eq!(
        rules::readable("a.rs", "fn f() {}\n\n\n", 2),
        [
            "a.rs has 3 lines, and 2 is the most; split it by topic",
            "a.rs does not begin with `//!`; say in its first line, in one sentence, what the file is for",
        ]
    );
}

#[test]
fn the_source_map_and_the_modules_are_the_same() {
    let source = sample(&[("main.rs", ""), ("a/mod.rs", ""), ("b.rs", "")]);
    let map = |rows: &str| format!("# Name\n## Source map\n{rows}\n## Next\n| `src/other.rs` | x |\n");
    let good = map("| `src/main.rs` | x |\n| `src/a/` | x |\n| `src/b.rs` | x |");
    assert_eq!(rules::source_map(&source, &good), [""; 0]);
    assert_eq!(
        rules::source_map(&source, &map("| `src/main.rs` | x |\n| `src/a/` | x |\n| `src/gone.rs` | x |")),
        [
            "the source map of README.md does not name the module `b`; add a row with its duty",
            "the source map of README.md names `gone`, which is no module; delete the row",
        ]
    );
}

#[test]
fn a_document_names_no_path_that_is_gone() {
    let text = "Read `src/a.rs`, `mock/` and `b.rs`, send `GET /x` or `text/html` to `/hpp/v1`.\n\
                ```\n`src/fenced.rs`\n```\nThen `src/gone/c.rs` and `--out`.\n";
    let exists = |path: &str| ["src/a.rs", "mock/", "b.rs"].contains(&path);
    assert_eq!(
        rules::paths_exist("DESIGN.md", text, exists),
        ["DESIGN.md:5: `src/gone/c.rs` does not exist; name the file or folder that does the duty now"]
    );
}
