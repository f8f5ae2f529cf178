import { seededRandom } from "../../src/std/seeded-random.ts";
import { httpServer, type TestServer } from "../exchange/server.ts";

const words = ["red", "blue", "green", "teal", "gold", "42", "37", "otter", "fox", "paris"];

/**
 * Models that prefer other words, behind one address: `/2/v1` begins its list at the third word. Anything else is not found.
 * `models` replaces the number in an address by another.
 */
export async function openWordModels(models: ReadonlyMap<number, number> = new Map()): Promise<TestServer> {
  const random = seededRandom(5);
  return httpServer((request, response) => {
    request.resume();
    const asked = Number(/^\/(\d)\//.exec(request.url ?? "")?.[1]);
    if (Number.isNaN(asked)) return void response.writeHead(404).end();
    const first = models.get(asked) ?? asked;
    const content = words[(first + Math.floor(random() ** 4 * words.length)) % words.length];
    const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
    const usage = { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: `m-${first}`, choices: [choice], usage }),
    );
  });
}
