import { expect, test } from "vitest";
import { auditRenderers } from "../../src/app/audit-renderers.ts";
import { oddities } from "../replay/odd.ts";
import { isGoodRequest, openWire, replayKey } from "../replay/server.ts";
import { policy } from "../exchange/policy.ts";
import { askedOnly, auditOf, targetAt } from "./auditor.ts";

/** In a hurry: some of these servers never answer. */
const hurried = {
  ...policy,
  firstByteMs: 1500,
  firstContentMs: 1500,
  idleMs: 1500,
  totalMs: 2000,
  maxRequestBytes: 65_536,
};

test.concurrent.each(Object.entries(oddities))(
  "%s: no crash, no more than announced, a sensible decision",
  async (_name, odd) => {
    const server = await openWire((socket, head, body) => {
      const isPath = head.startsWith("POST /v1/chat/completions ");
      const asked = {
        isStream: body.includes('"stream":true'),
        hasKey: head.includes(replayKey),
        isGood: isPath && isGoodRequest(body),
      };
      const reply = odd.serve(asked, socket);
      if (reply !== undefined) socket.end(reply);
    });
    try {
      const { document, plan } = await auditOf(targetAt(server.baseUrl, { policy: hurried }), replayKey, askedOnly);
      expect(document.sent.requests).toBeLessThanOrEqual(plan.atMostRequests);
      expect(server.requests()).toBeLessThanOrEqual(document.sent.requests);
      expect(document.decision).toMatchObject({
        readiness: odd.readiness,
        because: expect.stringContaining(odd.because),
      });
      expect(document.worksheet.map(({ observed }) => observed)).not.toContain("");
      for (const render of Object.values(auditRenderers)) {
        const text = render(document);
        expect(text).not.toContain(replayKey);
        expect(text).not.toContain("alert(1)");
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]|undefined|NaN|\[object/u);
      }
      expect(auditRenderers.html(document)).not.toMatch(/<script/i);
    } finally {
      await server.close();
    }
  },
);
