import { indented, oneLine } from "../../base/printable.ts";
import type { ChannelPlan } from "../../broadcast/plan.ts";
import type { Json, Post } from "../../channels/contract.ts";
import type { Style } from "./style.ts";

const CHANGES = { amend: "changes the post that is out", remove: "deletes the post that is out" } as const;

/** Each channel's exact text with its measured length, as it will be sent. */
export function previewText(plan: readonly ChannelPlan[], { chalk, symbols, columns }: Style): string {
  return plan
    .map(({ speaker, leftOut, posts, follows, subject, change }) => {
      const facts = [
        speaker.kind,
        speaker.audience,
        ...(change === undefined ? (follows ? ["in its thread"] : []) : [CHANGES[change.effect]]),
        ...(speaker.required ? [] : ["optional"]),
      ];
      const head = `${chalk.bold(speaker.name)} ${chalk.dim(`(${facts.join(", ")})`)}`;
      if (leftOut !== null) return `${head}\n  ${chalk.dim(`nothing: ${oneLine(leftOut)}`)}\n`;
      if (change?.effect === "remove") return `${head}\n`;
      const recipients =
        posts.length > 1 ? [`${posts.length} addresses: ${posts.map((post) => post.part).join(", ")}`] : [];
      const notes = posts[0] === undefined ? [] : [...lengthNote(posts[0].length), ...posts[0].notes];
      const aside =
        speaker.setAside === null
          ? []
          : [chalk.yellow(`cannot speak now: ${oneLine(speaker.setAside.message)}`)];
      return [
        head,
        ...(posts[0] !== undefined && isSent(subject, posts[0])
          ? [`  ${chalk.dim("subject:")} ${oneLine(subject)}`]
          : []),
        indented(posts[0]?.text ?? "", `  ${symbols.bar} `, columns),
        ...[...recipients, ...notes].map((note) => chalk.dim(`  ${oneLine(note)}`)),
        ...aside.map((note) => `  ${note}`),
        "",
      ].join("\n");
    })
    .join("\n");
}

/** Whether the place gets the subject as well, beside the text that is shown. */
function isSent(subject: string, { payload, text }: Post): boolean {
  return subject !== "" && !text.includes(subject) && holds(payload, subject);
}

function holds(json: Json, subject: string): boolean {
  if (typeof json === "string") return json.includes(subject);
  return (
    typeof json === "object" && json !== null && Object.values(json).some((part) => holds(part, subject))
  );
}

function lengthNote(length: { used: number; limit: number; unit: string } | null): string[] {
  return length === null ? [] : [`${length.used} of ${length.limit} ${length.unit}`];
}
