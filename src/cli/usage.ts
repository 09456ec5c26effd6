export const USAGE = `Usage: iii-stream [--config FILE] [--engine URL] [--log-level LEVEL] [--repair]
       iii-stream COMMAND …                (against a running server)

Serve:
  --config FILE      YAML configuration; without it: file_based in ./data/stream_store, stream socket on 127.0.0.1:3112
  --engine URL       be the iii-stream worker of a running iii engine; default: $III_URL, else $III_ENGINE_URL
  --log-level LEVEL  trace, debug, info, warn, error, fatal or silent
  --repair           salvage what is readable of a corrupt store (the original files are kept); also for files
                     that were copied back: clients then fetch everything anew

Commands:
  get STREAM GROUP ITEM               print an item's value
  get STREAM GROUP [ITEM]             print what changed
       --since EPOCH:SEQ              after this cursor
  set STREAM GROUP ITEM JSON          write an item; JSON may be - for standard input
       --if-rev REV                   only when the item's rev is this one (0 = there is none); else exit code 1
  update STREAM GROUP ITEM OPS        apply operations, a JSON array; print what the item was and is
  delete STREAM GROUP ITEM            delete an item
  list [STREAM [GROUP]]               print streams with their groups, a stream's groups, or a group's items
  tail STREAM GROUP [ITEM]            print changes as they happen, until Ctrl-C; comes back after a disconnect
       --since EPOCH:SEQ              only what changed after this cursor
       --once                         end when everything that is there was printed
       -n, --count N                  end after N changes and events
       --sse                          over HTTP, from the stream port, as any client
       --stream URL                   of that port; default: $III_STREAM_URL, else http://127.0.0.1:3112. Where an
                                      auth function asks, $III_STREAM_TOKEN is shown as a bearer token
  send STREAM GROUP TYPE [JSON]       send a custom event
       --item ID                      to this item's subscribers too
  call FUNCTION [JSON]                call a function, and print its result
  health [--config FILE]              ask whether the server is ready: exit code 0, or 1 and why; with a file, at its
                                      admin address
  backup DIR                          copy the server's file_based store into an empty directory on its machine
  completion bash|zsh|fish            print a script for the shell: source <(iii-stream completion bash)

  --admin URL        the server's admin listener; default: $III_STREAM_ADMIN, else http://127.0.0.1:3113
  --token-file FILE  holds the admin listener's token; default: $III_STREAM_ADMIN_TOKEN
  --json             JSON lines also on a terminal
  --version          the version
  --help             this text

Exit codes: 0 done, 1 failed or not found, 2 wrong usage.
`;
