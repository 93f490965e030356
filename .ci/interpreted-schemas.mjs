/**
 * A plugin that has zod check values as it goes: it would first make a function of each schema's object, out of text, which
 * costs more than the one check that most schemas do in a command's life.
 */
export function interpretedSchemas() {
  return {
    name: "interpreted-schemas",
    transform: {
      filter: { id: /\/zod\/v4\/core\/schemas\.js$/ },
      handler(code) {
        const parts = code.split("!core.globalConfig.jitless");
        if (parts.length !== 2) throw new Error("zod no longer asks globalConfig.jitless once");
        return parts.join("false");
      },
    },
  };
}
