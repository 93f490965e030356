import { Ground, statusIn } from "./ground.ts";
import {
  type Arm,
  environment,
  interleave,
  megabytes,
  milliseconds,
  ratio,
  rounds,
  spread,
  status,
} from "./measure.ts";

/** What a command costs before it has done anything: whole processes, beside a bare `node -e 0`. */
const ROUNDS = rounds(21);
const COMMANDS = [
  ["--version"],
  ["--help"],
  ["list"],
  ["due"],
  ["preview", "announce", "--title", "Checkout is slow", "--new"],
];

const ground = await Ground.open();
try {
  const { folder } = await ground.project("start", ground.channels(5), (made) =>
    status(made, ["announce", "--title", "Search is slow", "--next-update", "24h", "--yes"]),
  );
  const env = environment(folder);
  const bare: Arm = {
    name: "node -e 0",
    command: () => ({ file: process.execPath, argv: ["-e", "0"], cwd: folder, env }),
  };
  const commands = COMMANDS.map(
    (argv): Arm => ({
      name: `status ${argv.slice(0, 2).join(" ")}`,
      command: () => statusIn(folder, argv),
    }),
  );
  const told = await interleave([bare, ...commands], ROUNDS);
  const base = told.get(bare.name)!;
  console.log(`Five channels, one open incident in the ledger. ${ROUNDS} rounds, interleaved.\n`);
  console.log("| command | wall time | of bare Node | CPU time | peak memory |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const [name, { ms, cpuMs, peakMb }] of told)
    console.log(
      `| \`${name}\` | ${spread(ms)} | ${ratio(ms, base.ms)} | ${milliseconds(cpuMs)} | ${megabytes(peakMb)} |`,
    );
} finally {
  ground.close();
}
