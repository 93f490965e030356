import { z } from "zod";
import { excerpt } from "../answer.ts";
import type { Choices } from "../guide.ts";
import { MAY_OPEN_TOPICS } from "./check.ts";
import { connectForum } from "./client.ts";
import type { DiscourseSettings } from "./settings.ts";

const listed = z.object({
  category_list: z.object({
    categories: z.array(z.object({ id: z.int(), name: z.string(), permission: z.int().nullish() })),
  }),
});

/** The categories that the account may open topics in. */
export const listCategories: Choices = async (given, kit, signal) => {
  const forum = connectForum(given as unknown as DiscourseSettings, kit);
  const read = listed.safeParse((await forum.call("GET", "/categories.json", signal)).json).data;
  return (read?.category_list.categories ?? [])
    .filter(({ permission }) => permission === MAY_OPEN_TOPICS)
    .map(({ id, name }) => ({ value: id, name: `${excerpt(name)} (${id})` }));
};
