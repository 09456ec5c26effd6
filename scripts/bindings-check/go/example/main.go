package main

import (
	"errors"
	"fmt"

	"iiistream/constants"
	"iiistream/socket"
	"iiistream/wire"
)

func main() {
	// What a client sends. An Optional without a value is not written; a nil pointer is null.
	join := socket.JoinMessage{Data: socket.JoinData{SubscriptionID: "1", StreamName: "chat", GroupID: "room-1"}}
	join.Data.Since = wire.Some(socket.SinceCursor{Epoch: "e", Seq: 6})
	text, err := socket.EncodeClientMessage(join)
	check(err == nil && len(text) > 0)

	// What it receives.
	message, err := socket.DecodeServerMessage([]byte(`{"type":"stream","timestamp":1,"streamName":"chat",
		"groupId":"room-1","id":null,"seq":7,"epoch":"e","event":{"type":"sync","data":[12345678901234567890]}}`))
	check(err == nil)
	switch m := message.(type) {
	case socket.StreamMessage:
		check(m.ID == nil && m.Seq.Present && m.Seq.Value == 7 && !m.Created.Present)
		if sync, ok := m.Event.(socket.SyncEvent); ok {
			// Values are the JSON text that came, so that numbers are exact.
			check(string(sync.Data) == "[12345678901234567890]")
		}
	case socket.UnknownServerMessage:
		fmt.Println("a message of a later version:", m.Tag)
	}

	// What is wrong is named by its field.
	_, err = socket.DecodeClientMessage([]byte(`{"type":"join","data":{"subscriptionId":1}}`))
	var failure *wire.Error
	check(errors.As(err, &failure) && failure.Path == "data.subscriptionId" && failure.Keyword == "type")

	check(constants.FunctionSet == "stream::set")
}

func check(holds bool) {
	if !holds {
		panic("the example is wrong")
	}
}
