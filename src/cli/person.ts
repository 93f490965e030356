import { StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { sayTime } from "../base/zone.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Component } from "../incident/components.ts";
import { PHASE_WORDS } from "../incident/phases.ts";
import { literal } from "../render/literal.ts";
import type { Person } from "../status/caller.ts";
import type { Dialog } from "./dialog.ts";
import type { SpeakFlags } from "./flags.ts";
import type { Typed } from "./typed.ts";
import { askVariables } from "./variables.ts";

/** In the order in which they are likely. */
const IMPACTS_ASKED = [
  ["minor", "some customers are bothered"],
  ["major", "something important is unusable for many"],
  ["critical", "nearly all customers, or the main thing"],
  ["none", "customers notice nothing"],
] as const;

/** The person at the terminal, asked by questions on it; what they type is kept. */
export function personAt(dialog: Dialog, typed: Typed, flags: SpeakFlags, timeZone: string): Person {
  return {
    async affected(tree) {
      const ids = await dialog.checkbox("What is affected?", choicesOf(tree, 0));
      if (ids.length > 0) typed.keep({ component: ids });
      return ids;
    },
    async impact(suggested) {
      const choices = IMPACTS_ASKED.map(([value, means]) => ({ name: `${value}: ${means}`, value }));
      const impact = await dialog.select("What is the impact?", choices, suggested);
      typed.keep({ impact });
      return impact;
    },
    async title(type, suggested) {
      const title = await dialog.input(
        type === "maintenance" ? "What is the work?" : "What do customers see?",
        {
          initial: suggested,
          check: (answer) =>
            literal(answer).trim().length > 200 ? "At most 200 characters, in one line." : null,
          abandoned: (answer) => typed.keep({ title: answer }),
        },
      );
      typed.keep({ title: literal(title).trim() }, title !== suggested);
      return title;
    },
    async plannedTime(which, check) {
      const question =
        which === "from"
          ? "When does it begin? (02:00, 2026-12-01T02:00, in 3d)"
          : "When does it end? (04:00, or how long: 90m)";
      const answer = await dialog.input(question, {
        check: (text) => {
          try {
            check(text);
            return null;
          } catch (error) {
            if (!(error instanceof StatusError)) throw error;
            return [error.message, error.hint].filter(Boolean).join(" ");
          }
        },
        abandoned: (text) => typed.keep({ [which]: text }),
      });
      typed.keep({ [which]: answer });
      return answer;
    },
    async newEnd() {
      const until = await dialog.input("When does it end now? (05:30, or 45m from now)");
      typed.keep({ until });
      return until;
    },
    variables: (template, given) => askVariables(template, given, dialog, typed),
    incident: (open) =>
      dialog.select(
        "Which incident?",
        open.map((incident) => ({
          name: `${oneLine(incident.title)} (${incident.id}, ${PHASE_WORDS[incident.phase].toLowerCase()})`,
          value: incident,
        })),
      ),
    async phase(known, current) {
      const choices = known.map((value) => ({ name: PHASE_WORDS[value], value }));
      const phase = await dialog.select("Where does it stand?", choices, current);
      typed.keep({ phase });
      return phase;
    },
    async message() {
      // They are written in the editor.
      if (flags.edit === true) return null;
      const answer = await dialog.input("What do you want to say? (Enter for the template's own words)", {
        abandoned: (text) => typed.keep({ message: text }),
      });
      const message = answer.trim() || null;
      if (message !== null) typed.keep({ message });
      return message;
    },
    async correction({ number }) {
      const answer = await dialog.input(`What should update ${number} have said?`, {
        check: (text) => (text.trim() === "" ? "Say what is right." : null),
        abandoned: (text) => typed.keep({ message: text }),
      });
      const message = answer.trim();
      typed.keep({ message });
      return message;
    },
    another: ({ title, id }) =>
      dialog.confirm(`"${oneLine(title)}" (${id}) is open already. Announce another incident?`),
    speakAsWell: (what) => dialog.confirm(`${what}\nSay yours as well?`),
    async sendAgain({ channel, part, error, lastAttemptAt }) {
      // Those who may have it, not everybody on the list.
      if (part === LIST_PART && error !== null)
        return dialog.confirm(`${channel}: ${oneLine(error.message)}. Send to them again?`);
      const since = sayTime(lastAttemptAt ?? new Date(), timeZone);
      const where = part === "1" ? "" : `, ${oneLine(part)}`;
      return dialog.confirm(
        `${channel}: unknown since ${since}${where}. It cannot be looked up; it may have arrived. Send again?`,
      );
    },
    postAgain: ({ channel, sentAt }) =>
      dialog.confirm(
        `${channel}: sent at ${sayTime(sentAt ?? new Date(), timeZone)} and no longer there; somebody may have removed it. Post it again?`,
      ),
  };
}

function choicesOf(tree: readonly Component[], depth: number): { name: string; value: string }[] {
  return tree.flatMap(({ id, name, components }) => [
    { name: `${"  ".repeat(depth)}${name}`, value: id },
    ...choicesOf(components, depth + 1),
  ]);
}
