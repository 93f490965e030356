export { StatusError } from "./base/errors.ts";
