// Swagger UI, an access token for it, and what one answer says that the next request needs.
"use strict";

const PARAMETER_OF = {
  "api-clients": "clientId",
  appointments: "appointmentId",
  conflicts: "conflictId",
  deliveries: "deliveryId",
  jobs: "jobId",
  organisations: "organisationCode",
  quarantine: "quarantinedId",
  referrals: "referralId",
  subscriptions: "subscriptionId",
  trajectories: "trajectoryId",
};
const ID_OF = { clientId: "clientId", organisationCode: "code" };

const told = document.getElementById("told");
const known = {};
let exampleIds = {};
let ui;
let shown;
let lastMethod = "GET";

const parts = ({ React }) => ({
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestBodyValue: (original) => (change) =>
          original(typeof change.value === "string" ? { ...change, value: withKnownIds(change.value) } : change),
      },
    },
  },
  components: {
    // Swagger UI puts a link in a button, which nobody can reach with the keyboard.
    DeepLink: ({ text }) => React.createElement("span", null, text),
    ServersContainer: () => null,
    authorizeBtn: () => null,
    authorizeOperationBtn: () => null,
  },
});

function operationOf(url, method) {
  const [path] = url.slice(shown.servers[0].url.length).split("?");
  let found = null;
  eachOperation(shown, (operation, template, verb) => {
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`);
    if (verb === method.toLowerCase() && pattern.test(path) && (!found || !template.includes("{"))) {
      found = { operation, template, method: verb };
    }
  });
  return found;
}

function idsIn(template, body) {
  const segments = template.split("/").filter((each) => each && !each.startsWith("{") && !each.startsWith("_"));
  const parameter = PARAMETER_OF[segments.at(-1)];
  const record = body.items ? body.items[0] : body;
  const ids = {};
  if (parameter && record?.[ID_OF[parameter] ?? "id"]) ids[parameter] = record[ID_OF[parameter] ?? "id"];
  if (record?.trajectory?.id) ids.trajectoryId = record.trajectory.id;
  if (record?.appointment?.id) ids.appointmentId = record.appointment.id;
  return ids;
}

function fillIn(ids) {
  Object.assign(known, ids);
  eachOperation(shown, (operation, path, method) => {
    for (const parameter of operation.parameters ?? []) {
      const id = parameter.in === "path" && ids[parameter.name];
      if (id) changeParameter(path, method, parameter, id);
    }
    changeBody(path, method, withKnownIds);
  });
}

// Swagger UI keeps the value of a parameter that it has drawn by the parameter itself, which hides a value by its name.
function changeParameter(path, method, { name, in: place }, value) {
  const drawn = ui.specSelectors.specResolvedSubtree(["paths", path, method])?.get("parameters");
  const parameter = drawn?.find((each) => each.get("name") === name);
  if (parameter) ui.specActions.changeParamByIdentity([path, method], parameter, value, false);
  else ui.specActions.changeParam([path, method], name, place, value, false);
}

function changeBody(path, method, change) {
  const present = ui.oas3Selectors.requestBodyValue(path, method);
  if (present) ui.oas3Actions.setRequestBodyValue({ value: change(present), pathMethod: [path, method] });
}

// The ids of examples are those of no hub; in a body they become those of the last answer.
function withKnownIds(text) {
  for (const [name, id] of Object.entries(known)) {
    for (const example of exampleIds[name] ?? []) text = text.replaceAll(example, id);
  }
  return text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The next request of the same operation is another one.
function prepareNext({ operation, template, method }) {
  const key = operation.parameters?.find((each) => each.name === "Idempotency-Key");
  if (key) changeParameter(template, method, key, newKey());
  if (operation.operationId === "createReferral") {
    changeBody(template, method, (text) =>
      text.replace(/("reference": ")([^"]+)/, (_, before, reference) => before + newReference(reference)),
    );
  }
}

function onAnswer(response) {
  const called = ui && response.url && operationOf(response.url, lastMethod);
  if (called && response.ok) {
    const body = parsed(response.text);
    // After Swagger UI has drawn the answer, with what was sent.
    setTimeout(() => {
      prepareNext(called);
      if (body) fillIn(idsIn(called.template, body));
    });
  }
  return response;
}

function onRequest(request) {
  lastMethod = request.method ?? "GET";
  return request;
}

function use(token, words) {
  ui.preauthorizeApiKey("token", token);
  told.textContent = words;
}

async function logIn(event) {
  event.preventDefault();
  const form = new URLSearchParams(new FormData(event.target));
  form.set("grant_type", "client_credentials");
  try {
    const answer = await fetch("oauth/token", { method: "POST", body: form });
    const said = await answer.json();
    if (answer.ok) use(said.access_token, `Calls are made as ${form.get("client_id")}: ${said.scope}.`);
    else told.textContent = said.error_description ?? said.detail ?? said.error;
  } catch {
    told.textContent = "No token came from the hub; try again.";
  }
}

function paste(event) {
  event.preventDefault();
  use(new FormData(event.target).get("token").trim(), "Calls are made with this token.");
}

function followColours() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();
}

async function readDocument() {
  const answer = await fetch("v1/openapi.json");
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

async function start() {
  followColours();
  try {
    shown = readyToSend(await readDocument());
  } catch {
    told.textContent = "The OpenAPI document cannot be read; reload the page.";
    return;
  }
  exampleIds = idsOfExamples(shown);
  ui = SwaggerUIBundle({
    spec: shown,
    dom_id: "#swagger-ui",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    tryItOutEnabled: true,
    plugins: [parts],
    requestInterceptor: onRequest,
    responseInterceptor: onAnswer,
  });
  document.getElementById("log-in").addEventListener("submit", logIn);
  document.getElementById("paste").addEventListener("submit", paste);
}

start();
