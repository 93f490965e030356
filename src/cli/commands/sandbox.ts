import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { setupError, usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { amazon2010 } from "../../sandbox/scenarios/amazon-2010.ts";
import { idsOf } from "../../sandbox/scenarios/scenario.ts";
import { isQuiet, newsOf } from "../../sandbox/wall/news.ts";
import { EXIT } from "../exit-codes.ts";
import { sayNews } from "../output/news.ts";
import { styleFor } from "../output/style.ts";
import { channelsOn, MORE_CHANNELS, type Property, USUAL_CHANNELS } from "../rehearsal.ts";
import { type Surroundings, verbatim } from "../surroundings.ts";

interface SandboxFlags {
  readonly port?: string;
  readonly channel?: readonly string[];
  readonly output?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

const LOOK_EVERY_MS = 250;
/** All imitations listen side by side. */
const PORTS = 12;
const LAST_PORT = 65_535 - PORTS + 1;

/** `status sandbox`: keeps the imitations running until Ctrl-C, with a ready configuration, and shows what arrives. */
export async function sandbox(surroundings: Surroundings, flags: SandboxFlags): Promise<number> {
  const port = flags.port === undefined ? 0 : Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > LAST_PORT || (port > 0 && port < 1024))
    throw usageError(
      "PORT_UNREADABLE",
      `--port ${flags.port} is no port.`,
      `Give a number from 1024 to ${LAST_PORT}; the next ${PORTS - 1} are taken as well.`,
    );
  const wanted = channelsOf(flags.channel ?? []);
  const { stdout, stderr, stopping } = surroundings;
  const running = await startSandbox({
    clock: surroundings.clock,
    hostedComponents: idsOf(amazon2010.components),
    ...(port === 0 ? {} : { httpPort: port, smtpPort: port + 4 }),
  }).catch((error: NodeJS.ErrnoException) => {
    throw setupError(
      "SANDBOX_PORT_TAKEN",
      `The sandbox cannot listen: ${error.message}.`,
      "Leave --port out, or give another.",
    );
  });
  const passing = flags.output === undefined ? mkdtempSync(join(tmpdir(), "status-sandbox-")) : null;
  try {
    const file =
      passing !== null ? join(passing, ".statusrc") : resolve(surroundings.cwd, flags.output ?? "");
    const config = {
      property: amazon2010.property,
      components: amazon2010.components,
      channels: channelsOn(wanted, running),
      store: "status.db",
    };
    const text = `# Reaches imitations on this machine only, while \`status sandbox\` runs.\n${stringify(config)}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, {
      mode: 0o600,
      flag: flags.output === undefined ? "w" : "wx",
    });
    if (flags.json === true)
      stdout.write(`${JSON.stringify({ version: 1, config: file, channels: config.channels })}\n`);
    else {
      verbatim(stdout, `${text}\n`);
      stderr.write(
        `The imitations are running. In another terminal:\n\n  export STATUS_CONFIG=${file}\n  status announce\n\n${
          "page" in wanted ? `The page is written to ${join(dirname(file), "public", "index.html")}\n` : ""
        }Ctrl-C ends it${passing === null ? "" : ", and takes that folder away"}.\n\n`,
      );
    }
    let before = { world: structuredClone(running.world()), pageHtml: null };
    const style = styleFor(stderr, surroundings, flags.plain === true);
    while (!stopping.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => {});
      const now = { world: structuredClone(running.world()), pageHtml: null };
      const news = newsOf(now, before);
      before = now;
      if (flags.json !== true && !isQuiet(news)) stderr.write(`${sayNews(news, style)}\n`);
    }
    return EXIT.ok.code;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw setupError(
        "FILE_EXISTS",
        `${flags.output} is there already and is not overwritten.`,
        "Name another file with --output.",
      );
    throw error;
  } finally {
    await running.close();
    if (passing !== null) rmSync(passing, { recursive: true, force: true });
  }
}

/** The demonstration's channels; or those of the kinds that were asked for, by the names they have there. */
function channelsOf(kinds: readonly string[]): Property["channels"] {
  if (kinds.length === 0) return USUAL_CHANNELS;
  const all = Object.entries({ ...USUAL_CHANNELS, ...MORE_CHANNELS });
  const known = all.map(([, { plays }]): string => plays);
  for (const kind of kinds)
    if (kind !== "all" && !known.includes(kind))
      throw usageError(
        "CHANNEL_KIND_UNKNOWN",
        `--channel ${kind}: no imitation plays this kind.`,
        suggest(kind, [...known, "all"]),
      );
  return Object.fromEntries(all.filter(([, { plays }]) => kinds.includes("all") || kinds.includes(plays)));
}
