import { randomBytes } from "node:crypto";
import MailComposer from "nodemailer/lib/mail-composer";
import { CALENDAR_NAME } from "./calendar.ts";
import type { ListPayload, ListVersion } from "./compose-list.ts";

/** One version of a mailing as bytes, with gaps for what differs from one recipient to the next. */
export interface Skeleton {
  /** BCP 47: what fills the gaps is said in this language. */
  readonly locale: string;
  /** Whole header lines, less those that are the recipient's. */
  readonly head: Buffer;
  /** What stands around the gaps, in order; one more than there are gaps. */
  readonly body: readonly Buffer[];
  /** What each gap holds. */
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly form: "text" | "html";
  readonly holds: "address" | "unsubscribe";
}

const GAPS: readonly Gap[] = [
  { form: "text", holds: "address" },
  { form: "text", holds: "unsubscribe" },
  { form: "html", holds: "address" },
  { form: "html", holds: "unsubscribe" },
];

/**
 * Renders one version of a mailing. Its text and HTML are quoted-printable, and every gap is a place between two lines
 * that a soft line break joins (RFC 2045, 6.7), so that what is put there need not be measured against its neighbours.
 */
export async function renderSkeleton(payload: ListPayload, version: ListVersion): Promise<Skeleton> {
  // Unguessable, so that no words can hold a token; alphanumeric, so that no encoding changes it.
  const mark = `gap${randomBytes(12).toString("hex")}`;
  const token = (index: number) => `${mark}n${index}`;
  const { from, replyTo, date, headers, key } = payload;
  const { subject, text, html, calendar } = version;
  const bytes = await new MailComposer({
    from: { ...from },
    ...(replyTo === null ? {} : { replyTo: { ...replyTo } }),
    subject,
    text: joined(text, [token(0), token(1)]),
    html: joined(html, [token(2), token(3)]),
    messageId: `<${mark}@example.invalid>`,
    date: new Date(date),
    headers: { ...headers },
    ...(calendar === undefined ? {} : { icalEvent: { ...calendar, filename: CALENDAR_NAME } }),
    encoding: "quoted-printable",
    baseBoundary: key.replace(/[^A-Za-z0-9]/g, "").slice(0, 32),
    newline: "windows",
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  const mail = bytes.toString("latin1");
  const end = mail.indexOf("\r\n\r\n");
  const head = mail.slice(0, end + 2).replace(`Message-ID: <${mark}@example.invalid>\r\n`, "");
  const tokens = GAPS.map((_, index) => `\r\n${token(index)}\r\n`);
  const body = mail.slice(end + 4).split(new RegExp(tokens.join("|")));
  if (body.length !== GAPS.length + 1 || `${head}${body.join("")}`.includes(mark))
    throw new Error("the mail library has moved a gap");
  return {
    locale: version.locale,
    head: Buffer.from(head, "latin1"),
    body: body.map((part) => Buffer.from(part, "latin1")),
    gaps: GAPS,
  };
}

/**
 * Each token on a line of its own. With whole line ends, because at others the library's encoder goes on counting, and
 * breaks the next line anywhere.
 */
function joined(
  [start, middle, end]: ListVersion["text"],
  [first, second]: readonly [string, string],
): string {
  return `${start}\n${first}\n${middle}\n${second}\n${end}`.replace(/\r\n?|\n/g, "\r\n");
}
