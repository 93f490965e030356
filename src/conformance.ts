export { TooLong } from "./channels/contract.ts";
