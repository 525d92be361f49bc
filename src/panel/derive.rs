//! Derived columns.
