// The document as this page shows it: what it fills in can be sent at once.
"use strict";

const METHODS = ["get", "put", "post", "patch", "delete"];

function eachOperation(document, visit) {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      if (methods[method]) visit(methods[method], path, method);
    }
  }
}

// Not crypto.randomUUID, which browsers have on secure pages only.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
}

// A reference is unique in an organisation, and an example may be sent more than once.
function newReference(reference) {
  return `${reference.split("/")[0]}/${newKey().slice(0, 6)}`;
}

function withNewReferences(document) {
  const made = {};
  const text = JSON.stringify(document).replace(/"reference":"(\d{4}-\d{4})"/g, (_, reference) => {
    made[reference] ??= newReference(reference);
    return `"reference":"${made[reference]}"`;
  });
  return JSON.parse(text);
}

function readyToSend(original) {
  const document = withNewReferences(original);
  // The hub may be called by another name than its own.
  document.servers = [{ url: new URL("v1", location.href).href }];
  document.components.securitySchemes = { token: { type: "http", scheme: "bearer" } };
  eachOperation(document, (operation) => {
    describeScopes(operation);
    // What operations share gets a value of its own in each.
    operation.parameters = operation.parameters?.map((each) =>
      structuredClone(each.$ref ? document.components.parameters[each.$ref.split("/").at(-1)] : each),
    );
    for (const parameter of operation.parameters ?? []) {
      if (parameter.name === "Idempotency-Key") parameter.example = newKey();
      if (parameter.name === "If-Match" && parameter.required) parameter.example = "*";
    }
  });
  return document;
}

function describeScopes(operation) {
  const scopes = (operation.security ?? []).flatMap((each) => Object.values(each).flat());
  if (scopes.length) operation.description += `\n\nScope: ${scopes.map((each) => `\`${each}\``).join(", ")}.`;
  operation.security = operation.security?.length ? [{ token: [] }] : [];
}

// By the name of the parameter: the ids that examples have in addresses and in bodies.
function idsOfExamples(document) {
  const found = {};
  const add = (name, id) => (found[name] ??= new Set()).add(id);
  eachOperation(document, (operation) => {
    for (const each of operation.parameters ?? []) {
      if (each.in === "path" && isId(each.example)) add(each.name, each.example);
    }
    for (const content of Object.values(operation.requestBody?.content ?? {})) {
      for (const { value } of Object.values(content.examples ?? {})) {
        if (isId(value?.referralId)) add("referralId", value.referralId);
      }
    }
  });
  return found;
}

function isId(text) {
  return /^[0-9a-f-]{36}$/.test(text ?? "");
}
