import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RecipientDocument } from "../../src/index.ts";
import { setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

async function collect(recipients: AsyncIterable<RecipientDocument>): Promise<RecipientDocument[]> {
  const all: RecipientDocument[] = [];
  for await (const one of recipients) all.push(one);
  return all;
}

describe("recipients()", () => {
  it("gives the lines that the command prints with --json, one recipient after the other", async () => {
    const stage = await setStage(({ channels }) => {
      const { smtp, from } = channels.customers!;
      channels.customers = { kind: "email", smtp, from, recipients: "customers.csv" };
    });
    writeFileSync(join(stage.folder, "customers.csv"), "email\np0@example.com\np1@example.com\nnobody\n");
    const status = await open(stage);
    expect(await codeOf(collect(status.recipients()))).toBe("INCIDENT_UNKNOWN");
    const only = ["customers", "page"];
    await status.announce({ ...CHECKOUT, only });
    expect(await collect(status.recipients())).toMatchObject([{ address: "nobody", state: "invalid" }]);
    const sent = await collect(status.recipients({ states: ["sent"] }));
    const typed = (await stage.run(["recipients", "--state", "sent", "--json"])).stdout;
    expect(sent.map((line) => `${JSON.stringify(line)}\n`).join("")).toBe(typed);
    expect(sent.map(({ address }) => address)).toEqual(["p0@example.com", "p1@example.com"]);
    expect(await codeOf(collect(status.recipients({ channel: "page" })))).toBe("NO_MAILING");
    expect(await codeOf(collect(status.recipients({ states: ["gone" as "sent"] })))).toBe("STATE_UNKNOWN");
    expect(await codeOf(collect(status.recipients({ state: [] } as object)))).toBe("OPTION_UNKNOWN");
    const begun = status.recipients({ states: ["sent"] });
    await status.close();
    expect(await codeOf(collect(begun))).toBe("STATUS_CLOSED");
  });
});
