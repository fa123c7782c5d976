//! A text with conditions of monitors. `cargo fuzz run monitor fuzz/corpus/monitor fixtures/clusters/before-migration/monitors`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::monitor(&String::from_utf8_lossy(bytes)));
