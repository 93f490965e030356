export { ChannelError, TooLong } from "./channels/contract.ts";
