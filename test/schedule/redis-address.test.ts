import { expect, test } from "vitest";
import { redisAddressOf } from "../../src/schedule/redis-address.ts";

test.each([
  ["redis://localhost:6379/2", { kind: "single", url: "redis://localhost:6379/2", isTls: false }],
  ["rediss://:pw@cache.example.com", { kind: "single", url: "rediss://:pw@cache.example.com", isTls: true }],
  [
    "redis+sentinel://:p%40ss@one:26379,two/mymaster/3",
    {
      kind: "sentinel",
      sentinels: [
        { host: "one", port: 26_379 },
        { host: "two", port: 26_379 },
      ],
      master: "mymaster",
      db: 3,
      isTls: false,
      password: "p@ss",
    },
  ],
  [
    "rediss+sentinel://ann:50%@[::1]:1/m",
    {
      kind: "sentinel",
      sentinels: [{ host: "::1", port: 1 }],
      master: "m",
      db: 0,
      isTls: true,
      username: "ann",
      password: "50%",
    },
  ],
  [
    "redis+cluster://one:7000,two",
    {
      kind: "cluster",
      nodes: [
        { host: "one", port: 7000 },
        { host: "two", port: 6379 },
      ],
      isTls: false,
    },
  ],
])("%s", (url, address) => {
  expect(redisAddressOf(url)).toEqual(address);
});

test.each([
  "",
  "localhost:6379",
  "http://localhost",
  "redis://",
  "redis+sentinel://one:26379",
  "redis+sentinel://one,,two/m",
  "redis+sentinel://one:x/m",
  "redis+cluster://one/0",
  "redis+cluster://",
])("no address: %j", (url) => {
  expect(redisAddressOf(url)).toBeUndefined();
});
