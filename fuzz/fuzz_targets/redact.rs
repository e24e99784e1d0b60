#![no_main]

#[path = "../../tests/properties/redact.rs"]
mod redact;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| redact::check(bytes));
