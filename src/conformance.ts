/**
 * Proves a channel of your own: `import { describeChannel, onImitation } from "status/conformance"` in a test of vitest's. It needs
 * the packages `vitest` and `fast-check` beside it. The guide is docs/own-channel.md.
 */
export { type Ground, type Heard, type Imitation, onImitation, readSettings } from "./conformance/ground.ts";
export {
  contextFor,
  kitFor,
  listen,
  messageOf,
  messages,
  NOW,
  NOWHERE,
  type Received,
  type Reply,
} from "./conformance/loopback.ts";
export type { HttpManners, Provocation, Settings, Trouble } from "./conformance/provocations.ts";
export type { Conformance, Exemption } from "./conformance/scene.ts";
export { describeChannel } from "./conformance/suite.ts";
