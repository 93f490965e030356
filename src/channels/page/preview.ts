import { createHash } from "node:crypto";
import type { Site } from "../../page/site.ts";
import type { ChannelKit } from "../contract.ts";
import type { PageSettings } from "./settings.ts";
import { revisionIn, siteOf, writePage } from "./write-page.ts";

/** The page as it would be written now, in a folder of its own: no lease, no new revision, and the published folder is left alone. */
export class PagePreview {
  readonly #settings: PageSettings;
  readonly #kit: ChannelKit;
  readonly #folder: string;
  #shown: string | null = null;
  #revision: number | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(settings: PageSettings, kit: ChannelKit, folder: string) {
    this.#settings = settings;
    this.#kit = kit;
    this.#folder = folder;
  }

  /** That of the published folder; null before the first refresh, and where nothing was published. */
  get revision(): number | null {
    return this.#revision;
  }

  /** Brings the folder up to date, one refresh after the other. */
  refresh(): Promise<void> {
    const mine = this.#last.catch(() => {}).then(() => this.#build());
    this.#last = mine;
    return mine;
  }

  async #build(): Promise<void> {
    this.#revision = await revisionIn(this.#settings.directory);
    const site = await siteOf(this.#settings, this.#kit, this.#revision ?? 0);
    const shown = fingerprint(site);
    if (shown === this.#shown) return;
    await writePage(site, this.#folder, this.#kit);
    this.#shown = shown;
  }
}

/** The same for two sites that look alike. What is late is told to the minute. */
function fingerprint(site: Site): string {
  const generatedAt = Math.floor(site.generatedAt.getTime() / 60_000);
  const text = JSON.stringify({ ...site, generatedAt }, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
  });
  return createHash("sha256").update(text).digest("hex");
}
