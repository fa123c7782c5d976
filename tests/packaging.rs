//! What packages say about k8factor agrees: the crate, the wheel and the documents.

use std::fs;
use toml::{Table, Value};

fn table(path: &str) -> Table {
    fs::read_to_string(path)
        .expect("the file exists")
        .parse()
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|item| item.as_str().expect("a text")).collect()
}

#[test]
fn the_wheel_says_what_the_crate_says() {
    let (crate_, wheel) = (table("Cargo.toml"), table("pyproject.toml"));
    let (package, project) = (&crate_["package"], &wheel["project"]);
    assert_eq!(project["name"], package["name"]);
    assert_eq!(project["license"], package["license"]);
    assert_eq!(project["urls"]["Repository"], package["repository"]);
    // Maturin takes these from Cargo.toml, so nothing can differ.
    let taken = texts(&project["dynamic"]);
    for field in ["version", "description", "readme", "keywords"] {
        assert!(taken.contains(&field), "`{field}` is taken from Cargo.toml");
        assert!(project.get(field).is_none() && package.get(field).is_some(), "`{field}` is written once");
    }
    assert_eq!(wheel["tool"]["maturin"]["bindings"].as_str(), Some("bin"), "the wheel holds a program");
    let required = texts(&wheel["build-system"]["requires"]).join(" ");
    let script = fs::read_to_string("scripts/check-wheel").expect("the script");
    assert!(script.contains(&required), "scripts/check-wheel installs another maturin than pip: {required}");
}

/// A package that lacks one of these cannot be built, or breaks a licence.
#[test]
fn the_package_holds_what_it_is_built_from() {
    let manifest = table("Cargo.toml");
    let included = texts(&manifest["package"]["include"]);
    for wanted in ["src/**", "rules/**", "data/**", "benches/**", "build.rs", "README.md", "LICENSE-*"] {
        assert!(included.contains(&wanted), "`{wanted}` is part of the package");
    }
}

#[test]
fn the_documents_name_this_release() {
    let mut named = 0;
    for page in ["README.md", "docs/ci.md", "docs/install.md"] {
        let text = fs::read_to_string(page).expect("the page");
        for before in ["k8factor==", "k8factor/k8factor@v"] {
            for rest in text.split(before).skip(1) {
                let version: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                assert_eq!(version.trim_end_matches('.'), env!("CARGO_PKG_VERSION"), "{page}: {before}");
                named += 1;
            }
        }
    }
    assert!(named > 5, "releases are named in the documents");
}
