import type { Message } from "./document.ts";
import { type Budget, type Fitted, fitWithTail } from "./fit.ts";
import { toPlainText } from "./formats/plain.ts";
import { literal } from "./literal.ts";

/**
 * The short words of a message, for a place that shows no subject: where nobody worded them and they are the body itself,
 * the subject stands above, unless they name the incident.
 */
export function shortWords({ subject, body, short }: Message, title: string): string {
  // In a rehearsal both are marked, each in its own way.
  const bare = short.replace(/^DRILL: /, "").trim();
  if (subject === "" || short.includes(literal(title)) || !toPlainText(body).trim().endsWith(bare))
    return short;
  return bare === "" ? subject : `${subject}\n\n${bare}`;
}

/**
 * The words and below them what must stay (promise and link), within the limit: only the words are cut, and a part
 * that they say already is not said twice. Throws RangeError where the parts alone exceed the limit.
 */
export function fitShortPost(words: string, parts: readonly string[], budget: Budget): Fitted {
  const tail = parts.filter((part) => part !== "");
  const whole = joined(words, ...tail.filter((part) => !mention(part).test(words)));
  if (budget.measure(whole) <= budget.limit) return { text: whole, cut: false };
  // What is said in the tail need not be said again above it: the whole line goes, not a piece of it.
  const lines = words
    .split("\n")
    .filter((line, _, all) => all.length === 1 || !tail.some((part) => mention(part).test(line)));
  const rest = tail.reduce((text, part) => text.replace(mention(part), ""), lines.join("\n")).trim();
  return { text: fitWithTail(rest, joined(...tail), budget).text, cut: true };
}

/** The part as a whole: `https://example.com` is not said by `https://example.com/help`. */
function mention(part: string): RegExp {
  // A promise may go on: `Next update: 10:30, or sooner`.
  const literally = part.replace(/(?<=[\p{L}\p{N})])\.$/u, "").replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${literally}\\/?(?![\\p{L}\\p{N}\\/?#=&%_\\-])`, "u");
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}
