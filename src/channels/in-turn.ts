let turn: Promise<unknown> = Promise.resolve();

/**
 * Loads a vendor's large library when those asked for before are loaded, and what is ready to be sent has left: to read one
 * keeps the process busy, and requests that are made wait for nothing else.
 */
export function inTurn<T>(load: () => Promise<T>): Promise<T> {
  const loaded = turn.then(() => new Promise(setImmediate)).then(load);
  turn = loaded.catch(() => {});
  return loaded;
}
