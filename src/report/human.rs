//! Human.
