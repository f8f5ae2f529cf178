import type { Alert } from "./alert.ts";

/** Reasons of alerts that somebody sends to see whether they arrive. */
export const testReasons = { loud: "test", quiet: "quiet test" } as const;

export const isTest = ({ reason }: Pick<Alert, "reason">): boolean =>
  reason === testReasons.loud || reason === testReasons.quiet;

/** A test that must wake nobody: services that can hide it do. */
export const isQuietTest = ({ reason }: Pick<Alert, "reason">): boolean => reason === testReasons.quiet;
