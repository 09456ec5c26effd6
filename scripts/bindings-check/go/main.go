// Reads each row of the test vectors and prints what it is in Go, one JSON object a line.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"

	"iiistream/functions"
	"iiistream/socket"
	"iiistream/triggers"
	"iiistream/wire"
)

var families = map[string]map[string]wire.Type{
	"functions": functions.Types, "socket": socket.Types, "triggers": triggers.Types,
}

func inspect(family, name, text string) object {
	of := families[family][name]
	value, err := of.Decode([]byte(text))
	if failure := (*wire.Error)(nil); errors.As(err, &failure) {
		return object{"error": object{"path": failure.Path, "keyword": failure.Keyword, "reason": failure.Reason}}
	}
	encoded, err := of.Encode(value)
	if err != nil {
		panic(err)
	}
	return object{"decoded": tagged(reflect.ValueOf(value)), "encoded": string(encoded)}
}

func main() {
	var rows []struct{ Name, Family, Type, Text string }
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &rows)
	}
	if err != nil {
		panic(err)
	}
	output := json.NewEncoder(os.Stdout)
	for _, row := range rows {
		result := inspect(row.Family, row.Type, row.Text)
		result["name"] = row.Name
		_ = output.Encode(result)
	}
}
