import { refusal, type StatusError } from "../base/errors.ts";
import type { Need } from "../broadcast/approval.ts";
import type { Frozen } from "../broadcast/frozen.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import type { Component } from "../incident/components.ts";
import type { Impact, Incident, IncidentType, Phase, Update } from "../incident/incident.ts";
import type { TemplateSet } from "../render/template.ts";
import type { Finding } from "../render/wording/check.ts";
import { blocked, type Overridden } from "./findings.ts";
import type { Composed } from "./say.ts";

/** An update as it would be said, before it is. */
export interface Draft extends Composed {
  /** What the wording rules have against it. */
  readonly findings: readonly Finding[];
  /** The agreement that it needs; null where nobody's is. */
  readonly need: Need | null;
  /** What was overridden beforehand. */
  readonly overridden: readonly Overridden[];
  /** The findings that keep it from being said. */
  readonly stopping: readonly Finding[];
}

/** To say it, with what is overridden; or to word it otherwise (null: by the template alone). */
export type Decision =
  | { readonly act: "say"; readonly overridden: readonly Overridden[] }
  | { readonly act: "reword"; readonly message: string | null };

/** Who calls an operation: whether anybody can be asked for what is missing, and who decides that it is said. */
export interface Caller {
  readonly person: Person | null;
  /** Other words to begin with; null where these stand. */
  reword(draft: Draft): Promise<{ readonly message: string | null } | null>;
  /** Throws a refusal where it is not to be said. */
  decide(draft: Draft): Promise<Decision>;
  /** The same for a plan that is said as it was made. */
  agree(plan: FrozenPlan, frozen: Frozen): Promise<void>;
}

/** Somebody who can be asked. Each throws where they would rather not go on. */
export interface Person {
  /** The ids of what is affected. */
  affected(tree: readonly Component[]): Promise<readonly string[]>;
  impact(suggested: Impact): Promise<Impact>;
  title(type: IncidentType, suggested: string): Promise<string>;
  /** When planned work begins or ends; `check` throws for an answer that cannot be. */
  plannedTime(which: "from" | "until", check: (answer: string) => unknown): Promise<string>;
  /** When work that goes on ends now. */
  newEnd(): Promise<string>;
  /** The values that the template asks for, beside those given. */
  variables(
    template: TemplateSet,
    given: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>>;
  incident(open: readonly Incident[]): Promise<Incident>;
  phase(known: readonly Phase[], current: Phase): Promise<Phase>;
  /** Null for the template's own words. */
  message(): Promise<string | null>;
  /** What an update should have said. */
  correction(wrong: Update): Promise<string>;
  /** Whether to announce another, though this one is open. */
  another(open: Incident): Promise<boolean>;
  /** Whether to speak as well, where somebody has just said `what`. */
  speakAsWell(what: string): Promise<boolean>;
  /** Whether to send again what may be out, and cannot be looked up. */
  sendAgain(row: Delivery): Promise<boolean>;
  /** Whether to post again what was out and is gone. */
  postAgain(row: Delivery): Promise<boolean>;
}

/**
 * A program: nobody is asked, and to call is to agree. What the wording rules block is not said all the same; nor is anything
 * once `stopping` is aborted.
 */
export function programCaller(stopping: AbortSignal): Caller {
  const refuseIfStopped = () => {
    if (stopping.aborted) throw stoppedEarly();
  };
  return {
    person: null,
    reword: async () => null,
    async decide({ stopping: against, overridden }) {
      if (against.length > 0) throw blocked(against);
      refuseIfStopped();
      return { act: "say", overridden };
    },
    async agree() {
      refuseIfStopped();
    },
  };
}

/** Whoever called wants it to end, and nothing was begun that could not be left. */
export function stoppedEarly(): StatusError {
  return refusal(
    "STATUS_STOPPED",
    "The signal was aborted, or close() called, before anything was said: nothing was sent or recorded.",
    "To say it all the same, call again without that signal.",
  );
}
