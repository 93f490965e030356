import { z } from "zod";
import { excerpt, failing } from "../answer.ts";
import type { ChannelKit, Finding } from "../contract.ts";
import { linkFindings } from "../status-link.ts";
import type { Server } from "./call.ts";
import { readAccount, readOwnStatuses } from "./read.ts";
import type { MastodonSettings } from "./settings.ts";

/** Mastodon's own; other software that speaks its interface may reserve more. */
const RESERVED_PER_ADDRESS = 23;

const instance = z.object({
  title: z.string(),
  configuration: z.object({
    statuses: z.object({
      max_characters: z.int().positive(),
      characters_reserved_per_url: z.int().nonnegative().optional(),
    }),
  }),
});

/** Proves the token, the server's limits and the right to read, without posting. */
export async function checkServer(
  server: Server,
  settings: MastodonSettings,
  kit: Pick<ChannelKit, "property">,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const [limits, account] = await Promise.all([
    attempt("target", async () => {
      const answer = await server.call("GET", "/api/v2/instance", signal);
      const found = instance.safeParse(server.accept(answer)).data;
      return found === undefined ? [noInstance()] : judgeLimits(found, settings);
    }),
    attempt("credential", async () => {
      const { id, acct, note, fields = [] } = await readAccount(server, signal);
      const profile = [note, ...fields.map(({ value }) => value)];
      const own = await readOwnStatuses(server, id, { before: null, limit: 1 }, signal);
      return [
        ok("credential", `speaks as @${excerpt(acct)}, ${settings.visibility} posts`),
        readingFinding(own),
        ...linkFindings(
          kit,
          "the profile",
          profile,
          (to) => `put ${to} into the profile, as a field of its own`,
        ),
      ];
    }),
  ]);
  return [...limits, ...account];
}

async function attempt(name: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await ask();
  } catch (error) {
    return [failing(name, error)];
  }
}

function judgeLimits(
  { title, configuration }: z.infer<typeof instance>,
  { characters }: MastodonSettings,
): readonly Finding[] {
  const { max_characters: most, characters_reserved_per_url: reserved } = configuration.statuses;
  const findings = [ok("target", `the server ${excerpt(title)}`)];
  if (most < characters)
    findings.push({
      name: "limits",
      level: "fail",
      message: `the server takes ${most} characters, and the channel counts on ${characters}`,
      hint: `set the channel's characters to ${most}`,
    });
  else findings.push(ok("limits", `posts of ${characters} characters; the server takes ${most}`));
  if (reserved !== undefined && reserved > RESERVED_PER_ADDRESS)
    findings.push({
      name: "limits",
      level: "warn",
      message: `the server counts an address as ${reserved} characters, not as ${RESERVED_PER_ADDRESS}`,
      hint: `lower the channel's characters by ${2 * (reserved - RESERVED_PER_ADDRESS)}`,
    });
  return findings;
}

/** Mastodon tells nobody what a token may do: the right to post shows with the first post. */
function readingFinding(own: readonly unknown[] | null): Finding {
  if (own !== null)
    return ok(
      "permission",
      "can read its posts: they are looked up and verified; whether it may post is not told",
    );
  return {
    name: "permission",
    level: "warn",
    message: "the server's answer shows none of the account's posts",
    hint: "give the application read:statuses",
  };
}

function noInstance(): Finding {
  return {
    name: "target",
    level: "fail",
    message: "the server does not tell its limits",
    hint: "check the channel's baseUrl: it takes Mastodon 4 or what speaks its interface",
  };
}

function ok(name: string, message: string): Finding {
  return { name, level: "ok", message, hint: null };
}
