//! What stands in one scalar: an address, a revision, the name of an image, a path, a pattern. `cargo fuzz run address`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::address(&String::from_utf8_lossy(bytes)));
