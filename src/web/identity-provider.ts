/** What one sign-in has to remember between its two requests; only this browser knows it. */
export interface SignInFlow {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** Where people sign in with OpenID Connect. */
export interface IdentityProvider {
  /** To name it on the page. */
  readonly host: string;
  /** The address to send the browser to. */
  begin(): Promise<{ readonly address: string; readonly flow: SignInFlow }>;
  /** The name of the person, from the query the provider sends back; undefined: it names nobody. Throws when refused. */
  finish(query: string, flow: SignInFlow): Promise<string | undefined>;
}
