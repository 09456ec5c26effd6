// Package wire is how the types of this module are read from JSON and written to it.
//
// Values of any type stay the JSON text that came (json.RawMessage), so that their numbers are exact. An absent field
// is an Optional without a value, which is not the same as null.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Error is what reading returns for a text that is no JSON, or not of the type asked for.
type Error struct {
	// Path is where: `data.since.seq`, empty for the value itself.
	Path string
	// Keyword is the rule that is broken, named as in JSON Schema: required, type, minimum, maximum, const; or json.
	Keyword string
	// Reason is one sentence for a person.
	Reason string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Below returns the same error, seen from the value that holds this one at step.
func Below(err error, step string) error {
	inner, ok := err.(*Error)
	if !ok {
		return err
	}
	path := step
	if inner.Path != "" && !strings.HasPrefix(inner.Path, "[") {
		path += "."
	}
	return &Error{Path: path + inner.Path, Keyword: inner.Keyword, Reason: inner.Reason}
}

func mismatch(name string) error {
	return &Error{Keyword: "type", Reason: "must be " + name}
}

// Optional is a field that may be absent.
type Optional[T any] struct {
	Value   T
	Present bool
}

// Some is an Optional that has a value.
func Some[T any](value T) Optional[T] {
	return Optional[T]{Value: value, Present: true}
}

// Unknown is an object of a union whose tag these types do not know, kept as it came (D6).
type Unknown struct {
	Tag string
	Raw json.RawMessage
}

// Decoder reads a JSON text that is known to be valid and has no space around it.
type Decoder[T any] func(text json.RawMessage) (T, error)

// Encoder writes a value as JSON text.
type Encoder[T any] func(value T) ([]byte, error)

// Whole reads a text of which nothing is known.
func Whole[T any](text []byte, decode Decoder[T]) (T, error) {
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); err != nil {
		var none T
		return none, &Error{Keyword: "json", Reason: "is no JSON that can be read: " + err.Error()}
	}
	return decode(bytes.TrimSpace(value))
}

// DecodeAny keeps the text.
func DecodeAny(text json.RawMessage) (json.RawMessage, error) {
	return bytes.Clone(text), nil
}

// EncodeAny gives the text back. Without one it is null.
func EncodeAny(value json.RawMessage) ([]byte, error) {
	if len(value) == 0 {
		return []byte("null"), nil
	}
	return value, nil
}

// DecodeString reads a string.
func DecodeString(text json.RawMessage) (string, error) {
	return DecodeEnum[string](text)
}

// EncodeString writes a string.
func EncodeString(value string) ([]byte, error) {
	return json.Marshal(value)
}

// DecodeEnum reads a string of which more values may be added: any is kept.
func DecodeEnum[T ~string](text json.RawMessage) (T, error) {
	var value string
	if text[0] != '"' {
		return "", mismatch("string")
	}
	err := json.Unmarshal(text, &value)
	return T(value), err
}

// EncodeEnum writes a string.
func EncodeEnum[T ~string](value T) ([]byte, error) {
	return json.Marshal(string(value))
}

// DecodeBoolean reads true or false.
func DecodeBoolean(text json.RawMessage) (bool, error) {
	if text[0] != 't' && text[0] != 'f' {
		return false, mismatch("boolean")
	}
	return text[0] == 't', nil
}

// EncodeBoolean writes true or false.
func EncodeBoolean(value bool) ([]byte, error) {
	return strconv.AppendBool(nil, value), nil
}

// Null is the only value of the type null.
type Null struct{}

// DecodeNull reads null.
func DecodeNull(text json.RawMessage) (Null, error) {
	if text[0] != 'n' {
		return Null{}, mismatch("null")
	}
	return Null{}, nil
}

// EncodeNull writes null.
func EncodeNull(Null) ([]byte, error) {
	return []byte("null"), nil
}

// DecodeNumber reads a number as the nearest double.
func DecodeNumber(text json.RawMessage) (float64, error) {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, mismatch("number")
	}
	return value, nil
}

// EncodeNumber writes a number.
func EncodeNumber(value float64) ([]byte, error) {
	return json.Marshal(value)
}

// DecodeInteger reads whole numbers between two bounds; beyond 2^53 - 1 a number is another one in JavaScript (D5).
func DecodeInteger(minimum, maximum int64) Decoder[int64] {
	return func(text json.RawMessage) (int64, error) {
		value, err := strconv.ParseFloat(string(text), 64)
		if err != nil || value != math.Trunc(value) {
			return 0, mismatch("integer")
		}
		if value < float64(minimum) {
			return 0, &Error{Keyword: "minimum", Reason: fmt.Sprintf("must be >= %d", minimum)}
		}
		if value > float64(maximum) {
			return 0, &Error{Keyword: "maximum", Reason: fmt.Sprintf("must be <= %d", maximum)}
		}
		return int64(value), nil
	}
}

// EncodeInteger writes a whole number.
func EncodeInteger(value int64) ([]byte, error) {
	return strconv.AppendInt(nil, value, 10), nil
}
