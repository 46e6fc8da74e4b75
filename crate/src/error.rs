//! The error type of the core: a kind and a number in one word, so that every `Result` fits a register.

use crate::numbered::numbered;
use core::num::NonZeroU64;

numbered! {
    /// The failures of the core. The facade has checked all arguments before; these failures cannot be
    /// foreseen.
    pub enum ErrorKind {
        /// The loss is NaN or infinite. Nothing has changed.
        Loss,
        /// The gradient of a parameter is NaN or infinite. The number is the parameter's index in the table.
        /// Nothing has changed.
        Gradient,
        /// An update would make a parameter or a moment NaN or infinite. The number is as for `Gradient`. Nothing has changed.
        Update,
        /// No memory for the parameters. The number is, as in all kinds below, the number of bytes that were
        /// requested.
        Parameters,
        /// No memory for the parameters, their gradients and packed forms together.
        Network,
        /// No memory for the gradients.
        Gradients,
        /// No memory for the packed weights.
        PackedWeights,
        /// No memory for the packed operands of a gradient product.
        PackedGradients,
        /// No memory for drawing orthogonal weights.
        OrthogonalWeights,
        /// No memory for an optimizer's moments.
        Moments,
        /// No memory for the buffers of a pass.
        Workspace,
        /// No memory for the state carried from one training step to the next.
        CarriedState,
        /// No memory for `sequenceLoss`.
        SequenceLoss,
        /// No memory for `sample`.
        Sample,
    }
}

/// A failure: the `ErrorKind` plus 1 in the highest byte, the number in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error(NonZeroU64);

impl Error {
    const SHIFT: u32 = 56;

    /// Creates a failure with its number, which is saturated if it does not fit.
    #[inline(never)]
    pub fn new(kind: ErrorKind, number: u64) -> Error {
        let number = number.min((1 << Error::SHIFT) - 1);
        let word = (kind as u64 + 1) << Error::SHIFT | number;
        Error(NonZeroU64::new(word).unwrap_or(NonZeroU64::MAX)) // never 0
    }

    /// Returns the kind of the failure.
    pub fn kind(self) -> ErrorKind {
        ErrorKind::from_number((self.0.get() >> Error::SHIFT) as usize - 1)
    }

    /// Returns the number: bytes, or the index of a parameter.
    pub fn number(self) -> u64 {
        self.0.get() & ((1 << Error::SHIFT) - 1)
    }

    /// Returns the failure that `u64::from` encoded, or `None` for 0.
    pub fn from_word(word: u64) -> Option<Error> {
        NonZeroU64::new(word).map(Error)
    }
}

impl From<Error> for u64 {
    fn from(error: Error) -> u64 {
        error.0.get()
    }
}
