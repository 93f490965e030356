import { z } from "zod";
import { excerpt, failing } from "../answer.ts";
import type { ChannelKit, Finding } from "../contract.ts";
import { linkFindings } from "../status-link.ts";
import { type Nodebb, responseIn } from "./client.ts";

const category = z.object({
  name: z.string(),
  descriptionParsed: z.string().nullish(),
  description: z.string().nullish(),
  disabled: z.union([z.number(), z.boolean()]).optional(),
  postQueue: z.union([z.number(), z.boolean()]).optional(),
});

/** Reads the account and the category; posts nothing. */
export async function checkNodebb(
  forum: Nodebb,
  cid: number,
  kit: Pick<ChannelKit, "property">,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const speaker = await forum.self(signal);
    if (speaker === null)
      return [finding("credential", "fail", "the forum does not know this token", "check the token and uid")];
    const findings = [finding("credential", "ok", `speaks as ${excerpt(speaker.username)}`)];
    const answer = await forum.call("GET", `/api/v3/categories/${cid}`, signal);
    const found = category.safeParse(responseIn(answer)).data;
    if (found === undefined) {
      const { message, hint } = forum.refusal(answer);
      return [...findings, finding("target", "fail", message, hint)];
    }
    const name = excerpt(found.name);
    if (found.disabled) {
      const hint = "enable the category, or configure another one";
      return [...findings, finding("target", "fail", `the category ${name} is disabled`, hint)];
    }
    findings.push(finding("target", "ok", `the category ${name}`));
    const trusted = speaker.isAdmin || speaker.isGlobalModerator;
    if (!trusted && found.postQueue)
      findings.push(
        finding(
          "permission",
          "warn",
          `posts in ${name} may wait for a moderator, and nobody can see whether one waits`,
          "switch the category's post queue off, or put the account into a group that is exempt from it",
        ),
      );
    if (!trusted && speaker.reputation < 3)
      findings.push(
        finding(
          "permission",
          "warn",
          "the account is new: by default the forum makes it wait two minutes between posts",
          "make it a global moderator, or give it a reputation of 3",
        ),
      );
    const words = [found.descriptionParsed, found.description];
    const hint = (link: string) => `have an administrator put ${link} into the category's description`;
    return [...findings, ...linkFindings(kit, "the category's description", words, hint)];
  } catch (error) {
    return [failing("target", error)];
  }
}

function finding(
  name: string,
  level: Finding["level"],
  message: string,
  hint: string | null = null,
): Finding {
  return { name, level, message, hint };
}
