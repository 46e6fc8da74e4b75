//! The one error type of the core: what failed and a number, in one word, so that every `Result` fits a register.

use core::num::NonZeroU64;

/// What can go wrong inside the core. Arguments have been checked by the facade; these are the failures it cannot
/// foresee. Their words, and those of the codes that users see, stand in ts/wasm/failure.ts, in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The loss is NaN or infinite; nothing has been changed.
    Loss = 1,
    /// The gradient of a parameter is, whose place in the table is the number.
    Gradient,
    /// No memory; the number is how many bytes were asked for. This and all below.
    Parameters,
    /// …
    Network,
    /// …
    Gradients,
    /// …
    PackedWeights,
    /// …
    PackedGradients,
    /// …
    OrthogonalWeights,
    /// …
    Moments,
    /// …
    Workspace,
    /// …
    CarriedState,
    /// …
    SequenceLoss,
    /// …
    Sample,
}

/// A failure: `What` in the highest byte, the number below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error(NonZeroU64);

impl Error {
    const SHIFT: u32 = 56;

    /// A failure with its number, saturated where it does not fit.
    #[inline(never)]
    pub fn new(what: What, number: u64) -> Error {
        let number = number.min((1 << Error::SHIFT) - 1);
        let word = (what as u64) << Error::SHIFT | number;
        Error(NonZeroU64::new(word).unwrap_or(NonZeroU64::MAX)) // `what` is never 0
    }

    /// What failed.
    pub fn what(self) -> u32 {
        (self.0.get() >> Error::SHIFT) as u32
    }

    /// The number that goes with it.
    pub fn number(self) -> u64 {
        self.0.get() & ((1 << Error::SHIFT) - 1)
    }

    /// The failure that a word stands for; none for 0.
    pub fn from_word(word: u64) -> Option<Error> {
        NonZeroU64::new(word).map(Error)
    }
}

impl From<Error> for u64 {
    fn from(error: Error) -> u64 {
        error.0.get()
    }
}
