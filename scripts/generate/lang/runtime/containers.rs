//! Values that hold others.

#![allow(dead_code)]

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::wire::{Error, any, expect, starts, string};

pub(crate) fn nullable<T>(
    value: &RawValue,
    of: impl Fn(&RawValue) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    if starts(value, b"n") {
        return Ok(None);
    }
    of(value).map(Some).map_err(|mut error| {
        if error.path.is_empty() && error.keyword == "type" {
            error.reason.push_str(" or null");
        }
        error
    })
}

pub(crate) fn boxed<T>(
    value: &RawValue,
    of: impl Fn(&RawValue) -> Result<T, Error>,
) -> Result<Box<T>, Error> {
    of(value).map(Box::new)
}

pub(crate) fn array<T>(
    value: &RawValue,
    items: impl Fn(&RawValue) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    expect(starts(value, b"["), "array")?;
    let raw: Vec<&RawValue> = serde_json::from_str(value.get())?;
    let read = |(at, item)| items(item).map_err(|error: Error| error.below(&format!("[{at}]")));
    raw.into_iter().enumerate().map(read).collect()
}

pub(crate) fn map<T>(
    value: &RawValue,
    values: impl Fn(&RawValue) -> Result<T, Error>,
) -> Result<BTreeMap<String, T>, Error> {
    let object = Object::open(value)?;
    let read = |(name, item): (String, &RawValue)| match values(item) {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(error.below(&name)),
    };
    object.fields.into_iter().map(read).collect()
}

/// The JSON type of a value.
pub(crate) fn json_type(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// How deep objects that these types know may nest: a text must not end the process by its depth.
const MAX_DEPTH: u32 = 256;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One level, while it lives.
struct Level;

impl Level {
    fn enter() -> Result<Self, Error> {
        let depth = DEPTH.get();
        if depth >= MAX_DEPTH {
            return Err(Error::new(
                "json",
                format!("nests deeper than {MAX_DEPTH} objects"),
            ));
        }
        DEPTH.set(depth + 1);
        Ok(Self)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// An object that is being read. Fields that nobody asks for are ignored (D6).
pub(crate) struct Object<'a> {
    fields: BTreeMap<String, &'a RawValue>,
    _level: Level,
}

impl<'a> Object<'a> {
    pub(crate) fn open(value: &'a RawValue) -> Result<Self, Error> {
        expect(starts(value, b"{"), "object")?;
        Ok(Self {
            fields: serde_json::from_str(value.get())?,
            _level: Level::enter()?,
        })
    }

    /// Checks a field that always has the same value.
    pub(crate) fn constant(&self, name: &str, constant: &str) -> Result<(), Error> {
        let found = self.required(name, any)?;
        if string(&found).is_ok_and(|text| text == constant) {
            return Ok(());
        }
        Err(Error::new("const", format!("must be {constant:?}")).below(name))
    }

    pub(crate) fn required<T>(
        &self,
        name: &str,
        decode: impl Fn(&RawValue) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let missing = || Error::new("required", "is required".to_owned()).below(name);
        self.optional(name, decode)?.ok_or_else(missing)
    }

    pub(crate) fn optional<T>(
        &self,
        name: &str,
        decode: impl Fn(&RawValue) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let read = |value: &&RawValue| decode(value).map_err(|error| error.below(name));
        self.fields.get(name).map(read).transpose()
    }
}
