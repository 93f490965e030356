import type { ZodType, z } from "zod";
import type { Secret } from "../base/secret.ts";
import type { ChannelKind } from "./contract.ts";

/** The settings as `connect` gets them: checked, and with a Secret in place of each reference. */
export type Resolved<Fields, Names extends string> = {
  readonly [Name in keyof Fields]: Name extends Names
    ?
        | (NonNullable<Fields[Name]> extends readonly unknown[] ? readonly Secret[] : Secret)
        | Extract<Fields[Name], undefined>
    : Fields[Name];
};

/** A built-in kind: what `connect` gets follows from its schema and from the fields that `secrets` names. */
export function defineKind<Schema extends ZodType, const Name extends FieldOf<Schema> = never>(
  definition: Omit<ChannelKind<Resolved<z.output<Schema>, Name>>, "settings" | "secrets"> & {
    readonly settings: Schema;
    readonly secrets: readonly Name[];
  },
): ChannelKind<Resolved<z.output<Schema>, Name>> {
  return definition;
}

/** What a schema's settings are called. */
export type FieldOf<Schema extends ZodType> = Extract<keyof z.output<Schema>, string>;
