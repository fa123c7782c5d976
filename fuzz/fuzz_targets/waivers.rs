//! Waivers in comments and in an annotation. `cargo fuzz run waivers`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::waivers(&String::from_utf8_lossy(bytes)));
