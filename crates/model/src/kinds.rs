//! Closed lists that have a stable text and a stable number.
//!
//! The text stands in files, tables and JSON; the number stands in compact columns.
//! Neither is ever reused for another meaning.

/// Declares an enum whose variants have a stable number and a stable text.
///
/// The generated type has `ALL`, `as_str`, `number`, `from_number`, `Display`, `FromStr`
/// and serde by text. ADR 0009 says why this is a macro.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident: $repr:ty {
            $($(#[$variant_meta:meta])* $variant:ident = $number:literal => $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[repr($repr)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $text)] $variant = $number,)+
        }

        impl $name {
            /// Every variant, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable text.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The stable number.
            pub fn number(self) -> $repr {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The variant of a stable number, if there is one.
            pub fn from_number(number: $repr) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kinds::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::kinds::UnknownText {
                        of: stringify!($name),
                        text: text.to_owned(),
                    }),
                }
            }
        }
    };
}
pub(crate) use text_enum;

/// A text that is not in a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a known {of}")]
pub struct UnknownText {
    /// The list's name.
    pub of: &'static str,
    /// What was given.
    pub text: String,
}
