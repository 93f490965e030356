import { RULES, type Rule } from "../../../src/render/wording/policy.ts";
import { ENDED, OPEN, type Sample } from "./corpus.ts";
import { HELD_OUT } from "./corpus-held-out.ts";
import { RETIRED } from "./corpus-retired.ts";
import { TUNED } from "./corpus-tuned.ts";
import { tally } from "./tally.ts";

export interface Example {
  /** What the rule looks for. */
  readonly about: string;
  /** Words that the rule has something against. */
  readonly instead: string;
  /** Words that no rule has anything against. */
  readonly write: string;
  /** What else has to be so. */
  readonly given?: Omit<Sample, "message" | "expect">;
}

/** For each rule what it is about, and words before and after. */
export const EXAMPLES: Readonly<Record<Rule, Example>> = {
  secret: {
    about:
      "tokens, keys and passwords in the shapes that issuers give them, and `password=…` with a value that looks like one; on internal channels too",
    instead: "Retry with password=Xk9wq2tr0",
    write: "Retry with the new password from the vault.",
  },
  "private-host": {
    about:
      "names of machines: `.internal`, `.local`, `.corp`, `.lan`, `localhost`, server and pod names, and your `hosts`",
    instead: "Restarted web-prod-03.",
    write: "We restarted the web shop.",
  },
  "ip-address": {
    about: "IPv4 and IPv6 addresses; not versions, not well-known name servers",
    instead: "Traffic from 203.0.113.17 is refused.",
    write: "Some customers in Spain are refused.",
  },
  "stack-trace": {
    about: "a program's own messages: Java, Python, Node, Go, .NET, Ruby, PHP, Rust",
    instead: "Pay shows NullPointerException.",
    write: "Pay shows an error page.",
  },
  ticket: {
    about: "your `tickets` keys with a number",
    instead: "We follow this as OPS-4711.",
    write: "We follow this and tell you here.",
  },
  "recovery-time": {
    about:
      "promises of when it works again, in English, German and Spanish; not the next update, not planned work",
    instead: "It will be fixed by 14:00.",
    write: "We speak again at 14:00.",
  },
  "internal-text": {
    about: "six words in a row, or all, of what `--internal` says, in what the public reads",
    instead: "The primary ran out of disk after the import.",
    write: "Orders are refused since 09:40.",
    given: { internal: "The primary ran out of disk after the import." },
  },
  unrendered: {
    about: "leftovers of templates and programs: `{{ … }}`, `%s`, `[object Object]`, `undefined`, `TODO`",
    instead: "Hello {{ name }}, payments fail.",
    write: "Payments fail.",
  },
  "test-text": {
    about: "texts that are evidently a test, on live channels",
    instead: "This is a test.",
    write: "We are testing a repair.",
  },
  guess: {
    about:
      "“probably”, “we think”, “seems to be”, “might be caused by” and their like in the three languages",
    instead: "It is probably the network.",
    write: "We do not know the cause yet.",
  },
  vendor: {
    about: "your `vendors`, in a public text",
    instead: "Examplecloud is down.",
    write: "Pictures do not load.",
  },
  staff: {
    about: "your `staff`, in a public text",
    instead: "Jane Doe is looking into it.",
    write: "We are looking into it.",
  },
  outage: {
    about:
      "“outage”, “Ausfall”, “interrupción”, “caída” where the impact is below critical; not a part's own state",
    instead: "We have an outage of the search.",
    write: "The search finds nothing.",
  },
  repetition: {
    about: "the same words as last time on a channel, times and filling words aside",
    instead: "We are still looking for the cause.",
    write: "We ruled out the network, and now look at the new release.",
    given: {
      before:
        "Payments fail\n\nWe are looking for the cause.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    },
  },
  "no-next-update": {
    about: "an update of an open incident that does not say when the next one comes",
    instead: "`--next-update none`",
    write: "`--next-update 30m`",
    given: { facts: { ...OPEN, nextUpdateAt: null } },
  },
  "no-data-sentence": {
    about: "an end without a word on whether data was lost or seen by others",
    instead: "Payments work again.",
    write: "Payments work again. No order was lost.",
    given: { facts: { ...ENDED, data: null } },
  },
  "state-mismatch": {
    about:
      "“resolved” while the incident stays open, “still failing” while it ends, or an end with a part that is not well",
    instead: "The problem has been resolved.",
    write: "One of two faults is repaired.",
  },
  "stock-apology": {
    about: "the apology for “any inconvenience”, in the three languages",
    instead: "We apologize for any inconvenience.",
    write: "We are sorry that you could not pay this morning.",
  },
};

/** The rules as a table for docs/wording.md. */
export function rulesAsMarkdown(): string {
  const rows = Object.entries(EXAMPLES).map(
    ([rule, { about, instead, write }]) =>
      `| \`${rule}\` | ${RULES[rule as Rule]} | ${about} | ${instead} | ${write} |`,
  );
  return [
    "| rule | level | looks for | instead of | write |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** What the rules find in the corpus, as a table for docs/wording.md. */
export function figuresAsMarkdown(): string {
  const tuned = tally([...TUNED, ...RETIRED]);
  const held = tally(HELD_OUT);
  const row = (name: string, ...counts: readonly (typeof tuned)[Rule][]) =>
    `| ${name} | ${counts.map(({ hits, misses, alarms }) => `${hits} | ${misses} | ${alarms}`).join(" | ")} |`;
  const sum = (counts: typeof tuned) =>
    Object.values(counts).reduce(
      (all, { hits, misses, alarms }) => ({
        hits: all.hits + hits,
        misses: all.misses + misses,
        alarms: all.alarms + alarms,
      }),
      { hits: 0, misses: 0, alarms: 0 },
    );
  const good = (samples: readonly Sample[]) => samples.filter(({ expect }) => expect.length === 0).length;
  const size = (samples: readonly Sample[]) =>
    `${samples.length} updates, ${good(samples)} of them good as they are`;
  return [
    `Tuned with: ${size([...TUNED, ...RETIRED])}. Held out: ${size(HELD_OUT)}.`,
    "",
    "| rule | tuned: hits | misses | false alarms | held out: hits | misses | false alarms |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...(Object.keys(RULES) as Rule[]).map((rule) => row(`\`${rule}\``, tuned[rule], held[rule])),
    row("**all**", sum(tuned), sum(held)),
  ].join("\n");
}
