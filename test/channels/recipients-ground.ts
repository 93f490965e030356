import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { ChannelError, type ListEntry } from "../../src/channels/contract.ts";
import {
  type ListKit,
  type ListSettings,
  readEntries,
  readSuppressed,
} from "../../src/channels/email/recipients/read.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder with these files, gone after the test. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "status-list-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

export interface Given extends ListSettings {
  readonly kit?: Partial<ListKit>;
  readonly signal?: AbortSignal;
}

const never = new AbortController().signal;

function kitWith(change: Partial<ListKit> = {}): ListKit {
  return { folder: tmpdir(), timeoutMs: 15_000, loopbackOnly: false, tell: () => {}, ...change };
}

export async function entriesOf({ kit, signal = never, ...settings }: Given): Promise<ListEntry[]> {
  const entries: ListEntry[] = [];
  for await (const entry of readEntries(settings, kitWith(kit), signal)) entries.push(entry);
  return entries;
}

export async function suppressedBy({ kit, signal = never, ...settings }: Given): Promise<string[]> {
  const mailboxes: string[] = [];
  for await (const mailbox of readSuppressed(settings, kitWith(kit), signal)) mailboxes.push(mailbox);
  return mailboxes;
}

/** What a list in a file of this name reads as. */
export async function entriesIn(
  content: string | Uint8Array,
  file = "list.csv",
  more: Partial<Given> = {},
): Promise<ListEntry[]> {
  const folder = await folderWith({ [file]: content });
  return entriesOf({ recipients: { file }, ...more, kit: { folder, ...more.kit } });
}

/** The error that a reading ends with. */
export async function failure(reading: Promise<unknown>): Promise<ChannelError> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

/** The addresses; a fault as `line!`. */
export function brief(entries: readonly ListEntry[]): string[] {
  return entries.map((entry) => ("recipient" in entry ? entry.recipient.address : `${entry.line}!`));
}
