import { deadline } from "../base/deadline.ts";
import { sayDuration } from "../base/duration.ts";
import { StatusError } from "../base/errors.ts";
import type { Speaker } from "../broadcast/context.ts";
import { ChannelError, type Finding } from "../channels/contract.ts";
import { KINDS } from "../channels/registry.ts";
import { sharedWithProperty } from "../status/independence.ts";
import { templateFaults } from "../status/lint/faults.ts";
import { toldTwice } from "../status/told-twice.ts";
import type { Desk } from "./desk.ts";
import type { Check, DoctorDocument } from "./documents.ts";

/** Proves every credential, permission and setting without posting. `offline` where the ledger is this machine's copy. */
export async function doctor(
  desk: Desk,
  { offline = false }: { readonly offline?: boolean },
): Promise<DoctorDocument> {
  const speakers = await desk.speakers(true);
  const [independence, ledger, templates, ...channels] = await Promise.all([
    checkIndependence(desk),
    checkLedger(desk, offline),
    // A channel that cannot even compose is told of once.
    checkTemplates(
      desk,
      speakers.filter(({ setAside }) => setAside === null || isSecret(setAside)),
    ),
    ...speakers.map((speaker) => checkChannel(speaker, desk.surroundings.stopping)),
  ]);
  return {
    version: 1,
    checks: [
      checkProperty(desk),
      ...independence,
      ...checkClock(desk.serverTimes),
      ledger,
      ...templates,
      ...twice(desk),
      ...channels.flat(),
    ],
  };
}

function checkProperty({ config }: Desk): Check {
  const { statusUrl, name } = config.property;
  const base = { channel: null, name: "property" };
  if (statusUrl === null)
    return {
      ...base,
      level: "warn",
      message: `${name} has no statusUrl: no post can say where to look.`,
      hint: "Set property.statusUrl, or the url of a page channel.",
    };
  return {
    ...base,
    level: "ok",
    message: `${name}; every post links to ${statusUrl}`,
    hint: null,
  };
}

/** Who would hear one update twice. */
function twice({ config }: Desk): Check[] {
  return toldTwice(config.channels).map(({ channel, message, hint }) => ({
    ...{ channel: null, name: "twice", level: "warn" },
    ...{ message: `${channel}: ${message}`, hint },
  }));
}

async function checkIndependence({ config, surroundings }: Desk): Promise<Check[]> {
  const { url, statusUrl } = config.property;
  if (url === null || statusUrl === null || surroundings.drill !== null) return [];
  const shared = await sharedWithProperty({ url, statusUrl }, surroundings.names);
  const base = { channel: null, name: "independent" };
  if (shared === "unknown")
    return [
      {
        ...base,
        level: "warn",
        message: `${statusUrl} and ${url} cannot be compared: one of their names cannot be resolved here`,
        hint: "Check both addresses, and this machine's DNS.",
      },
    ];
  if (shared.length === 0)
    return [
      {
        ...base,
        level: "ok",
        message: `${statusUrl} shares no host, domain, address or name server with ${url}`,
        hint: null,
      },
    ];
  return [
    {
      ...base,
      level: "warn",
      message: `${statusUrl} shares ${shared.join(" and ")} with ${url}: what takes one down may take both`,
      hint: "Host the status page elsewhere, under a domain of its own.",
    },
  ];
}

/** More than this, and signatures are refused and promises are told wrongly. */
const SKEW_MS = 60_000;

/** This machine's clock beside those of the vendors that answered. */
function checkClock(serverTimes: readonly { host: string; server: Date; local: Date }[]): Check[] {
  const [worst] = [...serverTimes].sort((a, b) => Math.abs(skew(b)) - Math.abs(skew(a)));
  if (worst === undefined) return [];
  const base = { channel: null, name: "clock" };
  if (Math.abs(skew(worst)) <= SKEW_MS)
    return [{ ...base, level: "ok", message: "this machine's clock agrees with the vendors'", hint: null }];
  const apart = `${sayDuration(skew(worst))} ${skew(worst) > 0 ? "ahead of" : "behind"}`;
  return [
    {
      ...base,
      level: "warn",
      message: `this machine's clock is ${apart} that of ${worst.host}`,
      hint: "Set the clock, or let it be kept by NTP.",
    },
  ];
}

function skew({ server, local }: { server: Date; local: Date }): number {
  return local.getTime() - server.getTime();
}

async function checkLedger(desk: Desk, offline: boolean): Promise<Check> {
  const place = offline ? "this machine's copy" : desk.config.store;
  const base = { channel: null, name: "ledger" };
  try {
    const ledger = await desk.ledger();
    const [incidents, wrong] = await Promise.all([ledger.incidents(), ledger.health()]);
    if (wrong !== null)
      return {
        ...base,
        level: "fail",
        message: `${place}: ${wrong}`,
        hint: "Keep a copy of the ledger, and mend that before you rely on it.",
      };
    return {
      ...base,
      level: "ok",
      message: `${place} is whole, ${incidents.length} incident${incidents.length === 1 ? "" : "s"}`,
      hint: null,
    };
  } catch (error) {
    return { ...base, ...fault(error) };
  }
}

/** Words every template for every channel, and measures the result. */
async function checkTemplates({ config, templates, surroundings }: Desk, speakers: readonly Speaker[]) {
  const now = surroundings.clock.now();
  const { count: checked, faults } = await templateFaults(speakers, config.property, templates, now);
  if (faults.length === 0)
    return [
      {
        ...{ channel: null, name: "templates", level: "ok" as const },
        ...{ message: `${checked} templates fit every channel`, hint: null },
      },
    ];
  return faults.map(({ template, channel, channels, message, hint }) => ({
    ...{ channel: null, name: "template", level: "fail" as const, hint },
    message: [template, channels?.join(", ") ?? channel, message]
      .filter((part) => part !== null && part !== "")
      .join(": "),
  }));
}

async function checkChannel(speaker: Speaker, stopping: AbortSignal): Promise<Check[]> {
  const { name: channel, setAside, timeoutMs } = speaker;
  if (setAside !== null)
    return [
      {
        channel,
        name: isSecret(setAside) ? "secret" : "kind",
        level: "fail",
        message: setAside.message,
        hint: Object.hasOwn(KINDS, speaker.kind)
          ? [setAside.hint, `How to get one: status init --guide ${speaker.kind}`].filter(Boolean).join(" — ")
          : setAside.hint,
      },
    ];
  const limit = deadline(timeoutMs * 2, stopping);
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () =>
      reject(new Error(`no answer within ${(timeoutMs * 2) / 1000} s`)),
    );
  });
  try {
    const findings = await Promise.race([speaker.channel.check(limit.signal), late]);
    // Colleagues know the way.
    const asked = findings.filter(({ name }) => name !== "link" || speaker.audience === "public");
    return asked.map((finding) => ({ channel, ...finding }));
  } catch (error) {
    return [{ channel, name: "reachable", ...fault(error) }];
  } finally {
    limit.end();
  }
}

function isSecret({ code }: { readonly code: string }): boolean {
  return code.startsWith("SECRET_");
}

function fault(error: unknown): Pick<Finding, "level" | "message" | "hint"> {
  if (error instanceof StatusError || error instanceof ChannelError)
    return { level: "fail", message: error.message, hint: error.hint };
  return {
    level: "fail",
    message: error instanceof Error ? error.message : String(error),
    hint: null,
  };
}
