//! The missing-value policies.
