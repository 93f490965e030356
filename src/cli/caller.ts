import { refusal, StatusError, usageError } from "../base/errors.ts";
import { sayNeed } from "../broadcast/approval.ts";
import { approvalsOf } from "../status/approvals.ts";
import type { Caller, Decision, Draft } from "../status/caller.ts";
import { blocked, parseReason } from "../status/findings.ts";
import type { App } from "./app.ts";
import { approvalView } from "./approval-view.ts";
import type { Dialog } from "./dialog.ts";
import { editWords } from "./edit.ts";
import type { SpeakFlags } from "./flags.ts";
import { findingsText } from "./output/findings.ts";
import { previewText } from "./output/preview.ts";
import { styleFor } from "./output/style.ts";
import { heading } from "./output/table.ts";
import { personAt } from "./person.ts";
import type { Typed } from "./typed.ts";

/** Whoever typed the command: a person at the terminal, or a script that has to say --yes. */
export function callerOf(app: App, flags: SpeakFlags, dialog: Dialog | null, typed: Typed): Caller {
  const { stderr, clock } = app.surroundings;
  const { timeZone } = app.config.property;
  const style = styleFor(stderr, app.surroundings, flags.plain === true);
  if (flags.edit === true && dialog === null)
    throw usageError(
      "EDIT_NEEDS_TERMINAL",
      "--edit needs a terminal.",
      "Give the words: --message-file FILE",
    );
  const edit = async (draft: Draft) => {
    const message = await editWords(app, draft, draft.said.message, draft.findings);
    typed.keepEdited(message);
    return { message };
  };
  return {
    person: dialog === null ? null : personAt(dialog, typed, flags, timeZone),
    async reword(draft) {
      if (flags.edit === true && !typed.edited) return edit(draft);
      // What was edited before somebody else was quicker stands.
      const message = typed.words(draft.said.message);
      return message === draft.said.message ? null : { message };
    },
    async decide(draft) {
      const { findings, overridden, stopping } = draft;
      if (flags.yes === true || dialog === null) {
        if (flags.yes !== true) throw confirmationNeeded();
        if (stopping.length > 0) throw blocked(stopping);
        stderr.write(findingsText(findings, style));
        return { act: "say", overridden };
      }
      stderr.write(
        `\n${heading(draft.said.incident, draft.update, style)}${previewText(draft.plan, style)}\n${findingsText(findings, style)}`,
      );
      const decision = await askWhether(draft, dialog, typed.edited);
      return decision === "edit" ? { act: "reword", ...(await edit(draft)) } : decision;
    },
    async agree(plan, frozen) {
      if (flags.yes === true) return;
      if (dialog === null) throw confirmationNeeded();
      const ledger = await app.ledger();
      const [speakers, told, approvals] = await Promise.all([
        app.speakers(false),
        ledger.deliveries({ incidentId: frozen.incident.id }),
        approvalsOf(app, plan, frozen),
      ]);
      const now = { now: clock.now(), timeZone };
      stderr.write(`\n${approvalView(plan, frozen, { speakers, told, approvals }, now, style)}\n`);
      if (!(await dialog.confirm("Say exactly this?"))) throw declined();
    },
  };
}

async function askWhether(
  { plan, need, overridden, stopping }: Draft,
  dialog: Dialog,
  edited: boolean,
): Promise<Decision | "edit"> {
  const speaking = plan.filter(({ leftOut }) => leftOut === null);
  const public_ = speaking.filter(({ speaker }) => speaker.audience === "public").length;
  const channels = `${speaking.length} channel${speaking.length === 1 ? "" : "s"} (${public_} public)`;
  const question =
    need !== null
      ? `Keep this, to be said on ${channels} once it has ${sayNeed(need)}?`
      : `Say ${edited ? "the changed words" : "this"} on ${channels}?`;
  const edit = { key: "e", name: "edit the words", value: "edit" } as const;
  if (stopping.length === 0) {
    const answer = await dialog.choose(question, [{ key: "y", name: "yes", value: "yes" } as const, edit]);
    if (answer === null) throw declined();
    return answer === "edit" ? "edit" : { act: "say", overridden };
  }
  const rules = [...new Set(stopping.map(({ rule }) => rule))];
  const override = {
    key: "o",
    name: `override ${rules.join(", ")}`,
    value: "override",
  } as const;
  const answer = await dialog.choose(question, [edit, override]);
  if (answer === null) throw declined();
  if (answer === "edit") return "edit";
  const reason = await dialog.input("Why is it right to say this?", {
    check: (text) => {
      try {
        parseReason("this", text);
        return null;
      } catch (error) {
        return error instanceof StatusError ? error.message : String(error);
      }
    },
  });
  return {
    act: "say",
    overridden: [...overridden, ...rules.map((rule) => ({ rule, reason: reason.trim() }))],
  };
}

function declined(): StatusError {
  return refusal("DECLINED", "Nothing was sent.", null);
}

function confirmationNeeded(): StatusError {
  return usageError(
    "CONFIRMATION_NEEDED",
    "There is no terminal to ask, and --yes was not given.",
    "Nothing was sent. Add --yes to send, or --dry-run to see each channel's text.",
  );
}
