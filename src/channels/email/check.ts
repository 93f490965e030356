import { failing } from "../answer.ts";
import type { ChannelKit, Finding } from "../contract.ts";
import { domainOf, isForExamples, parseAddress } from "./address.ts";
import { dkimOf } from "./dkim.ts";
import { describeServer, readServer } from "./server.ts";
import type { EmailSettings } from "./settings.ts";

/** Reads the key, logs in, reads the list to its end, and sends nothing; ends with what fails first. */
export async function check(
  settings: EmailSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const steps = [
    ["signature", signature],
    ["credential", examples],
    ["credential", credential],
    ["target", target],
  ] as const;
  for (const [name, prove] of steps) {
    try {
      findings.push(...(await prove(settings, kit, signal)));
      if (findings.some(({ level }) => level === "fail")) return findings;
    } catch (error) {
      return [...findings, failing(name, error)];
    }
  }
  return findings;
}

/** A server takes mail for an example as any other: nothing else would ever tell. On loopback they are what one rehearses with. */
function examples({ smtp, from, to }: EmailSettings, { loopbackOnly }: ChannelKit): Finding[] {
  if (readServer(smtp, loopbackOnly).loopback) return [];
  const example = (text: string) => isForExamples(domainOf(parseAddress(text)?.address ?? ""));
  const nobody = to.find(example);
  if (nobody !== undefined)
    return [fail("target", `${nobody} is an example: nobody would hear it`, "give to: an address of yours")];
  return example(from)
    ? [fail("sender", `${from} is an example: receivers refuse it`, "give from: an address of yours")]
    : [];
}

async function credential(settings: EmailSettings, kit: ChannelKit, signal: AbortSignal): Promise<Finding[]> {
  const server = readServer(settings.smtp, kit.loopbackOnly);
  const { logIn } = await import("./client.ts");
  const { encrypted, loggedIn } = await logIn(server, { timeoutMs: kit.timeoutMs, signal });
  const where = describeServer(server);
  return [
    loggedIn || server.login === null
      ? ok(
          "credential",
          loggedIn ? `${where} accepts ${server.login?.user}` : `${where} answers; no login is configured`,
        )
      : warn("credential", `${where} offers no login, so user and password are not used`, "check the port"),
    ...(encrypted || server.loopback
      ? []
      : [warn("encryption", `mail travels readable to ${where}`, "use smtps://, or a server with STARTTLS")]),
  ];
}

function signature(settings: EmailSettings): Finding[] {
  const signer = dkimOf(settings);
  if (signer === null) return [];
  const { domain, selector } = signer;
  return [ok("signature", `mail is signed; receivers ask DNS for ${selector}._domainkey.${domain}`)];
}

async function target(settings: EmailSettings, kit: ChannelKit, signal: AbortSignal): Promise<Finding[]> {
  const from = `from ${settings.from}`;
  if (settings.recipients === undefined)
    return [
      ok("target", `${settings.to.length} ${settings.to.length === 1 ? "address" : "addresses"}, ${from}`),
    ];
  const { readEntries, readSuppressed } = await import("./recipients/read.ts");
  let silent = 0;
  for await (const _ of readSuppressed(settings, kit, signal)) silent++;
  let good = 0;
  let bad = 0;
  let first = "";
  for await (const entry of readEntries(settings, kit, signal)) {
    if ("recipient" in entry) good++;
    else if (bad++ === 0) first = `line ${entry.line}: ${entry.fault}`;
  }
  const suppressed = silent === 0 ? "" : `, ${silent} who must hear nothing`;
  const entries = `${good} ${good === 1 ? "entry" : "entries"} on the list${suppressed}, ${from}`;
  return bad === 0
    ? [ok("target", entries)]
    : [
        warn(
          "target",
          `${entries}; ${bad} that nobody can be written to by, first ${first}`,
          "correct the list",
        ),
      ];
}

function ok(name: string, message: string): Finding {
  return { name, level: "ok", message, hint: null };
}

function fail(name: string, message: string, hint: string): Finding {
  return { name, level: "fail", message, hint };
}

function warn(name: string, message: string, hint: string): Finding {
  return { name, level: "warn", message, hint };
}
