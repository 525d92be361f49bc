//! Slurm: what its jobs are told, and what its queue says.
//!
//! | file | what it does |
//! |---|---|
//! | `script` | the job array that fits the parts, and the job that merges them |
//! | `queue` | `sbatch`, `squeue`, `sacct`, `scancel` |

pub(super) mod queue;
pub(super) mod script;
