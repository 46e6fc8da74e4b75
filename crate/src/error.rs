//! The one error type of the core. Each variant has a stable code, which reaches JavaScript as `error.code`.

use std::fmt;

/// What can go wrong inside the core. Arguments have been checked by the facade; these are the failures it cannot
/// foresee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A buffer cannot be had: `bytes` were asked for, for `what`.
    OutOfMemory {
        /// What the memory was for.
        what: &'static str,
        /// How much was asked for; saturated where the product itself overflows.
        bytes: u64,
    },
    /// The loss or a gradient is NaN or infinite; nothing has been changed.
    NotFinite {
        /// `loss`, or the name of the parameter whose gradient it is.
        what: String,
    },
}

impl Error {
    /// The stable code, in the style of Node's `error.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::OutOfMemory { .. } => "OUT_OF_MEMORY",
            Error::NotFinite { .. } => "NOT_FINITE",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::OutOfMemory { what, bytes } => {
                write!(f, "out of memory: {what} asked for {bytes} bytes")
            }
            Error::NotFinite { what } => {
                write!(f, "{what} is NaN or infinite; nothing was changed")
            }
        }
    }
}

impl std::error::Error for Error {}
