//! Values that may be written in several ways.

use crate::model::LagSet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// One value, or a list of values.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMany<T> {
    /// `"slm"`
    One(T),
    /// `["slm", "sem"]`
    Many(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(text.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(OneOrMany::Many(all))
    }
}

/// A value of the lags axis: `2` is lags 0, 1 and 2; `[0, 2]` is lags 0 and 2.
#[derive(Debug, Clone, PartialEq)]
pub enum Lags {
    /// Lags 0 to this.
    Depth(u32),
    /// These lags.
    Set(Vec<u32>),
}

impl Lags {
    /// The deepest lag; 0 for an empty set.
    pub fn deepest(&self) -> u32 {
        match self {
            Self::Depth(depth) => *depth,
            Self::Set(lags) => lags.iter().copied().max().unwrap_or(0),
        }
    }

    /// The set of lags; `None` when it is empty. As long as the deepest lag.
    pub fn set(&self) -> Option<LagSet> {
        match self {
            Self::Depth(depth) => Some(LagSet::depth(*depth)),
            Self::Set(lags) => LagSet::of(lags.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for Lags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LagsVisitor)
    }
}

impl JsonSchema for Lags {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lags".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let lag = json_schema!({ "type": "integer", "minimum": 0 });
        json_schema!({ "anyOf": [lag, { "type": "array", "items": lag }] })
    }
}

struct LagsVisitor;

impl<'de> Visitor<'de> for LagsVisitor {
    type Value = Lags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of lags or a list of lags")
    }

    fn visit_i64<E: Error>(self, depth: i64) -> Result<Self::Value, E> {
        u32::deserialize(depth.into_deserializer()).map(Lags::Depth)
    }

    fn visit_u64<E: Error>(self, depth: u64) -> Result<Self::Value, E> {
        u32::deserialize(depth.into_deserializer()).map(Lags::Depth)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Lags::Set)
    }
}

/// A name of the data. A number is taken as it is written: `11` is the unit called 11.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string()))
    }
}

/// A table that is written with its keys. Serde would take an array for its values in their order.
pub fn keys_alone<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(KeysAlone(PhantomData)).map(Some)
}

struct KeysAlone<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for KeysAlone<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of keys, such as { level = 0.05 }, or {} for what they usually are")
    }

    fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(keys))
    }
}
