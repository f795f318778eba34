// Compiles every schema of events in strict mode, and validates the data of recorded deliveries.
const { readdirSync, readFileSync } = require("node:fs");
const Ajv = require("ajv/dist/2020").default;

const [folder, recorded] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const ajv = new Ajv({ strict: true, strictTypes: true, allowUnionTypes: true, allErrors: true });
require("ajv-formats").default(ajv);

const schemas = {};
for (const name of readdirSync(folder)) schemas[name.replace(/\.json$/, "")] = ajv.compile(read(`${folder}/${name}`));
for (const { body } of read(recorded).deliveries) {
  const event = JSON.parse(body);
  const validate = schemas[event.type];
  if (!validate) throw new Error(`no schema of ${event.type}`);
  if (!validate(event.data)) throw new Error(`${event.type}: ${ajv.errorsText(validate.errors)}`);
}
