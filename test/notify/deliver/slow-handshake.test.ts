import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { SMTPServer } from "smtp-server";
import { describe, expect, test } from "vitest";
import { createMailer } from "../../../src/notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../../../src/notify/deliver/post-undici.ts";
import { makeCertificates } from "../certificates.ts";
import { answer, startReceiver } from "../http-receiver.ts";

const certificates = makeCertificates("receiver.test");
/** Longer than the five seconds that libraries allow by themselves. */
const handshakeMs = 5_200;
const lookup = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);

/** Accepts at once and lets bytes through after a while. */
async function slowFront(port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).pause());
    const timer = setTimeout(() => {
      const behind = connect(port, "127.0.0.1").on("error", () => socket.destroy());
      sockets.add(behind);
      socket.pipe(behind).pipe(socket);
    }, handshakeMs);
    socket.once("close", () => clearTimeout(timer));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const tooLong = { timeoutMs: 300, reply: { kind: "fault", class: "timeout" } };
const longEnough = (status: number) => ({ timeoutMs: 30_000, reply: { kind: "reply", status } });

describe.concurrent("a TLS handshake of more than five seconds has the receiver's whole timeout", () => {
  test.each([longEnough(200), tooLong])("a post, timeout $timeoutMs ms", async ({ timeoutMs, reply }) => {
    await using receiver = await startReceiver(answer(200), certificates);
    await using front = await slowFront(receiver.port);
    const poster = createPoster({ lookup, ca: certificates.cert });
    const url = `https://receiver.test:${front.port}/hook`;
    expect(await poster.post({ url, headers: {}, body: "{}", timeoutMs, allowPrivate: true })).toMatchObject(reply);
  });

  test.each([longEnough(250), tooLong])("a mail, timeout $timeoutMs ms", async ({ timeoutMs, reply }) => {
    const server = new SMTPServer({
      secure: true,
      key: certificates.key,
      cert: certificates.cert,
      authOptional: true,
      onData: (stream, _session, done) => void stream.resume().on("end", () => done()),
    });
    server.on("error", () => {});
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await using front = await slowFront((server.server.address() as AddressInfo).port);
    const mailer = createMailer({ lookup, ca: certificates.cert });
    const sent = await mailer.send({
      server: { host: "receiver.test", port: front.port, security: "tls" },
      from: { address: "a@example.com" },
      to: ["b@example.com"],
      subject: "s",
      text: "t",
      html: "<p>t</p>",
      messageId: "<1@x>",
      inReplyTo: "<2@x>",
      atMs: 0,
      isUrgent: false,
      timeoutMs,
      allowPrivate: true,
    });
    expect(sent).toMatchObject(reply);
    await new Promise<void>((done) => server.close(() => done()));
  });
});
