import { types } from "node:util";
import { excerpt } from "./answer.ts";

// What own code throws may be anything: an object whose fields throw when they are read, or a Proxy.

/** What was thrown, on one line; throws nothing. */
export function wordsOf(error: unknown): string {
  if (typeof error === "string" && error.trim() !== "") return excerpt(error);
  try {
    if (error instanceof Error) return excerpt(`${error.name}: ${error.message}`);
  } catch {
    // Not everything that can be thrown can be made a text.
  }
  return `it threw ${error === null ? "null" : typeof error}`;
}

/** What was thrown where others may read it, else its words as an error; throws nothing. */
export function causeOf(error: unknown): Error {
  try {
    if (types.isNativeError(error) && [error.name, error.message, error.stack ?? ""].every(isText))
      return error;
  } catch {
    // Whoever prints a cause would fail as this has.
  }
  return new Error(wordsOf(error));
}

/** Whether it is of that class; a Proxy may refuse to say. */
export function isOf<T>(error: unknown, known: abstract new (...given: never[]) => T): error is T {
  return !types.isProxy(error) && error instanceof known;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
