import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { StatusError, setupError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { SecretReference } from "../channels/contract.ts";
import { isLoopback } from "../channels/http.ts";

const CMD_TIMEOUT_MS = 10_000;

/** True where a reference is no reference but the secret itself. */
export function isLiteral(reference: SecretReference): boolean {
  return typeof reference === "string" && !/^(env|file):/.test(reference);
}

/** A literal secret is bearable only where it reaches nothing but this machine. */
export function isLocalOnly(settings: Readonly<Record<string, unknown>>, literal: string): boolean {
  const place = typeof settings.baseUrl === "string" ? settings.baseUrl : literal;
  try {
    return isLoopback(new URL(place).hostname);
  } catch {
    return false;
  }
}

/**
 * Fetches the secret that a reference names. Paths are relative to `folder`; `cmd:` runs an argv without a shell.
 * Throws setupError SECRET_* that names the reference and never the value.
 */
export async function resolveSecret(
  reference: SecretReference,
  where: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  mayRun: boolean,
): Promise<Secret> {
  if (typeof reference !== "string") return new Secret(await run(reference.cmd, where, env, mayRun));
  const [, scheme, rest] = /^(env|file):(.*)$/s.exec(reference) ?? [];
  if (scheme === "env") {
    const value = env[rest!];
    if (value === undefined || value === "")
      throw setupError(
        "SECRET_MISSING",
        `The environment has no ${rest} (for ${where}).`,
        `Set it: export ${rest}=…`,
      );
    return new Secret(value);
  }
  if (scheme === "file") return new Secret(readSecretFile(resolve(folder, rest!), where));
  return new Secret(reference);
}

function readSecretFile(path: string, where: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0 && process.platform !== "win32")
      throw setupError(
        "SECRET_FILE_OPEN",
        `Others can read ${path} (for ${where}).`,
        `Protect it: chmod 600 ${path}`,
      );
    const value = readFileSync(path, "utf8").trim();
    if (value === "") throw setupError("SECRET_MISSING", `${path} is empty (for ${where}).`, null);
    return value;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw setupError(
      "SECRET_MISSING",
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code} (for ${where}).`,
      null,
    );
  }
}

async function run(
  argv: readonly string[],
  where: string,
  env: NodeJS.ProcessEnv,
  mayRun: boolean,
): Promise<string> {
  const [program, ...rest] = argv;
  if (!mayRun)
    throw setupError("SECRET_NOT_FETCHED", `\`cmd:\` does not run in a drill (for ${where}).`, null);
  try {
    const { stdout } = await promisify(execFile)(program!, rest, {
      env,
      timeout: CMD_TIMEOUT_MS,
      maxBuffer: 64 * 1024,
      encoding: "utf8",
    });
    const value = stdout.trim();
    if (value !== "") return value;
  } catch (error) {
    const { code, killed } = error as { code?: unknown; killed?: boolean };
    // Neither its output nor its error text is shown: either may hold the secret.
    const why = killed
      ? `did not end within ${CMD_TIMEOUT_MS / 1000} s`
      : `ended with ${String(code ?? "an error")}`;
    throw setupError(
      "SECRET_MISSING",
      `${program} ${why} (for ${where}).`,
      `Try it by hand: ${argv.join(" ")}`,
    );
  }
  throw setupError(
    "SECRET_MISSING",
    `${program} printed nothing (for ${where}).`,
    `Try it by hand: ${argv.join(" ")}`,
  );
}
