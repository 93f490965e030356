import type { z } from "zod";
import { deadline } from "../base/deadline.ts";
import { setupError } from "../base/errors.ts";
import { excerpt } from "./answer.ts";
import { type Channel, ChannelError, type Finding, type Post, type Receipt, TooLong } from "./contract.ts";
import type { OwnChannel } from "./own.ts";
import { errors, findings, posts, receipts, searches, verdicts } from "./own-answers.ts";
import { causeOf, isOf, wordsOf } from "./own-fault.ts";
import { frozenCopy } from "./own-kit.ts";

/** Whose fault it is, for errors. */
interface Origin {
  /** The file or package. */
  readonly from: string;
  readonly channel: string;
}

/**
 * An own channel as the engine may rely on it. The module may carry a copy of `status` of its own, so errors are told by what
 * they hold and not by their class. A fault in it is `unknown` where something may be out, and never stops other channels.
 */
export function guarded(connect: () => OwnChannel, origin: Origin): Channel {
  let channel: OwnChannel;
  let optional: {
    readonly [Name in "find" | "verify" | "amend" | "remove" | "close"]: OwnChannel[Name] | undefined;
  };
  try {
    channel = connect();
    if (typeof channel?.compose !== "function" || typeof channel.publish !== "function")
      throw new TypeError("connect returns no channel: compose and publish are what every channel has");
    if (typeof channel.check !== "function") throw new TypeError("the channel has no check");
    const { find, verify, amend, remove, close } = channel;
    optional = { find, verify, amend, remove, close };
  } catch (error) {
    throw setupError(
      "OWN_KIND_BROKEN",
      `${origin.from} cannot connect: ${wordsOf(error)}`,
      mend(origin),
      causeOf(error),
    );
  }
  const receipt = (value: unknown): Receipt => {
    const { url, remoteId, extra, pending } = fitting(receipts, value, "a receipt", origin);
    return { remoteId, url, extra, ...(pending === undefined ? {} : { pending }) };
  };
  const { find, verify, amend, remove, close } = optional;
  return {
    compose: (message, { keyOf, ...facts }) =>
      composed(
        () => channel.compose(frozenCopy(message), Object.freeze({ keyOf, ...frozenCopy(facts) })),
        origin,
      ),
    publish: (...given) =>
      attempt(async () => receipt(await within(() => channel.publish(...given), given[2])), origin),
    check: async (signal) => {
      try {
        return fitting(findings, await within(() => channel.check(signal), signal), "findings", origin);
      } catch (error) {
        const { message, hint } = asChannelError(error, origin);
        return [{ name: "check", level: "fail", message, hint: hint ?? mend(origin) } satisfies Finding];
      }
    },
    ...(find === undefined
      ? {}
      : {
          async find(...given) {
            try {
              const looking = await within(() => find.apply(channel, given), given[3]);
              const search = fitting(searches, looking, "a search", origin);
              return search.found === null ? search : { found: receipt(search.found) };
            } catch (error) {
              return { found: null, conclusive: false, reason: asChannelError(error, origin).message };
            }
          },
        }),
    ...(verify === undefined
      ? {}
      : {
          async verify(...given) {
            try {
              const verdict = await within(() => verify.apply(channel, given), given[3]);
              return fitting(verdicts, verdict, "a verdict", origin);
            } catch (error) {
              return { state: "cannot", note: asChannelError(error, origin).message };
            }
          },
        }),
    ...(amend === undefined
      ? {}
      : {
          amend: (...given) =>
            attempt(async () => receipt(await within(() => amend.apply(channel, given), given[2])), origin),
        }),
    ...(remove === undefined
      ? {}
      : {
          remove: (...given) => attempt(() => within(() => remove.apply(channel, given), given[1]), origin),
        }),
    ...(close === undefined
      ? {}
      : {
          close: async () => {
            const limit = deadline(CLOSING_MS);
            await within(async () => close.apply(channel), limit.signal).finally(limit.end);
          },
        }),
  };
}

/** So long may a module take to let go. */
const CLOSING_MS = 1000;

/** What is promised, or a fault when the time is up: a promise that never settles must not hold what others do. */
function within<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new ChannelError("not-sent", "OWN_KIND_NOT_ASKED", "stopped before it began");
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error("it did not answer in time"));
    signal.addEventListener("abort", late, { once: true });
    // Not everything that is called a promise is one.
    void (async () => run())()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", late));
  });
}

function composed(compose: () => unknown, origin: Origin): readonly Post[] {
  try {
    const made = fitting(posts, compose(), "posts", origin);
    return made.map(({ standAlone, ...post }) => ({
      ...post,
      ...(standAlone === undefined ? {} : { standAlone }),
    }));
  } catch (error) {
    const { name, message: words } = causeOf(error);
    if (name === "TooLong") throw new TooLong(words);
    const { message } = asChannelError(error, origin);
    throw setupError(
      "OWN_KIND_BROKEN",
      `${origin.channel}: ${message}`,
      `${mend(origin)} To go on without this channel: add --except ${origin.channel}`,
      causeOf(error),
    );
  }
}

async function attempt<T>(run: () => Promise<T>, origin: Origin): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asChannelError(error, origin);
  }
}

/** Given as an answer, and not what the contract says. */
class Misfit extends Error {}

function fitting<T>(schema: z.ZodType<T>, value: unknown, what: string, { from }: Origin): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.join(".") ?? "";
  throw new Misfit(
    `${from} gives no valid ${what.replace(/^an? /, "")}${place === "" ? "" : ` (${place})`}: ${issue?.message ?? ""}`,
  );
}

/** What was thrown, as the contract has it; anything but a ChannelError is a fault in the module, and leaves all open. */
function asChannelError(error: unknown, origin: Origin): ChannelError {
  const cause = causeOf(error);
  const read = readError(error);
  if (read !== null) {
    const { fate, code, message, hint, retryAt, standAlone } = read;
    return new ChannelError(fate, code, message, { hint, retryAt, standAlone, cause });
  }
  const hint = `the post may be out: look before posting again. ${mend(origin)}`;
  if (isOf(error, Misfit))
    return new ChannelError("unknown", "OWN_KIND_BROKEN", excerpt(error.message), { hint, cause });
  return new ChannelError(
    "unknown",
    "OWN_KIND_BROKEN",
    excerpt(`${origin.from} failed in a way it should not: ${wordsOf(error)}`),
    { hint, cause },
  );
}

/** What throws when it is read is no ChannelError. */
function readError(error: unknown): z.output<typeof errors> | null {
  try {
    return errors.safeParse(error).data ?? null;
  } catch {
    return null;
  }
}

function mend({ from }: Origin): string {
  return `Mend ${from}; its conformance test shows where it strays from the contract.`;
}
