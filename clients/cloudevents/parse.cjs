// Parses recorded deliveries with the SDK, which validates them strictly.
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { HTTP } = require("cloudevents");

for (const { headers, body } of JSON.parse(readFileSync(process.argv[2], "utf8")).deliveries) {
  const event = HTTP.toEvent({ headers, body });
  const sent = JSON.parse(body);
  assert.ok(event.validate());
  assert.deepStrictEqual([event.id, event.type, event.subject, event.source, event.sequence],
    [sent.id, sent.type, sent.subject, sent.source, sent.sequence]);
  assert.deepStrictEqual(event.data, sent.data);
}
