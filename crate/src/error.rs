//! The one error type of the core. Each variant has a stable code, which reaches JavaScript as `error.code`.

use alloc::string::String;

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

    /// What it is about, in the words of the message, which the facade composes: no formatting of numbers is compiled in.
    pub fn what(&self) -> &str {
        match self {
            Error::OutOfMemory { what, .. } => what,
            Error::NotFinite { what } => what,
        }
    }

    /// How much memory was asked for; 0 where it is not about memory.
    pub fn bytes(&self) -> u64 {
        match self {
            Error::OutOfMemory { bytes, .. } => *bytes,
            Error::NotFinite { .. } => 0,
        }
    }
}
