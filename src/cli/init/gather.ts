import { dirname } from "node:path";
import { Cancelled } from "../../base/cancelled.ts";
import { StatusError, usageError } from "../../base/errors.ts";
import { shellWord } from "../../base/printable.ts";
import type { Finding, Property } from "../../channels/contract.ts";
import type { Need } from "../../channels/guide.ts";
import { checkConfig } from "../../config/load.ts";
import type { Dialog } from "../dialog.ts";
import { styleFor } from "../output/style.ts";
import { askChannel } from "./ask.ts";
import type { Chosen, NewConfig } from "./compose.ts";
import { checkCredential, type Keys, listChoices } from "./credential.ts";
import type { Offer } from "./detect.ts";
import { finish, named, propertyFrom, schemaLink } from "./finish.ts";
import { askProperty } from "./property.ts";
import { assemble, fromEnvironment, isSecret, readAnswer, readSettings } from "./settings.ts";
import { offerFor, type Setup, unique } from "./setup.ts";
import { sayDetected } from "./told.ts";

/** Nobody can be asked: flags, then what was found. Throws a usage error that names every setting that is left. */
export async function fromFlags(
  { surroundings, flags, detected, path, all }: Setup,
  chosenByFlag: readonly Offer[],
): Promise<NewConfig> {
  if (flags.property === undefined)
    throw usageError(
      "PROPERTY_NEEDED",
      "There is no name, and no terminal to ask for one.",
      'Give it: --property "What customers call you"',
    );
  const chosen = chosenByFlag.length > 0 ? unique(chosenByFlag) : [offerFor("page", "--channel", all)];
  const property = propertyFrom(flags.property, flags, detected, flags.url ?? detected.homepage ?? undefined);
  const given = readSettings(flags.set ?? [], chosen);
  const wanting: { readonly offer: Offer; readonly need: Need }[] = [];
  const channels = chosen.map((offer) => {
    const { kind, guide } = offer;
    const own = given.get(kind.kind) ?? {};
    const answered: Record<string, unknown> = {};
    for (const need of guide.needs) {
      if (own[need.field] !== undefined || (need.unless !== undefined && own[need.unless] !== undefined))
        continue;
      const variable = detected.variables.get(kind.kind)?.get(need.field);
      const told = fromEnvironment(offer, need, detected, surroundings) ?? need.usual;
      if (isSecret(offer, need)) answered[need.field] = `env:${variable ?? need.env[0]}`;
      else if (told !== undefined) answered[need.field] = readAnswer(need, told);
      else wanting.push({ offer, need });
    }
    return { name: guide.name, guide, settings: finish(assemble(offer, answered, given), property, given) };
  });
  if (wanting.length > 0) throw settingsNeeded(wanting);
  return { property, channels: named(channels), schema: schemaLink(path) };
}

/** An example that is written as if it were real is told to nobody, and nobody would notice. */
function settingsNeeded(wanting: readonly { readonly offer: Offer; readonly need: Need }[]): StatusError {
  const kinds = [...new Set(wanting.map(({ offer }) => offer))];
  const settings = kinds.map((kind) => {
    const fields = wanting.filter(({ offer }) => offer === kind).map(({ need }) => need.field);
    return `${kind.kind.title} needs ${fields.join(" and ")}`;
  });
  const flags = wanting.map(
    ({ offer, need }) => `--set ${shellWord(`${offer.kind.kind}.${need.field}=${need.example ?? ""}`)}`,
  );
  return usageError(
    "SETTINGS_NEEDED",
    `${settings.join("; ")}: there is no terminal to ask at, and an example is never written.`,
    `With your own values, give: ${flags.join(" ")}`,
  );
}

/** A person answers; each channel is checked as soon as it is whole. Throws Cancelled. */
export async function fromAnswers(
  setup: Setup,
  chosenByFlag: readonly Offer[],
  dialog: Dialog,
): Promise<NewConfig> {
  const { surroundings, flags, detected, path, all, typed, scrubber } = setup;
  const style = styleFor(surroundings.stderr, surroundings, flags.plain === true);
  const given = readSettings(flags.set ?? [], chosenByFlag.length > 0 ? chosenByFlag : all);
  surroundings.stderr.write(sayDetected(detected, all, style));
  const answers = await askProperty(dialog, flags, detected);
  const marked = (kind: string) =>
    kind === "page" ||
    (detected.variables.get(kind)?.size ?? 0) > 0 ||
    detected.misleading.some((entry) => entry.kind === kind);
  const chosen =
    chosenByFlag.length > 0
      ? unique(chosenByFlag)
      : await dialog.checkbox(
          "Where do you speak?",
          all.map((offer) => ({
            name: `${offer.kind.title}${offer.guide.hint === undefined ? "" : style.chalk.dim(` ${offer.guide.hint}`)}`,
            short: offer.kind.title,
            value: offer,
            checked: marked(offer.kind.kind),
          })),
        );
  const property = propertyFrom(answers.property, answers, detected, answers.url);
  const channels: Chosen[] = [];
  for (const offer of chosen) {
    const settings = await askChannel(offer, {
      ...{ surroundings, dialog, style, scrubber, detected, given, typed },
      folder: dirname(path),
      choices: (offer, need, settings) => listChoices(offer, need, settings, known(property), keysOf(setup)),
      check: (offer, settings) => check(setup, property, offer.guide.name, finish(settings, property, given)),
    });
    if (settings !== null)
      channels.push({
        name: offer.guide.name,
        guide: offer.guide,
        settings: finish(settings, property, given),
      });
  }
  if (channels.length === 0) {
    surroundings.stderr.write("\nNo channel is left: without one there is nothing to write.\n");
    throw new Cancelled();
  }
  // What was typed for a channel that was left out, or typed anew, is forgotten.
  for (const reference of typed.keys())
    if (!channels.some(({ settings }) => Object.values(settings).includes(reference)))
      typed.delete(reference);
  return { property, channels: named(channels), schema: schemaLink(path) };
}

async function check(
  setup: Setup,
  property: NewConfig["property"],
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<readonly Finding[]> {
  try {
    const config = await checkConfig({ property, channels: { [name]: settings } }, { path: setup.path });
    return await checkCredential(config.channels[0]!, config.property, keysOf(setup));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return [{ name: "settings", level: "fail", message: error.message, hint: null }];
  }
}

function keysOf({ path, typed, surroundings, scrubber }: Setup): Keys {
  return { typed, folder: dirname(path), surroundings, scrubber };
}

/** The property as channels know it, before it has components. */
function known({ name, url, statusUrl, locale, timeZone }: NewConfig["property"]): Property {
  return { name, url: url ?? null, statusUrl: statusUrl ?? null, locale, timeZone, components: [] };
}
