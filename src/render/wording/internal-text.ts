import type { Passage } from "./passage.ts";
import { readable, wordsOf } from "./passage.ts";
import type { Hit, TextRule } from "./rule.ts";

/** So many words in a row are no coincidence. */
const RUN = 6;

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

export const internalText: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: (passage: Passage, { written, facts }): Hit[] => {
    const words = wordsWithPlaces(passage.text);
    const said = words.map(({ word }) => word);
    // The title and the parts' names are public by themselves; colleagues' text may hold them.
    const known = [
      ...written
        .filter(({ place, audience }) => place === "title" && audience === "public")
        .map(({ text }) => text),
      ...facts.components.map(({ name }) => name),
    ].map((text) => ` ${wordsOf(readable(text)).join(" ")} `);
    return written
      .filter(({ audience }) => audience === "internal")
      .flatMap(({ text }) => {
        const internal = wordsOf(readable(text));
        const run = Math.min(internal.length, RUN);
        if (run < 2) return [];
        const runs = new Set(
          internal.slice(0, internal.length - run + 1).map((_, at) => internal.slice(at, at + run).join(" ")),
        );
        const first = said.findIndex((_, at) => {
          const here = said.slice(at, at + run).join(" ");
          return runs.has(here) && !known.some((name) => name.includes(` ${here} `));
        });
        if (first < 0) return [];
        let last = first + run - 1;
        while (last + 1 < said.length && runs.has(said.slice(last + 2 - run, last + 2).join(" "))) last++;
        return [
          {
            start: words[first]!.start,
            end: words[last]!.end,
            reason: "These are the words meant for colleagues only, in a text that the public reads.",
            better: "Say in other words what customers notice and can do; causes and names stay inside.",
          },
        ];
      });
  },
};

function wordsWithPlaces(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: word, index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }));
}
