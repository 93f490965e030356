import { StatusError, usageError } from "../../base/errors.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import type { SpeakFlags } from "../flags.ts";
import { oddity, type PlannedTimes, parseMoment, parsePlannedTimes } from "../planned-time.ts";
import type { Typed } from "../typed.ts";

/**
 * `--from` and `--until` of work that is still to come, or a person's answers. What is odd about them is told on stderr.
 * Throws TIMES_NEEDED where nobody can be asked, and what `parsePlannedTimes` throws.
 */
export async function plannedTimes(
  app: App,
  flags: SpeakFlags,
  dialog: Dialog | null,
  typed: Typed,
): Promise<PlannedTimes> {
  const { clock, stderr } = app.surroundings;
  const base = { now: clock.now(), timeZone: app.config.property.timeZone };
  const from =
    flags.from ??
    (await ask(dialog, typed, "from", "When does it begin? (02:00, 2026-12-01T02:00, in 3d)", (answer) =>
      parsePlannedTimes(answer, FAR_AWAY, base),
    ));
  const startsAt = parseMoment("--from", from, base);
  const until =
    flags.until ??
    (await ask(dialog, typed, "until", "When does it end? (04:00, or how long: 90m)", (answer) =>
      parsePlannedTimes(startsAt, answer, base),
    ));
  const times = parsePlannedTimes(from, until, base);
  const odd = oddity(times, base.now);
  if (odd !== null) stderr.write(`Look twice: ${odd}\n`);
  return times;
}

const FAR_AWAY = new Date(8.64e15);

async function ask(
  dialog: Dialog | null,
  typed: Typed,
  flag: "from" | "until",
  question: string,
  read: (answer: string) => unknown,
): Promise<string> {
  if (dialog === null)
    throw usageError(
      "TIMES_NEEDED",
      `There is no --${flag}, and no terminal to ask for it.`,
      "Give both: --from 2026-12-01T02:00 --until 90m",
    );
  const answer = await dialog.input(question, {
    check: (text) => {
      try {
        read(text);
        return null;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return [error.message, error.hint].filter(Boolean).join(" ");
      }
    },
    abandoned: (text) => typed.keep({ [flag]: text }),
  });
  typed.keep({ [flag]: answer });
  return answer;
}
