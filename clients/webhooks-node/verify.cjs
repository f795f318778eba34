// Verifies recorded deliveries with the libraries, and sees that changed ones are refused.
const assert = require("node:assert");
const { readFileSync } = require("node:fs");

const libraries = { standardwebhooks: require("standardwebhooks").Webhook, svix: require("svix").Webhook };
const { secrets: [before, after], deliveries } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const during = deliveries.pop();

for (const [name, Webhook] of Object.entries(libraries)) {
  const verify = (secret, delivery, body = delivery.body) => new Webhook(secret).verify(body, delivery.headers);
  for (const delivery of deliveries) {
    assert.doesNotThrow(() => verify(before, delivery), `${name} refuses a delivery`);
    assert.throws(() => verify(after, delivery), `${name} takes another secret`);
    assert.throws(() => verify(before, delivery, `${delivery.body} `), `${name} takes a changed body`);
  }
  for (const secret of [before, after]) {
    assert.doesNotThrow(() => verify(secret, during), `${name} refuses a delivery during a rotation`);
  }
}
