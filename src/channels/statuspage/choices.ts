import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { excerpt } from "../answer.ts";
import type { Choices } from "../guide.ts";
import { connectJsonApi } from "../json-api.ts";
import { statuspageSettings } from "./settings.ts";

const pages = z.array(z.object({ id: z.string(), name: z.string() }));

/** The pages that the key manages. */
export const listPages: Choices = async (given, kit, signal) => {
  const { apiKey, baseUrl } = given as { readonly apiKey: Secret; readonly baseUrl?: string };
  const call = connectJsonApi(kit, {
    base: `${statuspageSettings.shape.baseUrl.parse(baseUrl)}/v1`,
    credentials: () => ({ authorization: `OAuth ${apiKey.reveal()}` }),
    secret: apiKey,
    prefix: "STATUSPAGE",
  });
  const read = pages.safeParse((await call("GET", "/pages", signal)).json).data ?? [];
  return read.map(({ id, name }) => ({ value: id, name: `${excerpt(name)} (${id})` }));
};
