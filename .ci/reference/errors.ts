import { anchorOf, GENERATED } from "./markdown.ts";
import { readModules } from "./source.ts";
import { everyThrown, type State, type Thrown } from "./thrown.ts";

interface Area {
  readonly title: string;
  readonly holds: (thrown: Thrown) => boolean;
}

const below = (folder: string) => (thrown: Thrown) => thrown.module.startsWith(`${folder}/`);
const blamed = (state: State) => (thrown: Thrown) => thrown.states.includes(state);

const CHANNELS: Readonly<Record<string, string>> = {
  twitter: "X",
  email: "Mail",
  discourse: "Discourse",
  slack: "Slack",
  discord: "Discord",
  teams: "Microsoft Teams",
  webhook: "Webhooks",
  nodebb: "NodeBB",
  apprise: "Apprise",
  command: "Programs of your own",
  statuspage: "Statuspage",
  mastodon: "Mastodon",
  bluesky: "Bluesky",
  page: "The status page",
};

/** What a channel's codes begin with, where that is not its kind. */
const PREFIXES: Readonly<Record<string, string>> = { twitter: "X", email: "MAIL" };

/** Whether the error is one of this kind of channel, also where the code that makes it is shared by several. */
const ofKind = (kind: string) => (thrown: Thrown) =>
  below(`channels/${kind}`)(thrown) ||
  (/^channels\/[\w-]+\.ts$/.test(thrown.module) &&
    thrown.code.startsWith(`${PREFIXES[kind] ?? kind.toUpperCase()}_`));

const AREAS: readonly Area[] = [
  { title: "Configuration and secrets", holds: below("config") },
  { title: "Templates and words", holds: below("render") },
  { title: "The ledger", holds: below("store") },
  ...Object.entries(CHANNELS).map(([kind, title]) => ({ title, holds: ofKind(kind) })),
  { title: "Any channel", holds: (thrown) => below("channels")(thrown) || below("broadcast")(thrown) },
  { title: "What was typed", holds: blamed("usage") },
  { title: "Refused before anything was public", holds: blamed("refused") },
  { title: "What surrounds the command", holds: () => true },
];

const MEANING: Readonly<Record<State, string>> = {
  usage: "exit 2",
  setup: "exit 3",
  refused: "exit 4",
  "post not-sent": "not sent",
  "post refused": "refused",
  "post unknown": "unknown",
  finding: "said by `status lint`",
  result: "in a result",
};

/** Every error code that the sources can report, with the words that come with it. */
export function errorsReference(root: string): string {
  const all = everyThrown(readModules(root));
  const areas = AREAS.map(({ title }) => ({ title, codes: new Map<string, Thrown[]>() }));
  for (const thrown of all) {
    const index = AREAS.findIndex(({ holds }) => holds(thrown));
    const { codes } = areas[index]!;
    codes.set(thrown.code, [...(codes.get(thrown.code) ?? []), thrown]);
  }
  const filled = areas.filter(({ codes }) => codes.size > 0);
  return [
    "# Errors",
    GENERATED,
    "Every error says what failed, why, and what to type next, and ends in its code: `error: … [INCIDENT_UNKNOWN]`. With `--json` the" +
      " code stands in `error.code`, for the whole command or for one delivery. Codes do not change; the words may." +
      " What only the running program knows stands here in ‹brackets›.",
    "A failure of the whole command has an exit code: 2 what was typed, 3 what is set up, 4 refused before anything was public." +
      " A channel's error concerns its own post, and says what became of it: **not sent** — surely nothing went out, and it is tried" +
      " again, at the latest by `status retry`; **refused** — surely nothing went out, and nothing will until what is named is mended;" +
      " **unknown** — it may be out, so nothing is repeated until a look, or a person, has settled it: `status retry`.",
    filled.map(({ title, codes }) => `[${title}](#${anchorOf(title)}) (${codes.size})`).join(" · "),
    ...filled.map(({ title, codes }) =>
      [
        `## ${title}`,
        ...[...codes]
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([code, ways]) => entry(code, ways)),
      ].join("\n\n"),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

function entry(code: string, ways: readonly Thrown[]): string {
  const states = [...new Set(ways.flatMap((way) => way.states))].map((state) => MEANING[state]);
  const lines = ways.map(({ message, hint }) => {
    const what = message === null || NOBODYS.test(message) ? "Its message names the reason." : ended(message);
    return `${literal(what)}${hint === null || NOBODYS.test(hint) ? "" : ` → ${literal(hint)}`}`;
  });
  const unique = [...new Set(lines)];
  const body = unique.length === 1 ? unique[0]! : unique.map((line) => `- ${line}`).join("\n");
  const heading = code.includes("‹") ? `${code}, any other` : code;
  return `### ${heading}\n\n${states.length === 0 ? "" : `*${states.join(", or ")}* · `}${unique.length === 1 ? body : `\n\n${body}`}`.replace(
    / · \n/,
    "\n",
  );
}

/** Only the running program knows any of it. */
const NOBODYS = /^(?:‹[^›]*›|\W)*$/;

function ended(text: string): string {
  return /[.!?:…›`")]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** Words of the code on one line, with nothing that Markdown would read as its own. */
function literal(text: string): string {
  return text
    .replace(/\s*\n\s*/g, " ")
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[<>*_\\[\]|]/g, "\\$&")))
    .join("");
}
