import { type Clock, systemClock } from "../base/clock.ts";
import { StatusError } from "../base/errors.ts";
import { Scrubber } from "../base/scrubber.ts";
import { PROGRAM } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import { processCircumstances } from "./circumstances.ts";
import { type Desk, openDesk } from "./desk.ts";
import type { DoctorDocument } from "./doctor.ts";
import {
  type BroadcastDocument,
  broadcastDocument,
  type DueDocument,
  type FollowUpDocument,
  type FollowUpsDocument,
  type ListDocument,
  NOTHING,
  type NothingDocument,
  type PreviewDocument,
  type RetryPreviewDocument,
  retryPreviewDocument,
  type ShowDocument,
} from "./documents.ts";
import type { DeliveryEvent, Happening, MailingEvent, PlannedEvent, RemarkEvent, Spoken } from "./events.ts";
import type { MaintenanceVerb } from "./maintenance.ts";
import { type Duration, refuseEmpty, refuseTooLong, type SpeakOptions } from "./options.ts";
import { previewDocument } from "./preview-document.ts";
import type { RetryOptions as Retrying } from "./retry.ts";
import { isPreview, type PlanOptions, type Preview } from "./say.ts";

/** What happens while an operation runs. `spoken`: all channels that speak at once have; `mailed`: lists have been sent to. */
export type StatusEvent =
  | DeliveryEvent
  | PlannedEvent
  | MailingEvent
  | RemarkEvent
  | { readonly type: "spoken" | "mailed"; readonly result: BroadcastDocument };

export interface CreateOptions {
  /** A configuration file; or what one would hold, with paths relative to `cwd`. The nearest file where left out. */
  readonly config?: string | object;
  /** Where a configuration is looked for; this process's folder where left out. */
  readonly cwd?: string;
  /** What secrets and settings are read from; this process's environment where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Aborted to end: nothing new is started, and what is in flight has three seconds to come to its end. */
  readonly signal?: AbortSignal;
  /** Work from this machine's copy of the ledger, where the ledger is out of reach. */
  readonly offline?: boolean;
  /** Told what happens. What it throws is ignored: what is being sent goes on. */
  readonly onEvent?: (event: StatusEvent) => void;
}

/** Which incident: an id, a unique prefix of one, or the key it was announced with; the only open one where left out. */
export interface About {
  readonly incident?: string;
}

type Words = "template" | "message" | "short" | "internal" | "set" | "security";
type Sending =
  | "only"
  | "except"
  | "key"
  | "timeout"
  | "verify"
  | "wait"
  | "resendUnknown"
  | "allow"
  | "breakGlass";
type Facts = "title" | "impact" | "components" | "startedAt" | "nextUpdate";

export type AnnounceOptions = Pick<
  SpeakOptions,
  Words | Sending | Facts | "phase" | "until" | "automatic" | "new"
>;
export type UpdateOptions = About & Pick<SpeakOptions, Words | Sending | Facts | "phase" | "long">;
export type ResolveOptions = About & Pick<SpeakOptions, Words | Sending | Exclude<Facts, "nextUpdate">>;
export type CorrectOptions = About &
  Pick<SpeakOptions, Words | Sending> & {
    /** The number of the update; the newest that is out where left out. */
    readonly update?: number;
    /** Take posts away where the place lets one, instead of changing their words. */
    readonly delete?: boolean;
  };
export type FollowUpOptions = About & Pick<SpeakOptions, Words | Sending>;
export type RetryOptions = About & Omit<Retrying, "dryRun" | "key">;
export type ScheduleOptions = Omit<AnnounceOptions, "startedAt" | "until"> &
  Required<Pick<SpeakOptions, "from" | "until">>;
export type WorkOptions = About & Pick<SpeakOptions, Words | Sending | "title" | "components">;
export type StartOptions = WorkOptions & Pick<SpeakOptions, "until" | "nextUpdate">;
export type ExtendOptions = WorkOptions & Pick<SpeakOptions, "from" | "until" | "nextUpdate">;

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

/** What `status` does on the command line, for a program. Every method throws StatusError for what a person can mend. */
export interface Status extends Speaking<BroadcastDocument, BroadcastDocument | NothingDocument> {
  /** The same, sending nothing: each channel's text with its limits, and what the wording rules have against it. */
  readonly preview: Speaking<PreviewDocument, RetryPreviewDocument | NothingDocument>;
  /** Says a previewed plan by its hash, exactly as it was shown. Throws PLAN_EXPIRED, APPROVAL_NEEDED and their like. */
  say(plan: string, options?: PlanOptions): Promise<BroadcastDocument>;
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
  /** Ends connections and closes the ledger. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Reads the configuration and gives the operations, for a program: nobody is asked, to call is to agree, and nothing is printed.
 * Throws StatusError CONFIG_* where there is no configuration, or a wrong one.
 */
export async function createStatus(options: CreateOptions = {}): Promise<Status> {
  const { config = null, cwd = process.cwd(), clock = systemClock, signal, offline = false } = options;
  const own = processCircumstances(signal);
  const circumstances = { ...own, cwd, clock, env: { ...(options.env ?? own.env) } };
  const scrubber = new Scrubber();
  const tell = (happening: Happening) => {
    const event = publicEvent(happening);
    if (event === null) return;
    try {
      const told: unknown = options.onEvent?.(event);
      // It may be an async function, for those fit where nothing is given back.
      if (told instanceof Promise) told.catch(() => {});
    } catch {
      // What is being sent goes on.
    }
  };
  const clean = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => Promise.reject(scrubbed(error, scrubber)));
  const desk = await clean(openDesk(circumstances, scrubber, { config, offline }, tell));
  const speaking = speakingAt(desk, clean, false, documentOf);
  const preview = speakingAt(desk, clean, true, documentOfPreview);
  const close = () => desk.close();
  return {
    ...speaking,
    retry: (given = {}) =>
      clean(
        retryAt(desk, given).then((result) =>
          result === null || "rows" in result ? NOTHING : documentOfSaid(result),
        ),
      ),
    preview: {
      ...preview,
      retry: (given = {}) =>
        clean(
          retryAt(desk, { ...given, dryRun: true }).then((result) =>
            result !== null && "rows" in result ? retryPreviewDocument(result.rows) : NOTHING,
          ),
        ),
    },
    say: (plan, given = {}) =>
      clean(
        import("./say.ts").then(async ({ sayNamedPlan }) =>
          documentOfSaid(await sayNamedPlan(desk, null, plan, given, PROGRAM)),
        ),
      ),
    list: (given = {}) =>
      clean(import("./list.ts").then(async ({ list }) => (await list(desk, given)).document)),
    show: ({ incident } = {}) =>
      clean(import("./show.ts").then(async ({ show }) => (await show(desk, incident ?? null)).document)),
    due: (given = {}) =>
      clean(import("./due.ts").then(async ({ due, dueDocument }) => dueDocument(await due(desk, given)))),
    verify: ({ incident, ...given } = {}) =>
      clean(
        import("./verify.ts").then(async ({ verify }) =>
          documentOfSaid(await verify(desk, incident ?? null, given)),
        ),
      ),
    doctor: () => clean(import("./doctor.ts").then(({ doctor }) => doctor(desk, { offline }))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Clean = <T>(work: Promise<T>) => Promise<T>;

/** The operations that speak at this desk, or show what they would say. */
function speakingAt<R>(
  desk: Desk,
  clean: Clean,
  dryRun: boolean,
  documentOf: (result: Said | Preview) => R,
): Omit<Speaking<R, never>, "retry"> {
  const run = (
    { incident, ...options }: About & SpeakOptions,
    operation: (reference: string | null, options: SpeakOptions) => Promise<Said | Preview>,
  ) =>
    clean(
      (async () => {
        refuseEmpty(incident ?? null, options);
        refuseTooLong(options.message ?? null);
        return documentOf(await operation(incident ?? null, dryRun ? { ...options, dryRun } : options));
      })(),
    );
  const work =
    (verb: MaintenanceVerb) =>
    (options: About & SpeakOptions = {}) =>
      run(options, async (reference, given) =>
        (await import("./maintenance.ts")).maintenance(desk, verb, reference, given, PROGRAM),
      );
  const later =
    (verb: "update" | "resolve") =>
    (options: About & SpeakOptions = {}) =>
      run(options, async (reference, given) =>
        (await import("./update.ts")).update(desk, verb, reference, given, PROGRAM),
      );
  const anew =
    (verb: "correct" | "retract") =>
    ({ update, ...options }: CorrectOptions = {}) =>
      run(options, async (reference, given) =>
        (await import("./correct.ts")).correct(
          desk,
          verb,
          reference,
          { ...given, ...(update === undefined ? {} : { update: String(update) }) },
          PROGRAM,
        ),
      );
  return {
    followUp: ({ incident, ...options } = {}) =>
      clean(
        (async () => {
          refuseEmpty(incident ?? null, options);
          refuseTooLong(options.message ?? null);
          const { followUp, followUpDocument } = await import("./follow-up.ts");
          const given = dryRun ? { ...options, dryRun } : options;
          return followUpDocument(await followUp(desk, incident ?? null, given, PROGRAM));
        })(),
      ),
    announce: (options) =>
      run(options, async (_, given) => (await import("./announce.ts")).announce(desk, null, given, PROGRAM)),
    update: later("update"),
    resolve: later("resolve"),
    correct: anew("correct"),
    retract: anew("retract"),
    maintenance: {
      schedule: work("maintenance schedule"),
      start: work("maintenance start"),
      complete: work("maintenance complete"),
      extend: work("maintenance extend"),
      cancel: work("maintenance cancel"),
    },
  };
}

async function retryAt(desk: Desk, { incident, ...options }: About & Retrying) {
  const { retry } = await import("./retry.ts");
  return retry(desk, incident ?? null, options, PROGRAM);
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
