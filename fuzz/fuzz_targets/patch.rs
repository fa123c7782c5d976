//! An object, a line `%%%`, and a patch for it. `cargo fuzz run patch`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::patch(&String::from_utf8_lossy(bytes)));
