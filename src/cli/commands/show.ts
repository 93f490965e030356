import { indented, oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import type { ChannelCoverage } from "../../status/coverage.ts";
import { show as look } from "../../status/show.ts";
import type { App } from "../app.ts";
import { sayLeftOut } from "../coverage.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { closing, coverageTable, sayStanding } from "../output/table.ts";

/** Where an update stands with the fewest words around it. */
const PLAINEST = [
  ...["page", "slack", "discourse", "nodebb", "statuspage"],
  ...["discord", "teams", "webhook", "command", "apprise", "email"],
];

/** `status show [incident]`: the timeline of one incident, and where each channel stands. */
export async function show(
  app: App,
  reference: string | null,
  flags: { json?: boolean; plain?: boolean },
): Promise<number> {
  const { stdout, clock } = app.surroundings;
  const { incident, updates, deliveries, coverage, document } = await look(app, reference);
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(document)}\n`);
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  const { timeZone } = app.config.property;
  stdout.write(
    `${style.chalk.bold(oneLine(incident.title))}\n${style.chalk.dim([incident.id, sayStanding(incident.type, incident), `${incident.type === "notice" ? "said" : "began"} ${sayTime(incident.startedAt, timeZone, true)}`].join(" · "))}\n\n`,
  );
  for (const update of updates) {
    const rows = deliveries.filter(({ updateId }) => updateId === update.id);
    const said =
      PLAINEST.map((kind) => rows.find((row) => row.kind === kind && row.post !== null)).find(
        (row) => row !== undefined,
      ) ?? rows.find((row) => row.post !== null);
    stdout.write(
      `${style.chalk.bold(`${update.number}. ${incident.type === "notice" ? "Notice" : PHASE_WORDS[update.standing.phase]}`)} ${style.chalk.dim(`${sayTime(update.at, timeZone, true)} · ${update.template} · ${oneLine(update.author)}`)}\n${indented(said?.post?.text ?? "", `  ${style.symbols.bar} `, style.columns)}\n\n`,
    );
  }
  stdout.write(
    `${style.chalk.bold("Coverage")}\n${coverageTable(
      coverage.map((channel) => explained(channel, updates.length)),
      style,
      timeZone,
    )}`,
  );
  stdout.write(
    closing(
      "delivered",
      incident,
      coverage,
      clock.now(),
      timeZone,
      style,
      deliveries.filter(({ state }) => state === "superseded"),
      sayLeftOut(coverage),
    ),
  );
  return EXIT.ok.code;
}

/** Which update a channel's line is about, where that is not plain. */
function explained(channel: ChannelCoverage, newest: number): ChannelCoverage {
  const { state, reason, updateNumber } = channel;
  if (state === "skipped")
    return {
      ...channel,
      reason: `left out of update ${updateNumber}${reason === null ? "" : ` (${reason.replace(/^left out (?=by)/, "")})`}`,
    };
  if (updateNumber === newest) return channel;
  return { ...channel, reason: [`update ${updateNumber}`, ...(reason === null ? [] : [reason])].join(": ") };
}
