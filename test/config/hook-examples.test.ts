import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { KINDS } from "../../src/channels/registry.ts";

type Channels = Readonly<Record<string, { readonly kind: string; readonly audience?: string }>>;

it.each(["discord", "teams", "webhook"])(
  "takes the channels in docs/channels/%s.md as they stand",
  async (name) => {
    const doc = readFileSync(new URL(`../../docs/channels/${name}.md`, import.meta.url), "utf8");
    const blocks = [...doc.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, text]) => parse(text ?? "") as object,
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const { channels } of blocks as { channels: Channels }[])
      for (const { audience: _, ...settings } of Object.values(channels)) {
        expect(settings.kind).toBe(name);
        const kind = await KINDS[settings.kind]?.();
        expect(kind?.settings.safeParse(settings).error).toBeUndefined();
      }
  },
);

it("says every setting of theirs in the documents", async () => {
  for (const name of ["discord", "teams", "webhook"]) {
    const doc = readFileSync(new URL(`../../docs/channels/${name}.md`, import.meta.url), "utf8");
    const kind = await KINDS[name]?.();
    const { shape = {} } = (kind?.settings ?? {}) as { shape?: Readonly<Record<string, unknown>> };
    expect(Object.keys(shape)).toContain("kind");
    for (const setting of Object.keys(shape).filter((key) => key !== "kind"))
      expect(doc).toContain(`\`${setting}\``);
  }
});
