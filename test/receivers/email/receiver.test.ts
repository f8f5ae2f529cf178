import type { Socket } from "node:net";
import fc from "fast-check";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../../src/notify/compose/alert.ts";
import { deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { createMailer } from "../../../src/notify/deliver/mail-nodemailer.ts";
import { email, type EmailReceiver } from "../../../src/receivers/email/receiver.ts";
import type { SecretRef } from "../../../src/probe/target.ts";
import { makeCertificates } from "../../notify/certificates.ts";
import { worldOf } from "../../notify/delivery-world.ts";
import { alertOf, atMs, entryFor, incident, transition } from "../../notify/samples.ts";
import { composeAlert } from "../../../src/notify/compose/compose.ts";
import { hostileAlert } from "../hostile.ts";
import { links, lookUp, receivers } from "../kinds.ts";

interface Post {
  readonly from: string;
  readonly to: string[];
  readonly raw: string;
  readonly isSecure: boolean;
  readonly user: unknown;
}

let certificates = { cert: "", key: "", expired: "" };
beforeAll(() => {
  certificates = makeCertificates("smtp.test");
});

const servers: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
});

/** A mail server on this machine, and what it has taken. */
async function startServer(options: SMTPServerOptions = {}) {
  const posts: Post[] = [];
  const { cert, key } = certificates;
  const server = new SMTPServer({
    cert,
    key,
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      password === "tk_0123456789" ? done(null, { user: username }) : done(new Error("no")),
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        posts.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString("utf8"),
          isSecure: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...options,
  });
  servers.push(server);
  // A client that turns away from a certificate is no trouble of the server.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { posts, port: (server.server.address() as { port: number }).port };
}

const receiverAt = (port: number, over: Partial<EmailReceiver> = {}): EmailReceiver => ({
  ...receivers.email,
  host: "smtp.test",
  port,
  allowPrivate: true,
  timeoutMs: 60_000,
  ...over,
});

/** One delivery by the code that makes all of them. */
async function deliver(
  receiver: EmailReceiver,
  ca: string | undefined,
  addresses = ["127.0.0.1"],
  entry = entryFor("team"),
  secret: (ref: SecretRef) => string = lookUp,
) {
  const lookup = () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));
  const world = { ...worldOf([receiver]), mailer: createMailer({ lookup, ca }), secret };
  world.outbox.add(entry);
  return (await deliverOnce(world, entry.id))?.outcome;
}

const header = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, "im").exec(raw)?.[1]?.replaceAll(/\r\n[ \t]+/g, " ");

describe("a mail server that offers STARTTLS", () => {
  test("gets the alert as text and as HTML, encrypted and logged in", async () => {
    const { posts, port } = await startServer();
    expect(await deliver(receiverAt(port), certificates.cert)).toEqual({ kind: "delivered", status: 250 });
    expect(posts).toMatchObject([
      { from: "plumbline@example.com", to: ["oncall@example.com"], isSecure: true, user: "plumbline" },
    ]);
    const raw = posts[0]?.raw ?? "";
    expect(header(raw, "Subject")).toMatch(/FIRING=3A_changed_token_usage=3A_mini_va/);
    expect(header(raw, "Auto-Submitted")).toBe("auto-generated");
    expect(header(raw, "Content-Type")).toMatch(/^multipart\/alternative/);
    expect(raw).toContain("next step");
    expect(raw).not.toContain("tk_0123456789");
  });

  test("is trusted by an authority of the receiver's own, and by no other", async () => {
    const { posts, port } = await startServer();
    const own = { ...receiverAt(port), ca: { env: "SMTP_CA" } };
    const read = (ref: SecretRef): string => ("env" in ref && ref.env === "SMTP_CA" ? certificates.cert : lookUp(ref));
    expect(await deliver(own, undefined, ["127.0.0.1"], entryFor("team"), read)).toEqual({
      kind: "delivered",
      status: 250,
    });
    expect(await deliver(receiverAt(port), undefined, ["127.0.0.1"], entryFor("team"))).toMatchObject({
      kind: "failed",
    });
    expect(posts).toHaveLength(1);
  });

  test.each([
    [550, "refused"],
    [450, "failed"],
  ])("one of two addresses is refused (%i): the other gets it, and the receiver is in trouble", async (code, kind) => {
    const refuse: SMTPServerOptions["onRcptTo"] = ({ address }, _session, done) =>
      done(address.startsWith("gone") ? Object.assign(new Error("no such user here"), { responseCode: code }) : null);
    const { posts, port } = await startServer({ onRcptTo: refuse });
    const both = receiverAt(port, { to: ["oncall@example.com", "gone@example.com"] });
    expect(await deliver(both, certificates.cert)).toEqual({
      kind,
      reason: `the mail server refused 1 address (status ${code}) and took the mail for the others`,
    });
    expect(posts).toMatchObject([{ to: ["oncall@example.com"] }]);
  });

  test("the id of a mail stays the same when it is tried again; mails of one incident are one conversation", async () => {
    const { posts, port } = await startServer();
    const opened = entryFor("team");
    const over = { ...opened, id: "msg_2", alert: alertOf({ state: "resolved" }, "resolved") };
    const other = composeAlert(incident(), transition("opened", { incidentId: "another-1" }));
    for (const entry of [opened, opened, over, { ...opened, id: "msg_3", alert: other }]) {
      await deliver(receiverAt(port), certificates.cert, undefined, entry);
    }
    const [first, again, resolved, another] = posts.map(({ raw }) => ({
      id: header(raw, "Message-ID"),
      replyTo: header(raw, "In-Reply-To"),
      references: header(raw, "References"),
    }));
    expect(first?.id).toBe(`<${opened.id}@example.com>`);
    expect(again?.id).toBe(first?.id);
    expect(resolved?.id).not.toBe(first?.id);
    expect(resolved?.replyTo).toBe(first?.replyTo);
    expect(resolved?.references).toBe(first?.replyTo);
    expect(another?.replyTo).not.toBe(first?.replyTo);
  });

  test.each([
    ["self-signed", "cert", undefined, "smtp.test", "certificate not trusted, it is self-signed"],
    ["of another name", "cert", "cert", "other.test", "certificate is for another host"],
    ["expired", "expired", "expired", "smtp.test", "certificate expired"],
  ] as const)(
    "a certificate that is %s ends it before anything is sent",
    async (_what, shown, trusted, host, reason) => {
      for (const security of ["starttls", "tls"] as const) {
        const { posts, port } = await startServer({ cert: certificates[shown], secure: security === "tls" });
        const outcome = await deliver(receiverAt(port, { host, security }), trusted && certificates[trusted]);
        expect(outcome).toEqual({ kind: "failed", reason });
        expect(posts).toEqual([]);
      }
    },
  );
});

describe("what a server can do to a mail", () => {
  test("without STARTTLS nothing is sent in clear", async () => {
    const { posts, port } = await startServer({ disabledCommands: ["STARTTLS"] });
    expect(await deliver(receiverAt(port), certificates.cert)).toMatchObject({
      kind: "failed",
      reason: "the server offers no TLS",
    });
    expect(posts).toEqual([]);
  });

  test.each([
    [550, "refused"],
    [554, "refused"],
    [451, "failed"],
    [421, "failed"],
    [552, "failed"],
  ] as const)("%i for the recipient: %s", async (responseCode, kind) => {
    const { port } = await startServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error("no"), { responseCode })),
    });
    expect(await deliver(receiverAt(port), certificates.cert)).toEqual({ kind, reason: `status ${responseCode}` });
  });

  test("a log-in that is refused is tried again: it may be put right", async () => {
    const { port } = await startServer();
    const login = { user: "plumbline", password: { env: "TOPIC" } };
    expect(await deliver(receiverAt(port, { login }), certificates.cert)).toEqual({
      kind: "failed",
      reason: "status 535",
    });
  });

  test("one that never answers is given up at the deadline", async () => {
    const { port } = await startServer({ onConnect: () => {} });
    const outcome = await deliver(receiverAt(port, { timeoutMs: 200 }), certificates.cert);
    expect(outcome).toEqual({ kind: "failed", reason: "timeout" });
  });

  test("nobody listens: the fault is named", async () => {
    const { port } = await startServer();
    await new Promise<void>((resolve) => servers.pop()?.close(() => resolve()));
    expect(await deliver(receiverAt(port), certificates.cert)).toEqual({
      kind: "failed",
      reason: `connection refused (127.0.0.1:${port})`,
    });
  });

  test("the next address is tried when nobody answers at the first", async () => {
    const { port, posts } = await startServer();
    expect(await deliver(receiverAt(port), certificates.cert, ["127.0.0.9", "127.0.0.1"])).toMatchObject({
      kind: "delivered",
    });
    expect(posts).toHaveLength(1);
  });

  test("a server that took the connection is the only one asked: it may have taken the mail", async () => {
    let taken = 0;
    const { port } = await startServer({
      onData() {
        taken += 1;
        const connections: Iterable<{ readonly _socket: Socket }> = servers.at(-1)?.connections ?? [];
        for (const { _socket } of connections) _socket.destroy();
      },
    });
    expect(await deliver(receiverAt(port), certificates.cert, ["127.0.0.1", "127.0.0.1"])).toMatchObject({
      kind: "failed",
    });
    expect(taken).toBe(1);
  });

  test("a private address and mail in clear need permission", async () => {
    const refused = (over: Partial<EmailReceiver>) =>
      deliver(receiverAt(25, { allowPrivate: false, ...over }), certificates.cert);
    // Another answer of DNS may be allowed: this one is tried again.
    expect(await refused({})).toMatchObject({ kind: "failed", reason: expect.stringContaining("127.0.0.1") });
    expect(await refused({ security: "none" })).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("TLS"),
    });
  });
});

test("whatever an alert holds: no header is added, no tag but ours, no address but ours", () => {
  fc.assert(
    fc.property(hostileAlert, (alert: Alert) => {
      const rendered = email.render({ ...entryFor("team"), alert }, { ...receivers.email, links }, lookUp, atMs);
      if (!("mail" in rendered)) throw new Error("nothing is mailed");
      const { subject, text, html } = rendered.mail;
      expect(subject).not.toMatch(/[\r\n\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      expect(subject.length).toBeLessThanOrEqual(240);
      expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF]/u);
      const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
      const ours = /^<(!doctype html|\/?(html|body|p|ul|li|table|tr|td|a)( (style|href)="[^"<>]*")?)>$/;
      expect(tags.filter((tag) => !ours.test(tag))).toEqual([]);
      expect(html.replaceAll(/<[^>]*>/g, "")).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      expect(html).not.toMatch(/:\/\/evil/);
      expect(Buffer.byteLength(html) + Buffer.byteLength(text)).toBeLessThan(100_000);
    }),
    { numRuns: 200 },
  );
});
