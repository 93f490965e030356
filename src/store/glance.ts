import { statSync } from "node:fs";
import Libsql from "libsql";

/** An incident as somebody recognizes it. */
export interface Known {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly phase: string;
  readonly open: boolean;
}

/**
 * The newest incidents of a ledger's file, open ones first, without the layers that write. Waits for nobody, and makes,
 * migrates and mends nothing: throws where the file cannot be read as it is.
 */
export function knownIncidents(path: string, most: number): Known[] {
  // A pipe of that name would never answer.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
  const file = new Libsql(path, { timeout: 0 });
  try {
    file.exec("PRAGMA query_only = 1");
    const rows = file
      .prepare(
        `SELECT id, type, title, phase, type != 'notice' AND phase NOT IN ('resolved', 'completed') AS open
         FROM incidents ORDER BY open DESC, created_at DESC, id LIMIT ?`,
      )
      .all(most) as (Omit<Known, "open"> & { open: number })[];
    return rows.map((row) => ({ ...row, open: row.open === 1 }));
  } finally {
    file.close();
  }
}
