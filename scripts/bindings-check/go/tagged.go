package main

import (
	"encoding/json"
	"reflect"

	"iiistream/wire"
)

type object = map[string]any

// tagged gives the form that spec/vectors/README.md describes.
func tagged(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return tagged(v.Elem())
	case reflect.Map:
		values := object{}
		for _, key := range v.MapKeys() {
			values[key.String()] = tagged(v.MapIndex(key))
		}
		return object{"$map": values}
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return object{"$any": string(raw)}
		}
		items := make([]any, v.Len())
		for at := range items {
			items[at] = tagged(v.Index(at))
		}
		return items
	case reflect.Struct:
		return taggedStruct(v)
	}
	return v.Interface()
}

func taggedStruct(v reflect.Value) any {
	if unknown := v.FieldByName("Unknown"); unknown.IsValid() && v.NumField() == 1 {
		inner := unknown.Interface().(wire.Unknown)
		return object{"$": "Unknown", "tag": inner.Tag, "raw": string(inner.Raw)}
	}
	if _, ok := v.Interface().(wire.Null); ok {
		return nil
	}
	result := object{"$": v.Type().Name()}
	for at := range v.NumField() {
		name, field := v.Type().Field(at).Tag.Get("json"), v.Field(at)
		if name == "" {
			return tagged(field) // The wrapper of a choice.
		}
		if field.Kind() != reflect.Struct || !field.FieldByName("Present").IsValid() {
			result[name] = tagged(field)
		} else if field.FieldByName("Present").Bool() {
			result[name] = tagged(field.FieldByName("Value"))
		}
	}
	return result
}
