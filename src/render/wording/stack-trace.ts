import { spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const FRAMES: readonly RegExp[] = [
  // Java and Kotlin
  /(?<!\w)at [\w$.<>/]{3,200}\((?:[\w$]{1,100}\.(?:java|kt|scala|groovy)(?::\d{1,6})?|Native Method|Unknown Source)\)/g,
  /(?<!\w)Exception in thread "/g,
  /(?<![\w.])(?:[A-Za-z][\w$]{0,60}\.){1,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?!\w)/g,
  // Python
  /Traceback \(most recent call last\)/g,
  /(?<!\w)File "[^"\n]{1,200}", line \d{1,7}/g,
  // Node and browsers
  /(?<!\w)at (?:async )?(?:[\w$.<>[\] ]{1,120} \()?(?:file:\/\/|node:|webpack:|https?:\/\/|\/|[A-Za-z]:\\)[^\s()]{1,300}:\d{1,7}:\d{1,7}/g,
  /(?<![\w.])(?:Type|Reference|Syntax|Range|Assertion|Key|Value|Attribute|Index|Import|Name)Error: \S/g,
  // Go
  /(?<!\w)goroutine \d{1,10} \[[a-z ]{1,40}/g,
  /(?<!\w)panic: runtime error/g,
  /(?<![\w./-])[\w./-]{1,200}\.go:\d{1,7} \+0x[0-9a-f]{1,16}/g,
  // .NET
  /(?<!\w)at [\w.`<>[\],]{3,200}\([^)\n]{0,200}\) in \S[^\n]{0,200}:line \d{1,7}/g,
  /--- End of (?:inner exception )?stack trace/g,
  // Ruby, PHP, Rust
  /(?<![\w./-])[\w./-]{1,200}\.rb:\d{1,7}:in [`']/g,
  /#\d{1,3} \/[^\s(]{1,200}\.php\(\d{1,7}\)/g,
  /(?<!\w)thread '[^'\n]{1,60}' panicked at/g,
  // The bare name of an exception, as programs shout it.
  /(?<![\w.])[A-Z][a-z]{1,30}(?:[A-Z][a-z0-9]{1,30}){1,6}Exception(?!\w)/g,
];

export const stackTrace: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }): Hit[] =>
    // One trace has many frames; the first shows the place.
    spans(text, ...FRAMES)
      .slice(0, 1)
      .map((span) => ({
        ...span,
        reason: "This is a program's own message about its insides; it tells customers nothing they can use.",
        better: "Say what people see, such as “the order page shows an error after Pay”.",
      })),
};
