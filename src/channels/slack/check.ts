import { excerpt, type Fields, isRecord } from "../answer.ts";
import { ChannelError, type ChannelKit, type Finding } from "../contract.ts";
import { linkFindings } from "../status-link.ts";
import type { Caller } from "./call.ts";

/** Proves the token, the channel and the right to read it, without posting. */
export async function checkSlack(
  call: Caller,
  channel: string,
  kit: Pick<ChannelKit, "property">,
): Promise<readonly Finding[]> {
  let scopes: readonly string[] | null = null;
  const credential = await attempt("credential", "fail", async () => {
    const { fields, headers } = await call("auth.test", {});
    scopes = headers["x-oauth-scopes"]?.split(",").map((scope) => scope.trim()) ?? null;
    return ok("credential", `speaks as ${said(fields.user)} in ${said(fields.team)} (${said(fields.url)})`);
  });
  if (credential.level === "fail") return [credential];
  let link: readonly Finding[] = [];
  const [target, reading] = await Promise.all([
    attempt("target", "fail", async () => {
      const { fields } = await call("conversations.info", { channel });
      const info = isRecord(fields.channel) ? fields.channel : {};
      link = linkFindings(kit, "the channel's topic", [textIn(info.topic), textIn(info.purpose)], setTopic);
      return targetFinding(info, channel, scopes);
    }),
    attempt("permission", "warn", async () => {
      await call("conversations.history", {
        channel,
        limit: 1,
        include_all_metadata: true,
      });
      return ok("permission", "can read the channel: posts are looked up and verified");
    }),
  ]);
  return [credential, ...writeFindings(scopes), target, reading, ...link];
}

/** Bookmarks would need a scope that posting does not. */
function setTopic(link: string): string {
  return `type in the channel: /topic ${link}`;
}

function textIn(part: unknown): string | null {
  return isRecord(part) && typeof part.value === "string" ? part.value : null;
}

/** The finding of one question to Slack; an error becomes a finding as well. */
async function attempt(name: string, level: "warn" | "fail", ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    // Posting needs no right to look at the channel, so its absence is no failure.
    const lacksScope = error.code === "SLACK_MISSING_SCOPE";
    return {
      name,
      level: lacksScope ? "warn" : level,
      message: error.message,
      hint: error.hint,
    };
  }
}

function writeFindings(scopes: readonly string[] | null): readonly Finding[] {
  if (scopes === null) return [];
  if (scopes.includes("chat:write"))
    return [ok("permission", "may post (chat:write)"), ...surplusFindings(scopes)];
  const hint = "add the scope chat:write to the app and install it again";
  return [
    {
      name: "permission",
      level: "fail",
      message: "may not post: chat:write is missing",
      hint,
    },
  ];
}

/** All that posting, looking up, correcting and checking need. */
export const NEEDED: readonly string[] = [
  "chat:write",
  "chat:write.public",
  "channels:history",
  "channels:read",
  "groups:history",
  "groups:read",
];

/** A token that may do more than it needs is worth more to a thief. */
function surplusFindings(scopes: readonly string[]): readonly Finding[] {
  const surplus = scopes
    .filter((scope) => scope !== "" && !NEEDED.includes(scope))
    .map((scope) => excerpt(scope));
  if (surplus.length === 0) return [];
  return [
    {
      name: "permission",
      level: "warn",
      message: `may do more than it needs: ${surplus.join(", ")}`,
      hint: "remove these scopes from the app and install it again",
    },
  ];
}

function targetFinding(info: Fields, channel: string, scopes: readonly string[] | null): Finding {
  const label = typeof info.name === "string" ? `#${said(info.name)}` : channel;
  if (info.is_archived === true) {
    const hint = "unarchive it, or configure another channel";
    return {
      name: "target",
      level: "fail",
      message: `${label} is archived`,
      hint,
    };
  }
  if (info.is_member === false) {
    // With chat:write.public an app posts in public channels that it has not joined.
    const level = scopes === null || scopes.includes("chat:write.public") ? "warn" : "fail";
    const hint = `type /invite and the app's name in ${label}`;
    return {
      name: "target",
      level,
      message: `the app is not a member of ${label}`,
      hint,
    };
  }
  return ok("target", `posts to ${label}`);
}

function ok(name: string, message: string): Finding {
  return { name, level: "ok", message, hint: null };
}

/** A name that Slack gave, made fit to print. */
function said(value: unknown): string {
  return typeof value === "string" ? excerpt(value) : "?";
}
