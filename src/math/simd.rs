//! Running a kernel with the widest instructions the processor has.
//!
//! A kernel is written once, in plain arithmetic over arrays; what is inlined into
//! [`dispatch`] is compiled for each instruction set and chosen when the program runs. Kernels use
//! `f64::mul_add` for every product that is added, so that they give the same bits everywhere.

use pulp::{Arch, Simd, WithSimd};

/// A computation whose hot loops are worth wide instructions.
pub trait Kernel {
    /// What it gives.
    type Output;

    /// Runs it. Mark the implementation, and every function it calls, `#[inline(always)]`:
    /// what is not inlined is compiled for the oldest processor.
    fn run(self) -> Self::Output;
}

struct Adapter<K>(K);

impl<K: Kernel> WithSimd for Adapter<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> K::Output {
        self.0.run()
    }
}

/// Runs `kernel` compiled for the instruction set of this processor.
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    Arch::new().dispatch(Adapter(kernel))
}
