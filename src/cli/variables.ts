import type { TemplateSet } from "../render/template.ts";
import type { Dialog } from "./dialog.ts";
import type { Typed } from "./typed.ts";

/** The values of `--set`, joined by a person's answers for what the template asks. Without a person the template itself complains. */
export async function askVariables(
  template: TemplateSet,
  set: Readonly<Record<string, string>>,
  dialog: Dialog | null,
  typed: Typed,
): Promise<Record<string, string>> {
  const values = { ...set };
  if (dialog === null) return values;
  for (const [name, { help, choices, default: initial, prompt }] of Object.entries(template.ask)) {
    if (values[name] !== undefined || !prompt) continue;
    const question = help ?? name;
    values[name] =
      choices.length === 0
        ? await dialog.input(question, initial === null ? {} : { initial })
        : await dialog.select(
            question,
            [...(initial === "" ? [""] : []), ...choices].map((choice) => ({
              // No letter that answers another question stands at its beginning: what is typed ahead must not choose.
              name: choice === "" ? "(say nothing of it)" : `say: ${choice}`,
              value: choice,
            })),
            initial ?? undefined,
          );
    const given = Object.entries(values).map(([key, value]) => `${key}=${value}`);
    typed.keep({ set: given }, choices.length === 0 && values[name] !== (initial ?? ""));
  }
  return values;
}
