//! What a queue of jobs is told.

use std::num::NonZeroU32;

/// Tasks of a job array that states no number.
const PARTS: NonZeroU32 = NonZeroU32::new(8).expect("eight is not zero");

/// `[submit.slurm]`: the job array that fits the cells. Nothing in it changes a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlurmSpec {
    /// Tasks of the array at most.
    pub parts: NonZeroU32,
    /// Tasks that run at once at most.
    pub at_once: Option<NonZeroU32>,
    /// The partition of the cluster.
    pub partition: Option<String>,
    /// The account that is charged.
    pub account: Option<String>,
    /// Time limit of a task, as `sbatch` reads it.
    pub time: Option<String>,
    /// Memory of a task, as `sbatch` reads it.
    pub memory: Option<String>,
    /// Cores of a task.
    pub cpus: NonZeroU32,
    /// Further options of `sbatch`.
    pub sbatch: Vec<String>,
    /// Lines of shell before the command.
    pub setup: Vec<String>,
}

impl Default for SlurmSpec {
    fn default() -> Self {
        Self {
            parts: PARTS,
            at_once: None,
            partition: None,
            account: None,
            time: None,
            memory: None,
            cpus: NonZeroU32::MIN,
            sbatch: Vec::new(),
            setup: Vec::new(),
        }
    }
}
