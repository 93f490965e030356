const EDITS = [
  {
    file: /\/@neon-rs\/load\/dist\/index\.js$/,
    was: "return isGlibc()",
    // It would have a report of the whole process made, only to see which C library that stands on: 5 ms.
    is: 'return require("detect-libc").familySync() === "glibc"',
  },
  {
    file: /\/libsql\/index\.js$/,
    was: "return require(",
    // No package manager promises that the native file is found from anywhere but where libsql is installed.
    is: 'return require("node:module").createRequire(require.resolve("libsql"))(',
  },
];

/** A plugin that lets libsql's own code stand in a chunk; its native file stays in the package for its platform. */
export function libsqlInside() {
  return {
    name: "libsql-inside",
    transform: {
      filter: { id: EDITS.map(({ file }) => file) },
      handler(code, id) {
        const { was, is } = EDITS.find(({ file }) => file.test(id));
        const parts = code.split(was);
        if (parts.length !== 2) throw new Error(`${id} no longer says once: ${was}`);
        return parts.join(is);
      },
    },
  };
}
