import type { Budget, Fitted } from "../render/fit.ts";
import { fitShortPost } from "../render/short-post.ts";
import { TooLong } from "./contract.ts";

/**
 * The words within a place's limit, and below them whole what must stay (promise and link). `place` as in "X takes 280
 * characters". Throws TooLong where promise and link alone exceed the limit.
 */
export function fitInto(place: string, words: string, parts: readonly string[], budget: Budget): Fitted {
  try {
    return fitShortPost(words, parts, budget);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const alone = parts.filter((part) => part !== "").join(" ");
    throw new TooLong(
      `${place} takes ${budget.limit} characters, and promise and link alone are longer: ${alone}`,
    );
  }
}
