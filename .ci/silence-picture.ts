import { figuresOf } from "../src/cadence/figures.ts";
import { silenceOf } from "../src/cadence/silence.ts";
import type { Telling } from "../src/cli/report/report.ts";
import { renderSvg } from "../src/cli/report/svg-file.ts";
import { oneRefused } from "../test/cadence/days.ts";
import { plus } from "../test/cadence/told.ts";

/** The silence chart of the README: a day on which one channel's credential was refused, and mail came late once. */
export function silencePicture(): string {
  const telling: Telling = {
    property: "Amazon.com",
    timeZone: "America/Los_Angeles",
    now: plus(200),
    policy: { acknowledgeWithinMs: 15 * 60_000 },
    kinds: new Map([
      ["twitter", "X"],
      ["email", "Mail"],
      ["discourse", "Forum"],
      ["slack", "Slack"],
      ["page", "Status page"],
      ["statuspage", "Hosted page"],
    ]),
  };
  const { incident, updates, deliveries } = oneRefused();
  const silence = silenceOf(incident, updates, deliveries, telling.now, telling.policy);
  return renderSvg({ incident, updates, silence, figures: figuresOf(silence) }, telling);
}
