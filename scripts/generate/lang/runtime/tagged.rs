//! What was read, in a form that is the same in every language: see `spec/vectors/README.md`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::wire::{Error, Unknown, parse};

/// A value that can say what it is.
pub trait Tagged {
    fn tagged(&self) -> Value;
}

impl Tagged for RawValue {
    fn tagged(&self) -> Value {
        json!({ "$any": self.get() })
    }
}

impl Tagged for Unknown {
    fn tagged(&self) -> Value {
        json!({ "$": "Unknown", "tag": self.tag, "raw": self.raw.get() })
    }
}

impl<T: Tagged + ?Sized> Tagged for Box<T> {
    fn tagged(&self) -> Value {
        (**self).tagged()
    }
}

impl<T: Tagged> Tagged for Option<T> {
    fn tagged(&self) -> Value {
        self.as_ref().map_or(Value::Null, Tagged::tagged)
    }
}

impl<T: Tagged> Tagged for Vec<T> {
    fn tagged(&self) -> Value {
        self.iter().map(Tagged::tagged).collect()
    }
}

impl<T: Tagged> Tagged for BTreeMap<String, T> {
    fn tagged(&self) -> Value {
        let values: Map<_, _> = self
            .iter()
            .map(|(name, value)| (name.clone(), value.tagged()))
            .collect();
        json!({ "$map": values })
    }
}

macro_rules! simple {
    ($($kind:ty),*) => {
        $(impl Tagged for $kind {
            fn tagged(&self) -> Value {
                json!(self)
            }
        })*
    };
}
simple!(String, bool, i64, f64, ());

/// An object by the name of its type; absent fields are left out.
pub(crate) fn object(name: &str, fields: Vec<(&str, Option<Value>)>) -> Value {
    let mut result = Map::from_iter([("$".to_owned(), json!(name))]);
    result.extend(
        fields
            .into_iter()
            .filter_map(|(wire, value)| value.map(|value| (wire.to_owned(), value))),
    );
    Value::Object(result)
}

/// What a text is read as, and what that is written as.
pub type Inspected = Result<(Value, String), Error>;

pub(crate) fn inspect<T: Tagged + Serialize>(
    text: &str,
    decode: impl Fn(&RawValue) -> Result<T, Error>,
) -> Option<Inspected> {
    let read = |value: T| Ok((value.tagged(), serde_json::to_string(&value)?));
    Some(parse(text, decode).and_then(read))
}
