//! A file of Terraform. `cargo fuzz run terraform fuzz/corpus/terraform fixtures/formats/eks`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::terraform(&String::from_utf8_lossy(bytes)));
