// Runs the command named by its first argument and says on stderr how much memory the process held at most.
const [, , command, ...argv] = process.argv;
process.argv.splice(1, process.argv.length, command, ...argv);
process.on("exit", () => process.stderr.write(`peak ${process.resourceUsage().maxRSS} kB\n`));
await import(command);
