import { systemClock } from "../base/clock.ts";
import { StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { Scrubber } from "../base/scrubber.ts";
import type { Change } from "./actions.ts";
import { type Caller, programCaller } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import { processCircumstances } from "./circumstances.ts";
import { type Desk, openDesk } from "./desk.ts";
import {
  type ApprovalDocument,
  type BroadcastDocument,
  broadcastDocument,
  type DoctorDocument,
  type DueDocument,
  type FollowUpDocument,
  type FollowUpsDocument,
  type LintDocument,
  type ListDocument,
  NOTHING,
  type NothingDocument,
  type PagesDocument,
  type PreviewDocument,
  type RecipientDocument,
  type RetryPreviewDocument,
  retryPreviewDocument,
  type ShowDocument,
} from "./documents.ts";
import {
  type About,
  type AnnounceOptions,
  type ApproveOptions,
  type CorrectOptions,
  type CreateOptions,
  type ExtendOptions,
  type FollowUpOptions,
  type LintOptions,
  type ListActionsOptions,
  type LogOptions,
  type RecipientsOptions,
  type ReportOptions,
  type ResolveOptions,
  type RetryOptions,
  type ScheduleOptions,
  type StartOptions,
  type Taken,
  taken,
  takenText,
  type UpdateOptions,
  type WorkOptions,
  type WritePageOptions,
} from "./door.ts";
import type { DeliveryEvent, Happening, MailingEvent, PlannedEvent, RemarkEvent, Spoken } from "./events.ts";
import {
  type AddActionOptions,
  type Duration,
  type PlanOptions,
  type RetryOptions as Retrying,
  refuseEmpty,
  refuseTooLong,
  type SpeakOptions,
  type WhyOptions,
} from "./options.ts";
import { previewDocument } from "./preview-document.ts";
import type { ActionDocument, ActionsDocument, LogDocument, ReportDocument } from "./record-documents.ts";
import { isPreview, type Preview } from "./say.ts";
import { underWay } from "./under-way.ts";

/** What happens while an operation runs. `spoken`: all channels that speak at once have; `mailed`: lists have been sent to. */
export type StatusEvent =
  | DeliveryEvent
  | PlannedEvent
  | MailingEvent
  | RemarkEvent
  | { readonly type: "spoken" | "mailed"; readonly result: BroadcastDocument };

/** The operations that speak, each with what it gives back. */
export interface Speaking<R, Retried> {
  /** Opens an incident, or says a notice. Throws INCIDENT_ALREADY_OPEN, unless `new`, where one like it is open. */
  announce(options: AnnounceOptions): Promise<R>;
  update(options: UpdateOptions): Promise<R>;
  /** Says that it is over. */
  resolve(options?: ResolveOptions): Promise<R>;
  /** Changes what was said, or says in the thread what is right. */
  correct(options: CorrectOptions & { readonly message: string }): Promise<R>;
  /** Withdraws what was said. */
  retract(options?: CorrectOptions): Promise<R>;
  /** Speaks again on silent channels only; of the newest incident that has one where none is named. */
  retry(options?: RetryOptions): Promise<Retried>;
  /**
   * Says the scripted follow-up (template `holding`) where the promised time has come and nobody has spoken since; on every open
   * incident where none is named. Exactly one of many callers speaks. What keeps it from being said is the document's `error`.
   */
  followUp(options?: FollowUpOptions): Promise<FollowUpDocument | FollowUpsDocument>;
  readonly maintenance: {
    schedule(options: ScheduleOptions): Promise<R>;
    start(options?: StartOptions): Promise<R>;
    complete(options?: WorkOptions): Promise<R>;
    /** Moves its end; before it has begun its start as well. */
    extend(options: ExtendOptions): Promise<R>;
    cancel(options?: WorkOptions): Promise<R>;
  };
}

/** What `status` does on the command line, for a program. Every method throws StatusError for what a person can mend;
 * OPTION_UNKNOWN and OPTION_UNREADABLE for options that it does not take. */
export interface Status extends Speaking<BroadcastDocument, BroadcastDocument | NothingDocument> {
  /** The same, sending nothing: each channel's text with its limits, and what the wording rules have against it. */
  readonly preview: Speaking<PreviewDocument, RetryPreviewDocument | NothingDocument>;
  /** Says a previewed plan by its hash, exactly as it was shown. Throws PLAN_EXPIRED, APPROVAL_NEEDED and their like. */
  say(plan: string, options?: PlanOptions): Promise<BroadcastDocument>;
  /**
   * Agrees to what somebody else is about to say, as whoever runs this program (git's `user.email`) or signs; `say` then says it.
   * Throws OWN_PLAN, NOT_AN_APPROVER, SIGNATURE_NEEDED.
   */
  approve(plan: string, options?: ApproveOptions): Promise<ApprovalDocument>;
  /** What is open, who has heard what, when the next update is due; with `all` what has ended as well. */
  list(options?: { readonly all?: boolean }): Promise<ListDocument>;
  /** One incident's updates, and where each channel stands. */
  show(options?: About): Promise<ShowDocument>;
  /** What is overdue, or falls due within that time. */
  due(options?: { readonly within?: Duration }): Promise<DueDocument>;
  /** Reads posts back as the public sees them. */
  verify(options?: About & { readonly timeout?: Duration }): Promise<BroadcastDocument>;
  /** Proves every credential, permission and setting without posting; what does not hold is a check of level `fail`. */
  doctor(): Promise<DoctorDocument>;
  /** Time to the first word, promises kept, and the silence on each channel; of one incident, or of all within `since` (90 days). */
  report(options?: ReportOptions): Promise<ReportDocument>;
  /** Who said, approved, overrode and corrected what; of one incident, or of all within `since` (30 days). */
  log(options?: LogOptions): Promise<LogDocument>;
  /**
   * Who on a list was not reached by the newest mailing, and why; with `states` others. Read a thousand at a time: close()
   * ends it with STATUS_CLOSED.
   */
  recipients(options?: RecipientsOptions): AsyncIterable<RecipientDocument>;
  /** What was promised after an incident. A page that shows it is written anew; where it cannot be, a `remark` event says so. */
  readonly action: {
    add(text: string, options?: AddActionOptions): Promise<ActionDocument>;
    /** By its id, or the beginning of it. */
    done(id: string, options?: WhyOptions): Promise<ActionDocument>;
    /** Takes it back; one that was promised in public needs a reason. */
    drop(id: string, options?: WhyOptions): Promise<ActionDocument>;
    list(options?: ListActionsOptions): Promise<ActionsDocument>;
  };
  /** What keeps templates, or the words of `message`, from being said, and what the wording rules have against them; sends nothing. */
  lint(options?: LintOptions): Promise<LintDocument>;
  readonly page: {
    /** Reads other dashboards, and writes the pages anew. */
    build(options?: WritePageOptions): Promise<PagesDocument>;
    /** The same, and carries them to their hosts and reads them back. */
    publish(options?: WritePageOptions): Promise<PagesDocument>;
  };
  /**
   * Lets nothing new begin (STATUS_CLOSED), stops what runs as an aborted signal would, waits until it has come to its end, and
   * closes the ledger.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Reads the configuration and gives the operations, for a program: nobody is asked, to call is to agree, and nothing is printed.
 * Throws StatusError CONFIG_* where there is no configuration, or a wrong one.
 */
export async function createStatus(options: CreateOptions = {}): Promise<Status> {
  const given = taken("createStatus", options);
  const { config = null, clock = systemClock, offline = false } = given;
  const house = underWay(given.signal);
  const own = processCircumstances(house);
  const { cwd = own.cwd } = given;
  const circumstances = { ...own, cwd, clock, env: { ...(given.env ?? own.env) } };
  const scrubber = new Scrubber();
  const tell = (happening: Happening) => {
    const event = publicEvent(happening);
    if (event === null) return;
    try {
      const told: unknown = given.onEvent?.(event);
      // It may be an async function, for those fit where nothing is given back.
      if (told instanceof Promise) told.catch(() => {});
    } catch {
      // What is being sent goes on.
    }
  };
  const clean = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => Promise.reject(scrubbed(error, scrubber)));
  const desk = await clean(openDesk(circumstances, scrubber, { config, offline }, tell));
  // What is given is copied before anything is waited for.
  const run: Run = async (operation, asked, work) => {
    const checked = taken(operation, asked);
    return clean(house.run(() => work(checked)));
  };
  const caller = programCaller(house.stopping);
  const pages = (verb: "build" | "publish") => (asked?: unknown) =>
    run(`page.${verb}`, asked, async ({ channel = null, ...checked }) => {
      const { writePages } = await import("./page.ts");
      return (await writePages(desk, verb, channel, checked)).document;
    });
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= house.end().then(() => desk.close());
    return closing;
  };
  return {
    ...speakingAt(desk, run, caller, false, documentOf),
    retry: (asked) =>
      run("retry", asked, async (checked) => {
        const result = await retryAt(desk, checked, caller);
        return result === null || "rows" in result ? NOTHING : documentOfSaid(result);
      }),
    preview: {
      ...speakingAt(desk, run, caller, true, documentOfPreview),
      retry: (asked) =>
        run("retry", asked, async (checked) => {
          const result = await retryAt(desk, { ...checked, dryRun: true }, caller);
          return result !== null && "rows" in result ? retryPreviewDocument(result.rows) : NOTHING;
        }),
    },
    say: async (plan, asked) => {
      const hash = takenText("say", "a plan's hash", plan);
      return run("say", asked, async (checked) => {
        const { sayNamedPlan } = await import("./say.ts");
        return documentOfSaid(await sayNamedPlan(desk, null, hash, checked, caller));
      });
    },
    approve: async (plan, asked) => {
      const hash = takenText("approve", "a plan's hash", plan);
      return run("approve", asked, async (checked) => {
        const [{ approve }, { programAgreeing }] = await Promise.all([
          import("./approve.ts"),
          import("./program-agreeing.ts"),
        ]);
        return (await approve(desk, hash, programAgreeing(desk, checked))).document;
      });
    },
    list: (asked) =>
      run("list", asked, async (checked) => (await (await import("./list.ts")).list(desk, checked)).document),
    show: (asked) =>
      run("show", asked, async ({ incident = null }) => {
        const { show } = await import("./show.ts");
        return (await show(desk, incident)).document;
      }),
    due: (asked) =>
      run("due", asked, async (checked) => {
        const { due, dueDocument } = await import("./due.ts");
        return dueDocument(await due(desk, checked));
      }),
    verify: (asked) =>
      run("verify", asked, async ({ incident = null, ...checked }) => {
        const { verify } = await import("./verify.ts");
        return documentOfSaid(await verify(desk, incident, checked));
      }),
    report: (asked) =>
      run("report", asked, async ({ incident = null, ...checked }) => {
        const [{ report }, { reportDocument }] = await Promise.all([
          import("./report.ts"),
          import("./report-document.ts"),
        ]);
        return reportDocument(await report(desk, incident, checked));
      }),
    log: (asked) =>
      run("log", asked, async ({ incident = null, ...checked }) => {
        const { log } = await import("./log.ts");
        return (await log(desk, incident, checked)).document;
      }),
    recipients(asked) {
      const finding = run("recipients", asked, async ({ incident = null, ...checked }) => {
        const { mailed, recipientsOf } = await import("./recipients.ts");
        return { found: await mailed(desk, incident, checked), recipientsOf };
      });
      // Whoever iterates hears of it.
      finding.catch(() => {});
      return (async function* () {
        const { found, recipientsOf } = await finding;
        for (const row of found.rows) yield* recipientsOf(found, row, (read) => clean(house.run(read)));
      })();
    },
    action: actionsAt(desk, run),
    lint: (asked) =>
      run("lint", asked, async ({ template = null, ...checked }) => {
        const { lint } = await import("./lint/lint.ts");
        return (await lint(desk, template, checked)).document;
      }),
    page: { build: pages("build"), publish: pages("publish") },
    doctor: () => clean(house.run(async () => (await import("./doctor.ts")).doctor(desk, { offline }))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Begins an operation with a copy of what it was given. */
type Run = <N extends keyof Taken, T>(
  operation: N,
  asked: unknown,
  work: (checked: Taken[N]) => Promise<T>,
) => Promise<T>;

type Step = keyof Speaking<never, never>["maintenance"];

/** The operations that speak at this desk, or show what they would say. */
function speakingAt<R>(
  desk: Desk,
  run: Run,
  caller: Caller,
  dryRun: boolean,
  documentOf: (result: Said | Preview) => R,
): Omit<Speaking<R, never>, "retry"> {
  /** What every operation that speaks refuses, and how it is run. */
  const speaking = <T>(
    operation: Exclude<keyof Speaking<R, never>, "retry" | "maintenance"> | `maintenance.${Step}`,
    asked: unknown,
    work: (reference: string | null, options: SpeakOptions) => Promise<T>,
  ) =>
    run(operation, asked, async ({ incident, ...rest }: About & SpeakOptions) => {
      refuseEmpty(incident ?? null, rest);
      refuseTooLong(rest.message ?? null);
      return work(incident ?? null, dryRun ? { ...rest, dryRun } : rest);
    });
  const work = (verb: Step) => (asked?: unknown) =>
    speaking(`maintenance.${verb}`, asked, async (reference, options) => {
      const { maintenance } = await import("./maintenance.ts");
      return documentOf(await maintenance(desk, `maintenance ${verb}`, reference, options, caller));
    });
  const later = (verb: "update" | "resolve") => (asked?: unknown) =>
    speaking(verb, asked, async (reference, options) => {
      const { update } = await import("./update.ts");
      return documentOf(await update(desk, verb, reference, options, caller));
    });
  const anew = (verb: "correct" | "retract") => (asked?: unknown) =>
    speaking(verb, asked, async (reference, { update, ...options }: SpeakOptions & { update?: number }) => {
      const { correct } = await import("./correct.ts");
      const which = update === undefined ? {} : { update: String(update) };
      return documentOf(await correct(desk, verb, reference, { ...options, ...which }, caller));
    });
  return {
    followUp: (asked) =>
      speaking("followUp", asked, async (reference, options) => {
        const { followUp, followUpDocument } = await import("./follow-up.ts");
        return followUpDocument(await followUp(desk, reference, options, caller));
      }),
    announce: (asked) =>
      speaking("announce", asked, async (_, options) => {
        const { announce } = await import("./announce.ts");
        return documentOf(await announce(desk, null, options, caller));
      }),
    update: later("update"),
    resolve: later("resolve"),
    correct: anew("correct"),
    retract: anew("retract"),
    maintenance: {
      schedule: work("schedule"),
      start: work("start"),
      complete: work("complete"),
      extend: work("extend"),
      cancel: work("cancel"),
    },
  };
}

function actionsAt(desk: Desk, run: Run): Status["action"] {
  const told = async (change: Change) => {
    const { actionDocument } = await import("./actions.ts");
    const { rewritePages } = await import("./pages.ts");
    if (change.changed && change.action.public)
      for (const { name, error } of await rewritePages(desk))
        if (error !== null) desk.remark(`The page ${oneLine(name)} was not written: ${oneLine(error)}`);
    return actionDocument(change, desk.surroundings.clock.now());
  };
  return {
    async add(words, asked) {
      const text = takenText("action.add", "what will be done", words);
      return run("action.add", asked, async (checked) => {
        const { addAction } = await import("./actions.ts");
        return told(await addAction(desk, text, checked));
      });
    },
    async done(id, asked) {
      const which = takenText("action.done", "an action's id", id);
      return run("action.done", asked, async (checked) => {
        const { carryOutAction } = await import("./actions.ts");
        return told(await carryOutAction(desk, which, checked));
      });
    },
    async drop(id, asked) {
      const which = takenText("action.drop", "an action's id", id);
      return run("action.drop", asked, async (checked) => {
        const { dropAction } = await import("./actions.ts");
        return told(await dropAction(desk, which, checked));
      });
    },
    list: (asked) =>
      run("action.list", asked, async ({ incident = null, ...checked }) => {
        const { listActions } = await import("./actions.ts");
        return (await listActions(desk, incident, checked)).document;
      }),
  };
}

async function retryAt(desk: Desk, { incident, ...options }: About & Retrying, caller: Caller) {
  const { retry } = await import("./retry.ts");
  return retry(desk, incident ?? null, options, caller);
}

function documentOfSaid({ outcome, incident, update, reports }: Spoken): BroadcastDocument {
  return broadcastDocument(outcome, incident, update, reports);
}

function documentOf(result: Said | Preview): BroadcastDocument {
  if (isPreview(result)) throw new Error("nothing was said");
  return documentOfSaid(result);
}

function documentOfPreview(result: Said | Preview): PreviewDocument {
  if (isPreview(result)) return previewDocument(result);
  throw new Error("a preview has spoken");
}

function publicEvent(happening: Happening): StatusEvent | null {
  const { type } = happening;
  if (type === "read-back") return null;
  return type === "spoken" || type === "mailed" ? { type, result: documentOfSaid(happening) } : happening;
}

/** Secrets reach no error. */
function scrubbed(error: unknown, scrubber: Scrubber): unknown {
  if (!(error instanceof StatusError)) return error;
  const { blame, code, message, hint, cause } = error;
  const why = cause instanceof Error ? new Error(scrubber.scrub(cause.message)) : undefined;
  return new StatusError(blame, code, scrubber.scrub(message), hint && scrubber.scrub(hint), why);
}
