/** A request that the service of a receiver sends, such as a webhook. */
export interface ServiceRequest {
  readonly header: (name: string) => string | undefined;
  /** As it came: signatures are made over it. */
  readonly body: string;
  readonly atMs: number;
}

/** What a person did in the service of a receiver. */
export type ServiceEvent =
  /** `key` identifies the incident in the messages that the service was sent. */
  | { readonly kind: "acknowledged"; readonly key: string; readonly by: string }
  /** Signed, and nothing to be done. */
  | { readonly kind: "other" }
  | { readonly kind: "forged" };
