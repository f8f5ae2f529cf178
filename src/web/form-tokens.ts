import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** The hidden field of every form. */
export const formTokenField = "csrf";
export const sessionCookie = "plumbline_session";
const formCookie = "plumbline_form";

interface FormKey {
  readonly key: string;
  /** The browser does not have it yet. */
  readonly isFresh: boolean;
  readonly isSecure: boolean;
}

const keys = new WeakMap<Request, FormKey>();

/**
 * Every form carries a token that only pages of this service can know: it is derived from a cookie that no script and no
 * other site can read, the session's or, where nobody has to sign in, one of its own. It is the same for as long as the
 * cookie, so that pages in other tabs stay valid.
 */
export function givesFormTokens(isSecure: boolean): MiddlewareHandler {
  return async (context, next) => {
    const kept = getCookie(context, sessionCookie) ?? getCookie(context, formCookie);
    const isFresh = kept === undefined;
    keys.set(context.req.raw, { key: kept ?? randomBytes(24).toString("base64url"), isFresh, isSecure });
    await next();
  };
}

/** From now on, forms belong to the session that has just begun. */
export function bindForms(context: Context, secret: string): void {
  const known = keys.get(context.req.raw);
  if (known !== undefined) keys.set(context.req.raw, { ...known, key: secret, isFresh: false });
}

/** The page with the token in each of its forms; text of others can't look like one, as it is escaped. */
export function withFormTokens(context: Context, page: string): string {
  const known = keys.get(context.req.raw);
  if (known === undefined || !page.includes(postForm)) return page;
  const { key, isFresh, isSecure } = known;
  if (isFresh) setCookie(context, formCookie, key, { httpOnly: true, sameSite: "Strict", path: "/", secure: isSecure });
  const field = `<input type="hidden" name="${formTokenField}" value="${tokenOf(key, randomBytes(9).toString("base64url"))}" />`;
  return page.replaceAll(/<form method="post"[^>]*>/g, (form) => form + field);
}

/** Was the form made by a page of this service, for this browser? No browser adds a bearer token by itself. */
export function hasFormToken(context: Context, form: URLSearchParams): boolean {
  if (context.req.header("authorization")?.startsWith("Bearer ") === true) return true;
  const known = keys.get(context.req.raw);
  if (known === undefined || known.isFresh) return false;
  const token = form.get(formTokenField) ?? "";
  const [given, right] = [Buffer.from(token), Buffer.from(tokenOf(known.key, token.split(".")[0] ?? ""))];
  return given.length === right.length && timingSafeEqual(given, right);
}

const postForm = '<form method="post"';

/** Another one for each page, so that the length of a packed page says nothing about it. */
const tokenOf = (key: string, salt: string): string =>
  `${salt}.${createHmac("sha256", key).update(`plumbline-form-v2 ${salt}`).digest("base64url")}`;
