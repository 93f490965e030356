import { describe, expect, it } from "vitest";
import { createStatus, StatusError } from "../../src/index.ts";
import { setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

async function errorOf(work: Promise<unknown>): Promise<Pick<StatusError, "code" | "message" | "hint">> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (error instanceof StatusError) return error;
  throw error;
}

describe("options", () => {
  it("of a name that is not known are refused, with the nearest", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const onyl = { ...CHECKOUT, onyl: ["page"] };
    expect(await errorOf(status.announce(onyl))).toMatchObject({
      code: "OPTION_UNKNOWN",
      message: 'announce takes no option "onyl".',
      hint: 'Did you mean "only"?',
    });
    const confg = createStatus({ confg: "elsewhere.yaml" } as object);
    expect(await errorOf(confg)).toMatchObject({
      code: "OPTION_UNKNOWN",
      hint: 'Did you mean "config"?',
    });
    for (const work of [
      status.update({ nextUpdates: "30m" } as object),
      status.retract({ dlete: true } as object),
      status.retry({ key: "probe" } as object),
      status.followUp({ every: "30m" } as object),
      status.maintenance.cancel({ until: "1h" } as object),
      status.preview.announce({ onyl: [] } as object),
      status.preview.retry({ onyl: [] } as object),
      status.list({ al: true } as object),
      status.show({ incidents: "x" } as object),
      status.due({ withn: "5m" } as object),
      status.verify({ timeuot: "5m" } as object),
      status.say("abc", { key: "probe" } as object),
    ])
      expect(await codeOf(work)).toBe("OPTION_UNKNOWN");
    expect(stage.heard().x).toBe(0);
  });

  it("that belong to the command line are no options", async () => {
    const status = await open(await setStage());
    const dry = { ...CHECKOUT, dryRun: true };
    expect(await errorOf(status.announce(dry))).toMatchObject({
      code: "OPTION_UNKNOWN",
      hint: "To send nothing: status.preview.announce(…)",
    });
    for (const name of ["yes", "json", "config", "dryRun"])
      expect(await codeOf(status.resolve({ [name]: true } as object))).toBe("OPTION_UNKNOWN");
  });

  it("of the wrong kind are refused, with what they take", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const wrong = async (options: unknown) => errorOf(status.announce(options as object));
    expect(await wrong({ title: "Down", components: "checkout" })).toMatchObject({
      code: "OPTION_UNREADABLE",
      message: "announce: components cannot be text.",
      hint: 'Give components as a list of ids, such as ["checkout", "search=degraded_performance"], or of { id, state }.',
    });
    for (const [options, place] of [
      [{ components: [7] }, "components[0] cannot be a number"],
      [{ set: { version: 4.2 } }, "set.version cannot be a number"],
      [{ title: null }, "title cannot be null"],
      [{ nextUpdate: [] }, "nextUpdate cannot be a list"],
      [{ verify: "no" }, "verify cannot be text"],
      [{ only: ["page", true] }, "only[1] cannot be true"],
      [null, "announce takes an object of options, and was given null"],
      ["Down", "announce takes an object of options, and was given text"],
    ] as const)
      expect(await wrong(options)).toMatchObject({
        code: "OPTION_UNREADABLE",
        message: `${place}.`.replace(/^(?!announce)/, "announce: "),
      });
    expect(await wrong({ components: [{ id: "checkout", sate: "x" }] })).toMatchObject({
      code: "OPTION_UNKNOWN",
      message: 'announce: components[0] takes no "sate".',
    });
    for (const work of [
      status.say(undefined as unknown as string),
      status.show("2026" as unknown as object),
      status.correct({ message: "No.", update: "1" } as unknown as { message: string }),
      status.due({ within: new Date() } as object),
      createStatus({ env: { PATH: 7 } } as object),
      createStatus({ clock: () => 0 } as object),
      createStatus({ signal: "soon" } as object),
      createStatus({ onEvent: true } as object),
      createStatus(7 as unknown as object),
    ])
      expect(await codeOf(work)).toBe("OPTION_UNREADABLE");
    expect(stage.heard().x).toBe(0);
  });

  it("are copied: whoever changes his own afterwards changes nothing", async () => {
    const stage = await setStage();
    const config = structuredClone(stage.config) as { channels: Record<string, unknown> };
    const opening = open(stage, { config });
    config.channels = {};
    const status = await opening;
    const startedAt = new Date(stage.clock.now().getTime() - 600_000);
    const began = startedAt.toISOString();
    const options = { ...CHECKOUT, components: [{ id: "checkout" }], only: ["x", "page"], startedAt };
    const saying = status.announce(options);
    options.title = "Nothing is failing" as never;
    options.components[0]!.id = "storefront";
    options.only.pop();
    startedAt.setFullYear(1999);
    const said = await saying;
    expect(said.incident).toMatchObject({ title: CHECKOUT.title, components: [{ id: "checkout" }] });
    expect(said.incident.startedAt.toISOString()).toBe(began);
    expect(said.deliveries.filter(({ state }) => state !== "skipped")).toHaveLength(2);
  });

  it("that are undefined are left out", async () => {
    const status = await open(await setStage());
    const options = { ...CHECKOUT, message: undefined, only: undefined, nextUpdate: undefined };
    const { incident } = await status.preview.announce(options as object);
    expect(incident.title).toBe(CHECKOUT.title);
  });
});
