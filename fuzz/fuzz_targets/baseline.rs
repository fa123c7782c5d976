//! The file of a baseline. `cargo fuzz run baseline`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::baseline(&String::from_utf8_lossy(bytes)));
