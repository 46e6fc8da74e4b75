//! Enumerations that are found by their numbers: those that cross the boundary to JavaScript, or are encoded in a word.

/// Declares an enumeration whose values are numbered from 0 in the order of declaration, with `from_number`.
macro_rules! numbered {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $($(#[$variant_attribute:meta])* $variant:ident,)* }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_attribute])* $variant,)* }

        impl $name {
            /// Returns the value with this number. Panics if there is none.
            #[allow(dead_code)] // unused for values that only leave the core
            pub fn from_number(number: usize) -> $name {
                const ALL: &[$name] = &[$($name::$variant),*];
                ALL[number]
            }
        }
    };
}

pub(crate) use numbered;
