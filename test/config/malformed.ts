/** Broken configurations: the text, and words that must be among what is said of it. `{T}` stands for a valid target. */
const targets = "targets:\n  mini: { baseUrl: 'http://127.0.0.1:1/v1', model: gpt-4o-mini }\n";
const probes = "probes:\n  - { name: a, target: mini, scenario: valid-request, every: 5m }\n";
const target = (text: string): string =>
  `targets:\n  mini: { baseUrl: 'http://127.0.0.1:1/v1', model: gpt-4o-mini, ${text} }\n${probes}`;
const probe = (text: string): string => `${targets}probes:\n  - { ${text} }\n`;
const receiver = (text: string): string => `${targets}${probes}receivers:\n  oncall: ${text}\n`;
const scenario = (text: string): string => `${targets}${probes}scenarios:\n  mine: ${text}\n`;

export const valid = targets + probes;

export const malformed: readonly (readonly [name: string, text: string, words: string])[] = [
  ["an empty file", "", "a map with targets and probes"],
  ["a list", "- a\n", "a list of 1"],
  ["a text", "hello", "a map with targets and probes"],
  ["a number", "42", "42"],
  ["only a comment", "# nothing\n", "an empty value"],
  ["an open bracket", "targets: [", "YAML"],
  ["a tab for indentation", "targets:\n\tmini: {}\n", "YAML"],
  ["a key twice", `${valid}probes: []\n`, "YAML"],
  ["an unknown alias", "targets: *nowhere\n", "aliases in this YAML"],
  ["two documents", `${valid}---\n${valid}`, "YAML"],
  ["no targets", probes, 'add "targets"'],
  ["no probes", targets, 'add "probes"'],
  ["no probe in the list", `${targets}probes: []\n`, "at least 1"],
  ["targets as a list", `targets: []\n${probes}`, "a map"],
  ["a misspelt section", `${valid}recievers: {}\n`, 'did you mean "receivers"?'],
  ["a misspelt key of a target", target("modle: x"), 'did you mean "model"?'],
  ["a misspelt key of a client", target("client: { conect: 5s }"), 'did you mean "connect"?'],
  ["a misspelt key of a circuit", target("client: { circuit: { failure: 3 } }"), 'did you mean "failures"?'],
  ["no model", `targets:\n  mini: { baseUrl: 'http://x/v1' }\n${probes}`, 'add "model"'],
  ["no base URL", `targets:\n  mini: { model: m }\n${probes}`, "baseUrl"],
  ["another scheme", `targets:\n  mini: { baseUrl: 'ftp://x/v1', model: m }\n${probes}`, "http or https"],
  [
    "a user in the URL",
    `targets:\n  mini: { baseUrl: 'http://me:hunter2secret@x/v1', model: m }\n${probes}`,
    "without user",
  ],
  ["a key in the URL", `targets:\n  mini: { baseUrl: 'http://x/v1?key=hunter2secret', model: m }\n${probes}`, "query"],
  ["an inline key", target("key: sk-hunter2secret-abcdefgh"), "{ env: NAME }"],
  ["an inline key that looks like a word", target("key: hunter2secret"), "{ env: NAME }"],
  ["a key that is a number", target("key: 5"), "{ env: NAME }"],
  ["a bad variable name", target("key: { env: 'NOT A NAME' }"), "{ env: NAME }"],
  ["a credential among the headers", target("headers: { Authorization: 'Bearer hunter2secret' }"), "keyHeader"],
  ["a line break in a header", target('headers: { x-a: "a\\nb" }'), "printable ASCII"],
  ["a bad header name", target("headers: { 'x a': b }"), "a header name"],
  ["a number for a duration", target("client: { connect: 5 }"), "a duration such as 30s"],
  ["a duration without unit", target("client: { connect: '5' }"), "a duration such as 30s"],
  ["too many retries", target("client: { retries: 5 }"), "0 or 1"],
  ["a size without unit", target("client: { maxBody: 1000 }"), "a size such as 1 MiB"],
  ["total below connect", target("client: { connect: 5s, total: 1s }"), "no less than connect"],
  ["no such connection", target("client: { connection: new }"), "fresh or reused"],
  ["no such token field", target("maxTokensField: max_token"), 'did you mean "max_tokens"?'],
  ["a price without unit", target("prices: { input: 1, output: 2 }"), "per million tokens"],
  [
    "an unknown price where prices must be known",
    `requireKnownPrice: true\ntargets:\n  mini: { baseUrl: 'http://x/v1', model: nobody-lists-this }\n${probes}`,
    "requireKnownPrice is set",
  ],
  [
    "a cap of a key that no target uses",
    `keyCaps: [{ key: { env: OTHER }, perDay: 1 USD }]\ntargets:\n  mini: { baseUrl: 'http://x/v1', model: gpt-4o-mini, key: { env: KEY } }\n${probes}`,
    "the key of a target",
  ],
  [
    "a cap in money of a key, one of whose targets has no price",
    `keyCaps: [{ key: { env: KEY }, perDay: 1 USD }]\ntargets:\n  mini: { baseUrl: 'http://x/v1', model: nobody-lists-this, key: { env: KEY } }\n${probes}`,
    "a cap in money needs one",
  ],
  ["a cap without unit", target("spendCap: { perDay: 2 }"), "an amount such as 2 USD"],
  [
    "a cap in money without a price",
    `targets:\n  mini: { baseUrl: 'http://x/v1', model: nobody-lists-this, spendCap: { perDay: 1 USD } }\n${probes}`,
    "tokensPerDay",
  ],
  ["no such target", probe("name: a, target: mni, scenario: valid-request, every: 5m"), 'did you mean "mini"?'],
  [
    "no such scenario",
    probe("name: a, target: mini, scenario: valid-reqest, every: 5m"),
    'did you mean "valid-request"?',
  ],
  [
    "no such receiver",
    probe("name: a, target: mini, scenario: valid-request, every: 5m, receivers: [nobody]"),
    "known: none",
  ],
  ["neither every nor cron", probe("name: a, target: mini, scenario: valid-request"), "either every or cron"],
  [
    "both every and cron",
    probe('name: a, target: mini, scenario: valid-request, every: 5m, cron: "0 3 * * *"'),
    "either every or cron",
  ],
  ["too often", probe("name: a, target: mini, scenario: valid-request, every: 100ms"), "at least 1s"],
  ["a bad cron pattern", probe('name: a, target: mini, scenario: valid-request, cron: "61 3 * * *"'), "a cron pattern"],
  [
    "a bad time zone",
    probe('name: a, target: mini, scenario: valid-request, cron: "0 3 * * *", tz: Mars/Base'),
    "Europe/Berlin",
  ],
  [
    "a bad probe name",
    probe("name: 'a b', target: mini, scenario: valid-request, every: 5m"),
    "letters, digits and dashes",
  ],
  ["a name twice", `${valid}  - { name: a, target: mini, scenario: invalid-key, every: 5m }\n`, "a unique name"],
  ["no location", probe("name: a, target: mini, scenario: valid-request, every: 5m, locations: []"), "at least 1"],
  [
    "a misspelt key of a probe",
    probe("name: a, target: mini, scenario: valid-request, evry: 5m"),
    'did you mean "every"?',
  ],
  ["a receiver of no kind", receiver("{}"), "webhook"],
  [
    "an inline webhook secret",
    receiver("{ webhook: { url: 'https://x', secrets: [whsec_hunter2secret] } }"),
    "{ env: NAME }",
  ],
  ["no webhook secret", receiver("{ webhook: { url: 'https://x', secrets: [] } }"), "at least 1"],
  [
    "a bad regular expression",
    scenario("{ ask: { messages: [{ role: user }], maxTokens: 5 }, expect: { text: { matches: '(' } } }"),
    "a regular expression",
  ],
  ["no messages", scenario("{ ask: { messages: [], maxTokens: 5 } }"), "at least 1"],
  ["a bad status", scenario("{ ask: { messages: [{ role: user }], maxTokens: 5 }, expect: { status: 42 } }"), "status"],
  [
    "a bad JSON kind",
    scenario("{ ask: { messages: [{ role: user }], maxTokens: 5 }, expect: { json: { '$.a': strng } } }"),
    'did you mean "string"?',
  ],
  ["a bad rule", `${valid}incidents: { fire: twice }\n`, "2 of 3"],
  ["more bad than slots", `${valid}incidents: { fire: 4 of 3 }\n`, "no more than there are slots"],
  ["a bad address", `${valid}listen: 8080\n`, "127.0.0.1:8080"],
];
