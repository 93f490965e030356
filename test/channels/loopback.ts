export * from "../../src/conformance/loopback.ts";
