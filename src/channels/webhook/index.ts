import { failing } from "../answer.ts";
import type { Manners } from "../call-place.ts";
import { ChannelError, type ChannelKit, type Finding, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { findHook, type Hook, hookAt, postToHook } from "../hook.ts";
import { composeDocument } from "./compose.ts";
import { type WebhookSettings, webhookSettings } from "./settings.ts";
import { readSecrets, signatureHeaders } from "./sign.ts";

/**
 * Sends each update as a signed JSON document (Standard Webhooks) to a receiver of the user's own.
 * What the receiver does with it nobody can read back, change or withdraw.
 */
export const webhook = defineKind({
  kind: "webhook",
  title: "Webhook",
  guide: async () => (await import("./guide.ts")).guide,
  settings: webhookSettings,
  secrets: ["url", "secret"],
  connect(settings, kit) {
    return {
      compose: (message, context) => [composeDocument(message, context, kit.property, kit.locale)],
      publish: (post, _place, signal) => publish(settings, post, kit, signal),
      check: (signal) => check(settings, kit, signal),
    };
  },
});

const MANNERS: Manners = {
  prefix: "WEBHOOK",
  who: "the receiver",
  mend: "check the channel's address, and that the receiver has the same secret",
};

/** Throws ChannelError `refused` where nothing could be sent. */
function open(settings: WebhookSettings): Hook {
  const secrets = readSecrets(settings.secret);
  if (secrets === null)
    throw new ChannelError(
      "refused",
      "WEBHOOK_SECRET_MALFORMED",
      "the channel's secret is none to sign with",
      {
        hint: "it reads whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)",
      },
    );
  const hook = hookAt(settings.url, settings.baseUrl, secrets);
  if (hook !== null) return hook;
  throw new ChannelError("refused", "WEBHOOK_ADDRESS_MALFORMED", "the channel's url is no https address", {
    hint: "give the receiver's whole address, https:// included",
  });
}

async function publish(
  settings: WebhookSettings,
  post: Post,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<Receipt> {
  const hook = open(settings);
  const body = JSON.stringify(post.payload);
  const headers = signatureHeaders(post.key, kit.clock.now(), body, readSecrets(settings.secret) ?? []);
  try {
    const answer = await postToHook(hook, body, headers, MANNERS, kit, signal);
    return { remoteId: post.key, url: null, extra: { status: answer.status } };
  } catch (error) {
    if (!(error instanceof ChannelError) || error.fate !== "unknown" || !settings.deduplicates) throw error;
    // What the receiver has already it does not do again, so that the same post may simply go out once more.
    throw new ChannelError("not-sent", error.code, error.message, {
      hint: "the receiver drops what it has already: type: status retry",
      cause: error,
    });
  }
}

async function check(
  settings: WebhookSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const hook = open(settings);
    const count = readSecrets(settings.secret)?.length ?? 0;
    const signed = count === 1 ? "signs with one secret" : `signs with ${count} secrets`;
    return [
      { name: "credential", level: "ok", message: signed, hint: null },
      await findHook(hook, MANNERS, kit, signal),
    ];
  } catch (error) {
    return [failing("credential", error)];
  }
}
