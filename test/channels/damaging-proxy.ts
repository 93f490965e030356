export * from "../../src/conformance/damaging-proxy.ts";
