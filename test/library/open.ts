import { onTestFinished } from "vitest";
import { type CreateOptions, createStatus, type Status, StatusError } from "../../src/index.ts";
import type { Stage } from "../support/stage.ts";

export async function open(stage: Stage, more: CreateOptions = {}): Promise<Status> {
  const { folder, clock } = stage;
  const env = { HOME: folder, PATH: process.env.PATH };
  const status = await createStatus({ cwd: folder, clock, env, ...more });
  onTestFinished(() => status.close());
  return status;
}

export const CHECKOUT = { title: "Checkout is failing", components: ["checkout"], impact: "major" } as const;

export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof StatusError ? error.code : `no StatusError: ${String(error)}`;
}
