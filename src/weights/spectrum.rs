//! Eigenvalues, admissible interval, log-determinant and traces.
