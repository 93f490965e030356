import { type ZodType, z } from "zod";
import { setupError } from "../base/errors.ts";
import type { Channel, ChannelKind, ChannelKit } from "./contract.ts";
import type { FieldOf, Resolved } from "./define-kind.ts";
import { guarded } from "./own-guard.ts";
import { ownKit } from "./own-kit.ts";

/** Of what an own channel and `status` ask of each other: it rises only where a channel written for it would be misled. */
export const CONTRACT = 1;

/** A channel's methods as its author writes them; see Channel for what each promises. */
export type OwnChannel = Omit<Channel, "mailing">;

/** What an own channel is given to work with. */
export type OwnKit = Omit<ChannelKit, "board">;

/** A kind of channel that is not built in: what its file or package exports as `default`. */
export interface OwnKind extends Omit<ChannelKind, "connect"> {
  readonly contract: number;
  connect(settings: unknown, kit: OwnKit): OwnChannel;
}

/**
 * Defines a kind of channel of your own. `kind` is its name in the ledger and in templates (`acknowledge.pager.md`): lower-case
 * letters, digits and hyphens, and never changed later. `settings` is a strict zod object of its own fields, without `kind`
 * and without what every channel takes (`timeout`, `required`, `audience`, `locale`, `notices`); the fields that `secrets`
 * names hold references (`secretReference`), and `connect` gets a Secret for each.
 */
export function defineChannel<
  Schema extends ZodType,
  const Name extends FieldOf<Schema> = never,
>(definition: {
  readonly kind: string;
  readonly title: string;
  readonly settings: Schema;
  readonly secrets?: readonly Name[];
  readonly paths?: readonly string[];
  connect(settings: Resolved<z.output<Schema>, Name>, kit: OwnKit): OwnChannel;
}): OwnKind {
  return {
    ...definition,
    secrets: definition.secrets ?? [],
    contract: CONTRACT,
    connect: (settings, kit) => definition.connect(settings as Resolved<z.output<Schema>, Name>, kit),
  };
}

const names = z.array(z.string().min(1));
const shape = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9-]*$/, "use lower-case letters, digits and hyphens"),
  title: z.string().trim().min(1),
  settings: z.custom<ZodType>(isSchema, "give a zod object"),
  secrets: names,
  paths: names.optional(),
  connect: z.custom<OwnKind["connect"]>((value) => typeof value === "function", "give a function"),
});

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "safeParse" in value;
}

/**
 * The kind that a module exports as `default`, guarded: whatever it throws or returns, the engine gets what the contract says.
 * `from` names the module in errors. Throws setupError OWN_KIND_*.
 */
export function readOwnKind(exported: unknown, from: string): ChannelKind {
  if (typeof exported !== "object" || exported === null || !("contract" in exported))
    throw setupError(
      "OWN_KIND_NONE",
      `${from} exports no kind of channel.`,
      "Let it end so: export default defineChannel({ … }) — see docs/own-channel.md.",
    );
  if (exported.contract !== CONTRACT)
    throw setupError(
      "OWN_KIND_CONTRACT",
      `${from} is written for contract ${String(exported.contract)}; this status speaks contract ${CONTRACT}.`,
      "Bring both to versions that fit each other: npm outdated",
    );
  const read = shape.safeParse(exported);
  if (!read.success)
    throw setupError(
      "OWN_KIND_BROKEN",
      `${from} defines its kind wrongly: ${read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`,
      "Mend its defineChannel({ … }); docs/own-channel.md shows one.",
    );
  const { paths, ...kind } = read.data;
  return {
    ...kind,
    ...(paths === undefined ? {} : { paths }),
    connect: (settings, kit) =>
      guarded(() => (exported as OwnKind).connect(settings, ownKit(kit)), { from, channel: kit.name }),
  };
}
