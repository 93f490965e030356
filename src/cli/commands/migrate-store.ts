import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Cancelled } from "../../base/cancelled.ts";
import { type StatusError, setupError, usageError } from "../../base/errors.ts";
import { oneLine, shellWord } from "../../base/printable.ts";
import { isAddress } from "../../config/load.ts";
import type { CarriedOver, CarriedRows, Conflict } from "../../store/carry-over.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";

interface MigrateFlags {
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/**
 * `status config migrate-store`: carries the ledger over from a file into the configured store and reads every row back. Adds
 * only, leaves the file as it is, and goes on where it was ended. Exit 0 all is there, 3 where something differs.
 */
export async function migrateStore(app: App, flags: MigrateFlags): Promise<number> {
  const { stdout, stderr, stopping, cwd } = app.surroundings;
  const from = sourceOf(flags.from, app, cwd);
  const dryRun = flags.dryRun === true;
  const tells = stderr.isTerminal && flags.plain !== true && flags.json !== true;
  const [{ openSqlite }, { carryOver, foreseeCarryOver }] = await Promise.all([
    import("../../store/sqlite.ts"),
    import("../../store/carry-over.ts"),
  ]);
  const source = await openSqlite(from);
  let found: CarriedOver;
  try {
    const target = await app.openStore();
    try {
      found = dryRun
        ? await foreseeCarryOver(source, target)
        : await carryOver(source, target, (table, done, total) => {
            if (stopping.aborted) throw new Cancelled();
            if (tells && done === total) stderr.write(`${table}: ${done} looked at\n`);
          });
    } finally {
      await target.db.destroy();
    }
  } finally {
    await source.db.destroy();
  }
  const rows = Object.values(found.tables);
  const differing = rows.reduce((sum, { conflicts }) => sum + conflicts, 0);
  const failure = differing === 0 ? null : conflictsError(differing, dryRun, from);
  const { store } = app.config;
  if (flags.json === true) {
    const error = failure && {
      code: failure.code,
      message: failure.message,
      hint: failure.hint,
      retryAt: null,
    };
    stdout.write(
      `${JSON.stringify({ version: 1, from, to: store, dryRun, ...found, ...(error === null ? {} : { error }) })}\n`,
    );
    return failure === null ? EXIT.ok.code : EXIT.setup.code;
  }
  stdout.write(textOf(found, dryRun, differing));
  if (failure !== null) throw failure;
  stdout.write(
    dryRun
      ? "Nothing was carried over. To do it: status config migrate-store\n"
      : `The ledger is now in ${oneLine(store)}; the file was left as it is. Move it away, so that nobody speaks from it:\n  mv ${oneLine(shellWord(from))} ${oneLine(shellWord(`${from}.carried-over`))}\n`,
  );
  return EXIT.ok.code;
}

function sourceOf(typed: string | undefined, { config }: App, cwd: string): string {
  // What may hold a password is not shown.
  if (typed !== undefined && isAddress(typed))
    throw usageError(
      "FROM_NO_FILE",
      "--from takes the path of a ledger's file; what was given is an address.",
      "Such as: --from .status/status.db",
    );
  const { folder, store } = config;
  const from = typed === undefined ? join(folder, ".status", "status.db") : resolve(cwd, typed);
  if (!isAddress(store) && isSame(from, store))
    throw setupError(
      "STORE_SAME",
      `The configured store is that file itself: ${from}.`,
      "Set store: env:DATABASE_URL first, or name the old ledger with --from.",
    );
  if (statSync(from, { throwIfNoEntry: false })?.isFile() !== true)
    throw setupError(
      "STORE_NOT_FOUND",
      `There is no ledger to carry over: ${from} ${existsSync(from) ? "is no file" : "does not exist"}.`,
      "Name its file: status config migrate-store --from FILE",
    );
  return from;
}

/** One file may go by two names. */
function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function conflictsError(count: number, dryRun: boolean, from: string): StatusError {
  const which = count === 1 ? "1 row of the file is" : `${count} rows of the file are`;
  return setupError(
    "STORE_CONFLICT",
    `${which} not in the configured store as in the file. ${dryRun ? "Nothing was carried over." : "Nothing there was overwritten; all else was carried over."}`,
    `Where the team already speaks from the configured store, it has moved on, and only the file is to be moved away: mv ${shellWord(from)} ${shellWord(`${from}.carried-over`)} — else compare both: status list --all`,
  );
}

function textOf({ tables, conflicts }: CarriedOver, dryRun: boolean, differing: number): string {
  const entries = Object.entries(tables) as [string, CarriedRows][];
  const name = Math.max(...entries.map(([table]) => table.length));
  const column = (of: (rows: CarriedRows) => number) =>
    Math.max(...entries.map(([, rows]) => String(of(rows)).length));
  const widths = [
    column((rows) => rows.carried),
    column((rows) => rows.there),
    column((rows) => rows.conflicts),
  ];
  const lines = entries.map(([table, { carried, there, conflicts }]) => {
    const [first, second, third] = [carried, there, conflicts].map((each, index) =>
      String(each).padStart(widths[index]!),
    );
    return `  ${table.padEnd(name)}  ${first} ${dryRun ? "to carry" : "carried"}, ${second} there already, ${third} ${conflicts === 1 ? "conflict" : "conflicts"}`;
  });
  for (const conflict of conflicts) lines.push(`  ${lineOf(conflict)}`);
  if (differing > conflicts.length) lines.push(`  and ${differing - conflicts.length} more`);
  return `${lines.join("\n")}\n`;
}

const WHY = {
  differs: (columns: string) => `differs in ${columns}`,
  taken: (columns: string) => `another row there has its ${columns}`,
  follows: (columns: string) => `was not carried, as what it refers to (${columns}) was not`,
  held: () => "somebody is at work under it there",
  missing: () => "is gone from there",
} as const;

function lineOf({ table, key, why, columns }: Conflict): string {
  return oneLine(`! ${table} ${Object.values(key).join(", ")}: ${WHY[why](columns.join(", "))}`);
}
