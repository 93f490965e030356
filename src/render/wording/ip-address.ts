import { isIPv4, isIPv6 } from "node:net";
import type { Hit, TextRule } from "./rule.ts";

const V4 = /(?<![\w.:-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
const V6 = /(?<![\w:.])[0-9a-f:]{3,39}(?![\w:])/gi;

/** Four numbers after one of these are a version or a paragraph. */
const NUMBERED =
  /(?<![\p{L}\p{N}])(?:versions?|versión|versiones|version(?:en)?|ver|v|release[sd]?|firmware|builds?|sdk|client|driver|plugin|app|section|paragraph|clause|abschnitt|sección|software|upgrade[ds]?|update[ds]?)(?![\p{L}\p{N}])[^.!?\n]{0,20}(?:\d{1,4}(?:\.\d{1,4}){1,4}\S{0,3}\s{1,2}(?:and|to|or|und|bis|oder|y|a|o|–|-|,)\s{1,2})?$/iu;

/** Resolvers that everybody knows, given as a way round a name server's fault. */
const WELL_KNOWN = new Set(["1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"]);

export const ipAddress: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }): Hit[] => {
    const v4 = [...text.matchAll(V4)].filter(
      (match) =>
        isIPv4(match[0]) &&
        !WELL_KNOWN.has(match[0]) &&
        !NUMBERED.test(text.slice(Math.max(0, match.index - 60), match.index)),
    );
    const v6 = [...text.matchAll(V6)].filter(
      // A time of day is none, and the platform's own check is long in the making.
      ([address]) => /\d/.test(address) && /::|(?::.*){7}/.test(address) && isIPv6(address),
    );
    return [...v4, ...v6].map(({ 0: address, index }) => ({
      start: index,
      end: index + address.length,
      reason: "An address of a machine says nothing to customers and something to attackers.",
      better: "Say what does not work and for whom, such as “sign-in from Europe”.",
    }));
  },
};
