//! A closed list of words: one Rust enum, one text in the database, one text on the wire.

/// Makes an enum whose variants are words.
///
/// The first text of a variant is what is stored and sent; it and the further ones are understood on
/// input in any letter case. The enum gets `ALL`, `as_str`, `from_word`, `Display`, serde, an
/// OpenAPI schema and the mapping to a Postgres `text` column.
#[macro_export]
#[doc(hidden)]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal $(| $alias:literal)*),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The value that `text` names, in any letter case.
            pub fn from_word(text: &str) -> Option<Self> {
                match text.trim().to_lowercase().as_str() {
                    $($word $(| $alias)* => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Self::from_word(&text)
                    .ok_or_else(|| $crate::vocabulary::Told::through_serde(&$crate::UnknownWord))
            }
        }

        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                <str as sqlx::Type<sqlx::Postgres>>::type_info()
            }
            fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
                <str as sqlx::Type<sqlx::Postgres>>::compatible(ty)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <&str as sqlx::postgres::PgHasArrayType>::array_type_info()
            }
        }

        impl<'q> sqlx::Encode<'q, sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut sqlx::postgres::PgArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <&str as sqlx::Encode<'q, sqlx::Postgres>>::encode(self.as_str(), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $name {
            fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<'r, sqlx::Postgres>>::decode(value)?;
                Self::from_word(text)
                    .ok_or_else(|| format!(concat!("`{}` is no ", stringify!($name)), text).into())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $crate::vocabulary::schema_name(module_path!(), stringify!($name)).into()
            }
        }
    };
}

#[doc(inline)]
pub use words;

/// What the OpenAPI document calls a list of words: a name of one word is nobody's alone, so its feature stands before it.
pub fn schema_name(module: &str, name: &str) -> String {
    if name.chars().filter(char::is_ascii_uppercase).count() > 1 {
        return name.to_owned();
    }
    let feature = module.split("::").nth(1).filter(|part| *part != "vocabulary").unwrap_or_default();
    let mut letters = feature.strip_suffix('s').unwrap_or(feature).chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(name.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::schema_name;

    #[test]
    fn lists_of_the_same_name_are_told_apart_by_their_feature() {
        assert_eq!(schema_name("gym::subscriptions::model", "Kind"), "SubscriptionKind");
        assert_eq!(schema_name("gym::plans::model", "ServiceKind"), "ServiceKind");
        assert_eq!(schema_name("base::vocabulary::gender", "Gender"), "Gender");
    }
}
