import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readOwnKind } from "../channels/own.ts";
import { abortCases } from "./cases/abort.ts";
import { checkCases } from "./cases/check.ts";
import { composeCases } from "./cases/compose.ts";
import { fatesCases } from "./cases/fates.ts";
import { findCases } from "./cases/find.ts";
import { publishCases } from "./cases/publish.ts";
import { settingsCases } from "./cases/settings.ts";
import { verifyCases } from "./cases/verify.ts";
import type { Ground } from "./ground.ts";
import { type Conformance, type Fact, type Scene, setScene } from "./scene.ts";

/** The groups of cases, in their order. */
const GROUPS: readonly (readonly [
  string,
  <Where extends Ground>(fact: Fact, scene: Scene<Where>) => void,
])[] = [
  ["settings", settingsCases],
  ["compose", composeCases],
  ["publish", publishCases],
  ["fates", fatesCases],
  ["find", findCases],
  ["verify", verifyCases],
  ["check", checkCases],
  ["abort", abortCases],
];

/**
 * Proves what every channel promises, over real servers on loopback: a block of vitest's. A kind of your own is tried as
 * `status` itself will use it.
 */
export function describeChannel<Where extends Ground>(conformance: Conformance<Where>): void {
  const { exempt } = conformance;
  const kind =
    "contract" in conformance.kind ? readOwnKind(conformance.kind, conformance.kind.kind) : conformance.kind;
  const known = new Set<string>();
  const exemption = (group: string, name: string) =>
    exempt.find((one) => one.case === name || one.case === group)?.reason;
  const inGroup = (group: string, cases: (fact: Fact) => void) => {
    known.add(group);
    const whole = exempt.find((one) => one.case === group)?.reason;
    if (whole !== undefined) tell(kind.kind, group, whole);
    describe(group, () =>
      cases((name, run) => {
        known.add(name);
        const reason = exemption(group, name);
        if (reason === undefined) return it(name, run);
        if (whole === undefined) tell(kind.kind, name, reason);
        it(name, (context) => context.skip(reason));
      }),
    );
  };

  describe(`a ${kind.kind} channel`, () => {
    const scene = setScene(conformance, kind);
    beforeAll(() => scene.begin());
    afterAll(() => scene.end());
    beforeEach(() => scene.nextCase());
    for (const [group, cases] of GROUPS) inGroup(group, (fact) => cases(fact, scene));

    it("is exempt from real cases only", () => {
      expect(exempt.map((one) => one.case).filter((name) => !known.has(name))).toEqual([]);
    });
  });
}

function tell(kind: string, name: string, reason: string): void {
  process.stdout.write(`${kind} is exempt from "${name}": ${reason}\n`);
}
