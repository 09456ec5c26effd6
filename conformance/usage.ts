import { FORMATS } from './report/report.js';
import { PROFILES } from './runner/case.js';

export const USAGE = `Usage: iii-stream-conformance (--engine URL --stream URL | --target 'CMD' | --from FILE) [options]
       iii-stream-conformance --client 'CMD' [options]   (see --client --help)

What is graded
  --engine URL --stream URL  a running target
  --target 'CMD'             a command that gets a JSON config on stdin and prints {"engine": URL, "stream": URL}
  --attached                 functions are reached through an iii engine; only the stream socket is the target's own
  --adapter NAME             in_memory, file_based or redis: the adapter that the target runs on (default in_memory)
  --redis-url URL            the Redis that a target started by --target uses
  --header 'NAME: VALUE'     sent with every upgrade (repeatable)
  --token TOKEN              short for --header 'Authorization: Bearer TOKEN'

Which cases
  --profile NAME             only cases of this profile: ${Object.keys(PROFILES).join(', ')} (repeatable)
  --only GLOB, --skip GLOB   choose cases by id; * within a segment, ** across (repeatable)
  --capabilities FILE        {"lacks": {"auth": "reason"}}, or {"offers": ["update", "auth"]} and nothing else
  --known-failing FILE       cases that fail, with reasons: {"socket/some-*": "reason"}
  --list                     print the chosen cases and the sentences that they prove

How long
  --concurrency N            cases at one time (default 8)
  --patience N               multiplies the 10 s of a case and the limits below: 3 on a slow machine, 0.3 for a fast target
  --connect-timeout MS       milliseconds that an upgrade may take (default 5000)
  --run-timeout MS           milliseconds after which the rest is not run (default 1800000)

Reports
  --report FORMAT[=FILE]     ${Object.keys(FORMATS).join(', ')}: to a file, or to stdout instead of the summary (repeatable)
  --output FILE              where a report without a file goes
  --baseline FILE            an earlier JSON report: print what got better and worse; only what got worse fails the run
  --from FILE                no run: the results are those of this JSON report
  --help                     this text

Exit code: 0 passed, 1 failed, 2 usage.
`;
