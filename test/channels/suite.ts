import { expect, it } from "vitest";
import type { ChannelKind } from "../../src/channels/contract.ts";
import { KINDS } from "../../src/channels/registry.ts";
import type { Conformance as Any } from "../../src/conformance/scene.ts";
import { describeChannel as describeAny } from "../../src/conformance/suite.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";
import type { Ground } from "./ground.ts";

export type { Exemption } from "../../src/conformance/scene.ts";

/** A built-in kind for the suite: what waits for a moderator waits in the sandbox. */
export interface Conformance extends Omit<Any<Ground>, "kind" | "moderate"> {
  readonly kind: ChannelKind;
  readonly moderate?: (sandbox: Sandbox, on: boolean) => void;
}

export function describeChannel({ moderate, ...conformance }: Conformance): void {
  const { kind } = conformance;
  it(`knows ${kind.kind} by the name that the registry gives it`, async () => {
    expect(await KINDS[kind.kind]?.()).toBe(kind);
  });
  describeAny<Ground>({
    ...conformance,
    ...(moderate === undefined
      ? {}
      : {
          moderate({ sandbox }, on) {
            if (!on) sandbox?.approveQueued();
            if (sandbox !== null) moderate(sandbox, on);
          },
        }),
  });
}
