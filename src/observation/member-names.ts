import { saysLittle } from "./foreign-name.ts";

const maxNameLength = 80;
/** An object of more members than this is a map, whatever their names. */
const mostMembers = 64;
/** One of more members than this is a map if all of them are alike. */
const mostAlike = 24;

/** Objects that the protocols fill with names of the caller's own. */
const maps = /^(logit_bias|metadata|headers|extra_headers|labels|tags|properties|arguments)$/;

/** Whether the members of an object are data rather than words of a protocol. */
export function isMap(member: string, kinds: readonly string[]): boolean {
  return maps.test(member) || kinds.length > mostMembers || (kinds.length > mostAlike && new Set(kinds).size === 1);
}

/** A member's name as paths show it: `*` for names that are data, may be secret, or cannot be shown. */
export function shownName(name: string): string {
  if (name.length > maxNameLength || !/^[\p{L}_$@][\p{L}\p{N}_$@:./-]*$/u.test(name)) return "*";
  return isData(name) || !saysLittle(name) ? "*" : name.replaceAll(".", "%2E");
}

/** A name that is a value: an id, a hash, a key. Names of a protocol are words. */
function isData(name: string): boolean {
  return (
    /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(name) ||
    /^(sk|pk|whsec|bearer)[-_]/i.test(name) ||
    (name.length >= 16 && /\d.*\d.*\d.*\d/.test(name)) ||
    (name.length >= 6 && /^[a-z]{2,12}[-_](?=[A-Za-z0-9]*\d)[A-Za-z0-9]{6,}$/.test(name))
  );
}
