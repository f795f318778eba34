// Writes the document as a collection whose every request checks its answer: node collection.cjs DOCUMENT COLLECTION
const { readFileSync, writeFileSync } = require("node:fs");
const { convertV2 } = require("openapi-to-postmanv2");

const MUST_SUCCEED = { createReferral: 201, listReferrals: 200, createSubscription: 201, listEvents: 200, listCodeLists: 200 };
const [, , from, to] = process.argv;
const document = JSON.parse(readFileSync(from, "utf8"));
const options = { parametersResolution: "Example" };

convertV2({ type: "json", data: document }, options, (error, made) => {
  if (error || !made.result) throw error ?? new Error(made.reason);
  const collection = made.output[0].data;
  const names = new Map(operations().map(({ operationId, summary }) => [summary, operationId]));
  prepare(collection.item, names);
  collection.auth = { type: "bearer", bearer: [{ key: "token", value: "{{bearerToken}}" }] };
  writeFileSync(to, JSON.stringify(collection));
});

function operations() {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods)).filter((each) => each.operationId);
}

function prepare(items, names) {
  for (const item of items) {
    if (item.item) {
      prepare(item.item, names);
      continue;
    }
    delete item.request.auth;
    for (const query of item.request.url.query) query.disabled = true;
    for (const header of item.request.header) {
      if (header.key === "Idempotency-Key") header.value = "{{$guid}}";
    }
    const body = item.request.body;
    if (body?.raw) body.raw = body.raw.replace(/"reference": "[^"]*"/, '"reference": "newman-{{$guid}}"');
    const expected = MUST_SUCCEED[names.get(item.name)] ?? item.response.map(({ code }) => code);
    item.event = [{ listen: "test", script: { exec: [assertion([expected].flat())] } }];
  }
}

function assertion(codes) {
  return `pm.test("answers as the document says", () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(codes)}));`;
}
