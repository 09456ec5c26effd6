package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
)

// DecodeNullable reads null as nil.
func DecodeNullable[T any](decode Decoder[T]) Decoder[*T] {
	return func(text json.RawMessage) (*T, error) {
		if text[0] == 'n' {
			return nil, nil
		}
		value, err := decode(text)
		return &value, orNull(err)
	}
}

// EncodeNullable writes nil as null.
func EncodeNullable[T any](encode Encoder[T]) Encoder[*T] {
	return func(value *T) ([]byte, error) {
		if value == nil {
			return []byte("null"), nil
		}
		return encode(*value)
	}
}

// DecodePointer reads a value into a place of its own, for an object that holds others of its type.
func DecodePointer[T any](decode Decoder[T]) Decoder[*T] {
	return func(text json.RawMessage) (*T, error) {
		value, err := decode(text)
		return &value, err
	}
}

// EncodePointer writes what is pointed at.
func EncodePointer[T any](encode Encoder[T]) Encoder[*T] {
	return func(value *T) ([]byte, error) {
		if value == nil {
			return nil, errors.New("a value is missing")
		}
		return encode(*value)
	}
}

// DecodeNullableUnion reads null as the nil of an interface.
func DecodeNullableUnion[T any](decode Decoder[T]) Decoder[T] {
	return func(text json.RawMessage) (none T, err error) {
		if text[0] == 'n' {
			return none, nil
		}
		value, err := decode(text)
		return value, orNull(err)
	}
}

// EncodeNullableUnion writes the nil of an interface as null.
func EncodeNullableUnion[T any](encode Encoder[T]) Encoder[T] {
	return func(value T) ([]byte, error) {
		if any(value) == nil {
			return []byte("null"), nil
		}
		return encode(value)
	}
}

func orNull(err error) error {
	if inner, ok := err.(*Error); ok && inner.Path == "" && inner.Keyword == "type" {
		return &Error{Keyword: "type", Reason: inner.Reason + " or null"}
	}
	return err
}

// DecodeArray reads arrays.
func DecodeArray[T any](decode Decoder[T]) Decoder[[]T] {
	return func(text json.RawMessage) ([]T, error) {
		if text[0] != '[' {
			return nil, mismatch("array")
		}
		var items []json.RawMessage
		if err := json.Unmarshal(text, &items); err != nil {
			return nil, err
		}
		values := make([]T, len(items))
		for at, item := range items {
			value, err := decode(item)
			if err != nil {
				return nil, Below(err, fmt.Sprintf("[%d]", at))
			}
			values[at] = value
		}
		return values, nil
	}
}

// EncodeArray writes arrays; nil is an empty one.
func EncodeArray[T any](encode Encoder[T]) Encoder[[]T] {
	return func(values []T) ([]byte, error) {
		text := []byte{'['}
		for at, value := range values {
			if at > 0 {
				text = append(text, ',')
			}
			item, err := encode(value)
			if err != nil {
				return nil, err
			}
			text = append(text, item...)
		}
		return append(text, ']'), nil
	}
}

// DecodeMap reads objects whose fields have any names.
func DecodeMap[T any](decode Decoder[T]) Decoder[map[string]T] {
	return func(text json.RawMessage) (map[string]T, error) {
		object := Open(text)
		values := make(map[string]T, len(object.fields))
		for name := range object.fields {
			values[name] = Required(object, name, decode)
		}
		return values, object.Err()
	}
}

// EncodeMap writes objects whose fields have any names, in the order of their names.
func EncodeMap[T any](encode Encoder[T]) Encoder[map[string]T] {
	return func(values map[string]T) ([]byte, error) {
		names := make([]string, 0, len(values))
		for name := range values {
			names = append(names, name)
		}
		sort.Strings(names)
		object := NewWriter()
		for _, name := range names {
			Put(object, name, values[name], encode)
		}
		return object.Close()
	}
}

// JSONType is the JSON type of a text.
func JSONType(text json.RawMessage) string {
	switch text[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// NoChoice is the error of a value that has none of the JSON types of a choice.
func NoChoice(names string) error {
	return mismatch(names)
}

// Type is what reads and writes a type of which only the name is known.
type Type struct {
	Name   string
	Decode func(text []byte) (any, error)
	Encode func(value any) ([]byte, error)
}

// Named forgets the type of a decoder and an encoder.
func Named[T any](name string, decode Decoder[T], encode Encoder[T]) Type {
	return Type{
		Name:   name,
		Decode: func(text []byte) (any, error) { return Whole(text, decode) },
		Encode: func(value any) ([]byte, error) {
			typed, ok := value.(T)
			if !ok {
				return nil, fmt.Errorf("%T is no %T", value, typed)
			}
			return encode(typed)
		},
	}
}

// ByName lists types by their names.
func ByName(types ...Type) map[string]Type {
	result := make(map[string]Type, len(types))
	for _, each := range types {
		result[each.Name] = each
	}
	return result
}
