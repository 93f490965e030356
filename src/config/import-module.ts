/**
 * Imports a module as Node does. It stands by itself, for it must be loaded as Node loads: code that was kept knows of no import.
 */
export function importModule(url: string): Promise<unknown> {
  return import(url);
}
