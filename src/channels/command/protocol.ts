import { z } from "zod";
import { excerpt, notBeyondADay } from "../answer.ts";
import {
  ChannelError,
  type Finding,
  type Json,
  type Place,
  type Receipt,
  type Verdict,
} from "../contract.ts";

/** It rises only when a program that was written for it would be misled. */
export const PROTOCOL_VERSION = 1;

export type Action = "publish" | "find" | "verify" | "amend" | "remove" | "check";

const LOOK_FIRST = "it may be out: look before posting again";

const receipt = z.object({
  id: z
    .string()
    .min(1)
    .max(500)
    .refine((id) => !/\p{Cc}/u.test(id)),
  url: z.url({ protocol: /^https?$/ }).nullish(),
  pending: z.boolean().optional(),
  extra: z.json().optional(),
});
const words = { message: z.string().optional(), hint: z.string().optional() };
const answers = {
  receipt,
  refused: z.object(words),
  notSent: z.object({ ...words, retryAfter: z.unknown().optional(), retryAt: z.unknown().optional() }),
  unknown: z.object(words),
  absent: z.object({ reason: z.string().optional() }),
  verdict: z.enum(["seen", "missing", "altered", "not-yet", "cannot"]),
  removed: z.literal(true),
  findings: z.array(
    z.object({
      name: z.string(),
      level: z.enum(["ok", "warn", "fail"]),
      message: z.string(),
      hint: z.string().nullish(),
    }),
  ),
} as const;

type Answers = { readonly [Name in keyof typeof answers]: z.output<(typeof answers)[Name]> };

/** A program's answer: exactly one of the known fields, with a note where the verdict has one. */
export type ProgramAnswer = {
  readonly [Name in keyof Answers]: {
    readonly is: Name;
    readonly value: Answers[Name];
    readonly note: string | null;
  };
}[keyof Answers];

/** Reads the one document that a program printed; null where it is none, or says nothing known, or says two things. */
export function readProgramAnswer(stdout: string): ProgramAnswer | null {
  let document: unknown;
  try {
    document = JSON.parse(stdout);
  } catch {
    return null;
  }
  const fields = z.record(z.string(), z.unknown()).safeParse(document).data ?? {};
  const said = Object.keys(answers).filter((name) => fields[name] !== undefined) as (keyof Answers)[];
  const [is] = said;
  if (is === undefined || said.length > 1) return null;
  const value = answers[is].safeParse(fields[is]);
  if (!value.success) return null;
  const note = typeof fields.note === "string" ? excerpt(fields.note) : null;
  return { is, value: value.data, note } as ProgramAnswer;
}

/** A receipt as programs know it. */
export function toProgram(receipt: Receipt | null): Json {
  return receipt === null ? null : { id: receipt.remoteId, url: receipt.url, extra: receipt.extra };
}

export function placeToProgram(place: Place): Json {
  return { root: toProgram(place.root), previous: toProgram(place.previous) };
}

/** A program's receipt as the ledger keeps it. */
export function fromProgram({ id, url, pending, extra }: Answers["receipt"]): Receipt {
  return {
    remoteId: id,
    url: url ?? null,
    ...(pending === true ? { pending } : {}),
    extra: extra ?? null,
  };
}

/** What an answer that is no success says of an attempt; an answer that belongs to another action is no answer. */
export function failureIn(answer: ProgramAnswer, now: Date): ChannelError | null {
  switch (answer.is) {
    case "refused":
      return new ChannelError(
        "refused",
        "COMMAND_REFUSED",
        said(answer.value, "the program refuses the post"),
        {
          hint: hintIn(answer.value) ?? "the program's own words say why",
        },
      );
    case "notSent":
      return new ChannelError("not-sent", "COMMAND_LATER", said(answer.value, "the program asks to wait"), {
        hint: hintIn(answer.value) ?? "type: status retry",
        retryAt: retryAtOf(answer.value, now),
      });
    case "unknown":
      return new ChannelError("unknown", "COMMAND_UNSURE", said(answer.value, "the program cannot tell"), {
        hint: hintIn(answer.value) ?? LOOK_FIRST,
      });
    default:
      return null;
  }
}

export function verdictIn(answer: ProgramAnswer): Verdict | null {
  if (answer.is !== "verdict") return null;
  const { value: state, note } = answer;
  return { state, note: state === "seen" ? note : (note ?? `the program says: ${state}`) };
}

export function findingsIn(answer: ProgramAnswer): readonly Finding[] | null {
  if (answer.is !== "findings") return null;
  return answer.value.map(({ name, level, message, hint }) => ({
    name: excerpt(name),
    level,
    message: excerpt(message),
    hint: excerpt(hint ?? "") || (level === "fail" ? "the program's own words say why" : null),
  }));
}

function said({ message = "" }: { message?: string | undefined }, otherwise: string): string {
  return excerpt(message) || otherwise;
}

function hintIn({ hint = "" }: { hint?: string | undefined }): string | null {
  return excerpt(hint) || null;
}

function retryAtOf(
  { retryAfter, retryAt }: { retryAfter?: unknown; retryAt?: unknown },
  now: Date,
): Date | null {
  if (typeof retryAfter === "number") return notBeyondADay(now.getTime() + retryAfter * 1000, now);
  return typeof retryAt === "string" ? notBeyondADay(Date.parse(retryAt), now) : null;
}
