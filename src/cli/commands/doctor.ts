import { deadline } from "../../base/deadline.ts";
import { sayDuration } from "../../base/duration.ts";
import { StatusError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { Speaker } from "../../broadcast/context.ts";
import { ChannelError, type Finding } from "../../channels/contract.ts";
import { KINDS } from "../../channels/registry.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { sharedWithProperty } from "../independence.ts";
import { templateFaults } from "../lint/faults.ts";
import { styleFor } from "../output/style.ts";
import { toldTwice } from "../told-twice.ts";

interface Check extends Finding {
  /** Null for what concerns no single channel. */
  readonly channel: string | null;
}

/** `status doctor`: proves every credential, permission and setting without posting. Exit 0, or 3 where something fails. */
export async function doctor(
  app: App,
  flags: { json?: boolean; plain?: boolean; offline?: boolean },
): Promise<number> {
  const speakers = await app.speakers(true);
  const { stderr, stdout } = app.surroundings;
  if (flags.json !== true)
    stderr.write(`Checking ${count(speakers.length, "channel")}; nothing is posted …\n`);
  const [independence, ledger, templates, ...channels] = await Promise.all([
    checkIndependence(app),
    checkLedger(app, flags.offline === true),
    // A channel that cannot even compose is told of once.
    checkTemplates(
      app,
      speakers.filter(({ setAside }) => setAside === null || isSecret(setAside)),
    ),
    ...speakers.map((speaker) => checkChannel(speaker, app.surroundings.stopping)),
  ]);
  const checks = [
    checkProperty(app),
    ...independence,
    ...checkClock(app.serverTimes),
    ledger,
    ...templates,
    ...twice(app),
    ...channels.flat(),
  ];
  const failed = checks.filter(({ level }) => level === "fail").length;
  if (flags.json === true) stdout.write(`${JSON.stringify({ version: 1, checks })}\n`);
  else {
    const { chalk, symbols } = styleFor(stdout, app.surroundings, flags.plain === true);
    const marks = {
      ok: chalk.green(symbols.good),
      warn: chalk.yellow("!"),
      fail: chalk.red(symbols.bad),
    };
    let heading: string | null | undefined;
    for (const { channel, name, level, message, hint } of checks) {
      if (channel !== heading)
        stdout.write(
          `${heading === undefined ? "" : "\n"}${chalk.bold(channel ?? "status")}${audienceOf(channel, speakers, chalk.dim)}\n`,
        );
      heading = channel;
      stdout.write(`  ${marks[level]} ${name.padEnd(12)} ${oneLine(message)}\n`);
      if (hint !== null && level !== "ok")
        stdout.write(`    ${" ".repeat(12)} ${chalk.dim(oneLine(hint))}\n`);
    }
    const warned = checks.filter(({ level }) => level === "warn").length;
    stdout.write(
      failed > 0
        ? `\n${chalk.red(`${failed} of ${checks.length} checks fail.`)}\n`
        : `\n${chalk.green(`All ${checks.length} checks pass${warned > 0 ? `, ${warned} with a warning` : ""}.`)}\n`,
    );
  }
  return failed > 0 ? EXIT.setup.code : EXIT.ok.code;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function audienceOf(
  channel: string | null,
  speakers: readonly Speaker[],
  dim: (text: string) => string,
): string {
  const speaker = speakers.find(({ name }) => name === channel);
  return speaker === undefined ? "" : dim(` (${speaker.kind}, ${speaker.audience})`);
}

function checkProperty({ config }: App): Check {
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
function twice({ config }: App): Check[] {
  return toldTwice(config.channels).map(({ channel, message, hint }) => ({
    ...{ channel: null, name: "twice", level: "warn" },
    ...{ message: `${channel}: ${message}`, hint },
  }));
}

async function checkIndependence({ config, surroundings }: App): Promise<Check[]> {
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

async function checkLedger(app: App, offline: boolean): Promise<Check> {
  const place = offline ? "this machine's copy" : app.config.store;
  const base = { channel: null, name: "ledger" };
  try {
    const ledger = await app.ledger();
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
      message: `${place} is whole, ${count(incidents.length, "incident")}`,
      hint: null,
    };
  } catch (error) {
    return { ...base, ...fault(error) };
  }
}

/** Words every template for every channel, and measures the result. */
async function checkTemplates({ config, templates, surroundings }: App, speakers: readonly Speaker[]) {
  const now = surroundings.clock.now();
  const { count: checked, faults } = await templateFaults(speakers, config.property, templates, now);
  if (faults.length === 0)
    return [
      {
        ...{ channel: null, name: "templates", level: "ok" as const },
        ...{ message: `${checked} templates fit every channel`, hint: null },
      },
    ];
  return faults.map(({ template, channel, message, hint }) => ({
    ...{ channel: null, name: "template", level: "fail" as const, hint },
    message: [template, channel, message].filter((part) => part !== null && part !== "").join(": "),
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
