//! How the types of this crate are read from JSON and written to it.
//!
//! Values of any type stay the JSON text that came (`RawValue`), so that their numbers are exact. An absent field is
//! `None`; null is `Some(None)` where both may be.

#![allow(dead_code, unused_imports)]

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

pub(crate) use crate::containers::{Object, array, boxed, json_type, map, nullable};

/// A value of any type, as its JSON text.
pub type Any = Box<RawValue>;

/// A text that is no JSON, or not of the type asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where: `data.since.seq`, empty for the value itself.
    pub path: String,
    /// The rule that is broken, named as in JSON Schema: required, type, minimum, maximum, const; or json.
    pub keyword: &'static str,
    /// One sentence for a person.
    pub reason: String,
}

impl Error {
    pub(crate) fn new(keyword: &'static str, reason: String) -> Self {
        Self {
            path: String::new(),
            keyword,
            reason,
        }
    }

    pub(crate) fn mismatch(name: &str) -> Self {
        Self::new("type", format!("must be {name}"))
    }

    /// The same error, seen from the value that holds this one at `step`.
    pub(crate) fn below(self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        Self {
            path: format!("{step}{dot}{}", self.path),
            ..self
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new("json", format!("is no JSON that can be read: {error}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

/// An object of a union whose tag these types do not know, kept as it came (D6).
#[derive(Clone, Debug)]
pub struct Unknown {
    pub tag: String,
    pub raw: Any,
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

/// Reads a text of which nothing is known.
pub(crate) fn parse<T>(text: &str, decode: impl Fn(&RawValue) -> Result<T, Error>) -> Result<T, Error> {
    decode(serde_json::from_str(text)?)
}

pub(crate) fn starts(value: &RawValue, first: &[u8]) -> bool {
    value
        .get()
        .bytes()
        .next()
        .is_some_and(|byte| first.contains(&byte))
}

pub(crate) fn expect(holds: bool, name: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::mismatch(name)) }
}

pub(crate) fn any(value: &RawValue) -> Result<Any, Error> {
    Ok(value.to_owned())
}

pub(crate) fn string(value: &RawValue) -> Result<String, Error> {
    expect(starts(value, b"\""), "string")?;
    Ok(serde_json::from_str(value.get())?)
}

pub(crate) fn boolean(value: &RawValue) -> Result<bool, Error> {
    expect(starts(value, b"tf"), "boolean")?;
    Ok(value.get() == "true")
}

pub(crate) fn null(value: &RawValue) -> Result<(), Error> {
    expect(starts(value, b"n"), "null")
}

pub(crate) fn number(value: &RawValue) -> Result<f64, Error> {
    let number = if starts(value, b"-0123456789") {
        value.get().parse().ok()
    } else {
        None
    };
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| Error::mismatch("number"))
}

/// Whole numbers between two bounds; beyond 2^53 - 1 a number is another one in JavaScript (D5).
pub(crate) fn integer(value: &RawValue, minimum: i64, maximum: i64) -> Result<i64, Error> {
    let number = number(value).map_err(|_| Error::mismatch("integer"))?;
    expect(number.fract() == 0.0, "integer")?;
    if number < minimum as f64 {
        return Err(Error::new("minimum", format!("must be >= {minimum}")));
    }
    if number > maximum as f64 {
        return Err(Error::new("maximum", format!("must be <= {maximum}")));
    }
    Ok(number as i64)
}

/// Makes serde read a type; only from JSON, as values of any type are kept as their text.
macro_rules! deserialize {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
                Self::decode(&value).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use deserialize;
