//! A rule page of a user: front matter, expressions, paths, examples. `cargo fuzz run rule_page fuzz/corpus/rule_page rules/*`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::rule_page(&String::from_utf8_lossy(bytes)));
