package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Object is an object that is being read. Fields that nobody asks for are ignored (D6).
type Object struct {
	fields map[string]json.RawMessage
	err    error
}

// Open starts to read an object.
func Open(text json.RawMessage) *Object {
	object := &Object{}
	if text[0] != '{' {
		object.err = mismatch("object")
	} else {
		object.err = json.Unmarshal(text, &object.fields)
	}
	return object
}

// Err is the first error that was found.
func (o *Object) Err() error {
	return o.err
}

// Constant checks a field that always has the same value.
func (o *Object) Constant(name, value string) {
	found := Required(o, name, DecodeAny)
	if o.err != nil {
		return
	}
	if text, err := DecodeString(found); err != nil || text != value {
		o.err = &Error{Path: name, Keyword: "const", Reason: fmt.Sprintf("must be %q", value)}
	}
}

// Required reads a field that must be there.
func Required[T any](o *Object, name string, decode Decoder[T]) (value T) {
	field := Maybe(o, name, decode)
	if !field.Present && o.err == nil {
		o.err = &Error{Path: name, Keyword: "required", Reason: "is required"}
	}
	return field.Value
}

// Maybe reads a field that may be absent.
func Maybe[T any](o *Object, name string, decode Decoder[T]) (field Optional[T]) {
	text, found := o.fields[name]
	if !found || o.err != nil {
		return field
	}
	value, err := decode(text)
	if err != nil {
		o.err = Below(err, name)
		return field
	}
	return Some(value)
}

// Tag reads the field that tells the objects of a union apart.
func Tag(text json.RawMessage, name string) (string, error) {
	object := Open(text)
	tag := Required(object, name, DecodeString)
	return tag, object.Err()
}

// NotOneOf is the error of an encoder of a union that is given something else: a pointer, or nil.
func NotOneOf(union string, value any) error {
	return fmt.Errorf("%T is no %s", value, union)
}

// Writer is an object that is being written.
type Writer struct {
	text bytes.Buffer
	err  error
}

// NewWriter starts to write an object.
func NewWriter() *Writer {
	return &Writer{}
}

// Put writes a field.
func Put[T any](w *Writer, name string, value T, encode Encoder[T]) {
	text, err := encode(value)
	if err != nil || w.err != nil {
		w.err = firstOf(w.err, err)
		return
	}
	key, _ := json.Marshal(name)
	if w.text.Len() > 0 {
		w.text.WriteByte(',')
	}
	w.text.Write(key)
	w.text.WriteByte(':')
	w.text.Write(text)
}

// PutOptional writes a field if it is there.
func PutOptional[T any](w *Writer, name string, field Optional[T], encode Encoder[T]) {
	if field.Present {
		Put(w, name, field.Value, encode)
	}
}

// Close gives the object's text.
func (w *Writer) Close() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return append(append([]byte{'{'}, w.text.Bytes()...), '}'), nil
}

func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
