/** What a secret must look like for its service to accept it. */
export interface SecretForm {
  readonly description: string;
  accepts(value: string): boolean;
}

/** Whitespace around a secret, which files often have, is not part of it. */
export const matching = (description: string, form: RegExp): SecretForm => ({
  description,
  accepts: (value) => form.test(value.trim()),
});

/** What may stand in an `Authorization` header (RFC 6750). */
export const bearerToken = matching("a token of printable ASCII without blanks", /^[\x21-\x7e]+$/);

export const webAddress: SecretForm = {
  description: "an http or https URL",
  accepts: (value) => URL.canParse(value.trim()) && /^https?:$/.test(new URL(value.trim()).protocol),
};
