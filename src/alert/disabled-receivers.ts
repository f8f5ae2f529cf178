/**
 * Receivers that answered 410 and want no more. Kept for as long as the configuration is in force: loading it anew
 * asks them once more, because a person may have put right what was wrong.
 */
export interface DisabledReceivers {
  readonly names: ReadonlySet<string>;
  disable(receiver: string): void;
}

export function createDisabledReceivers(): DisabledReceivers {
  const names = new Set<string>();
  return {
    names,
    disable: (receiver) => void names.add(receiver),
  };
}
