import { z } from "zod";
import { excerpt, failing } from "../answer.ts";
import type { ChannelKit, Finding } from "../contract.ts";
import { linkFindings } from "../status-link.ts";
import type { Repository, Session } from "./call.ts";
import { COLLECTION } from "./compose.ts";
import type { BlueskySettings } from "./settings.ts";

const listed = z.object({ records: z.array(z.unknown()) });

/** Four groups of four, as the account's settings give it. */
const APP_PASSWORD = /^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$/i;

/** Logs in and reads the account's posts; puts nothing. */
export async function checkRepository(
  repository: Repository,
  settings: BlueskySettings,
  kit: Pick<ChannelKit, "property">,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let asked = "credential";
  try {
    const session = await repository.session(signal);
    if (!session.active)
      return [
        fail(asked, "the account is out of use", "ask the operators of its server, or configure another"),
      ];
    findings.push(ok(asked, `speaks as @${excerpt(session.handle)}`));
    if (!APP_PASSWORD.test(settings.appPassword.reveal()))
      findings.push({
        name: asked,
        level: "warn",
        message: "the password is none that Bluesky makes for apps",
        hint: "make an app password in the account's settings: it can be revoked alone, and cannot take the account",
      });
    asked = "permission";
    const query = new URLSearchParams({ repo: session.did, collection: COLLECTION, limit: "1" });
    const path = `/com.atproto.repo.listRecords?${query}`;
    const own = listed.safeParse(repository.accept(await repository.call(session, "GET", path, signal)));
    findings.push(
      own.success
        ? ok(asked, "can read its posts: they are looked up and verified")
        : fail(asked, "the server's answer lists no posts", "check the channel's baseUrl"),
    );
    const profile = await readProfile(repository, session, signal);
    findings.push(
      ...linkFindings(kit, "the profile", profile, (to) => `put ${to} into the profile's description`),
    );
  } catch (error) {
    findings.push(failing(asked, error));
  }
  return findings;
}

const described = z.object({ value: z.object({ description: z.string().optional() }) });
const nothingThere = z.object({ error: z.literal("RecordNotFound") });

/** What the profile says; nothing where it cannot be read. An account without a profile says nothing (com.atproto.repo.getRecord, read 2026-11). */
async function readProfile(
  repository: Repository,
  session: Session,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = new URLSearchParams({
    repo: session.did,
    collection: "app.bsky.actor.profile",
    rkey: "self",
  });
  const { status, json } = await repository.call(
    session,
    "GET",
    `/com.atproto.repo.getRecord?${query}`,
    signal,
  );
  if (status === 200) return [described.safeParse(json).data?.value.description ?? ""];
  return nothingThere.safeParse(json).success ? [""] : [];
}

function ok(name: string, message: string): Finding {
  return { name, level: "ok", message, hint: null };
}

function fail(name: string, message: string, hint: string | null): Finding {
  return { name, level: "fail", message, hint };
}
