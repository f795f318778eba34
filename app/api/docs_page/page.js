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

const REFERENCE = /("reference": *")([^"]+)/;

const told = document.getElementById("told");
const known = {};
const takenReferences = new Set();
let exampleIds = {};
let ui;
let shown;

const parts = ({ React }) => ({
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestBodyValue: (original) => (change) =>
          original(isExample(change) ? { ...change, value: withNewReference(withKnownIds(change.value)) } : change),
      },
    },
    spec: {
      wrapActions: {
        setResponse: (original) => (path, method, response) => {
          const done = original(path, method, response);
          if (response.ok) prepareNext(path, method, response.body);
          return done;
        },
      },
    },
  },
  wrapComponents: {
    // Swagger UI draws the button before it has read the operation; clicked then, it sends nothing and never works again.
    execute: (Execute) => (props) =>
      React.createElement(Execute, { ...props, disabled: props.disabled || !isFilledIn(props) }),
  },
  components: {
    // Swagger UI puts a link in a button, which nobody can reach with the keyboard.
    DeepLink: ({ text }) => React.createElement("span", null, text),
    ServersContainer: () => null,
    authorizeBtn: () => null,
    authorizeOperationBtn: () => null,
  },
});

function isFilledIn({ operation, path, method, oas3Selectors }) {
  if (!operation.size) return false;
  return !operation.get("requestBody") || oas3Selectors.requestBodyValue(path, method) !== undefined;
}

function isExample({ value, pathMethod: [path, method] }) {
  const contents = Object.values(shown.paths[path]?.[method]?.requestBody?.content ?? {});
  const examples = contents.flatMap((each) => Object.values(each.examples ?? {}));
  return examples.some((each) => JSON.stringify(each.value, null, 2) === value);
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
  if (!present) return;
  const value = change(present);
  // Each change draws the page again.
  if (value !== present) ui.oas3Actions.setRequestBodyValue({ value, pathMethod: [path, method] });
}

// The ids of examples are those of no hub; in a body they become those of the last answer.
function withKnownIds(text) {
  for (const [name, id] of Object.entries(known)) {
    for (const example of exampleIds[name] ?? []) text = text.replaceAll(example, id);
  }
  return text;
}

// The next request of the same operation is another one, and the others work on what this one made.
function prepareNext(path, method, answer) {
  const { parameters, operationId } = shown.paths[path][method];
  const key = parameters?.find((each) => each.name === "Idempotency-Key");
  if (key) changeParameter(path, method, key, newKey());
  if (operationId === "createReferral") {
    takenReferences.add(answer.reference);
    changeBody(path, method, withNewReference);
  }
  if (answer && typeof answer === "object") fillIn(idsIn(path, answer));
}

// A reference is taken once a referral has been made with it.
function withNewReference(text) {
  return text.replace(REFERENCE, (all, before, reference) =>
    takenReferences.has(reference) ? before + newReference(reference) : all,
  );
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
  });
  document.getElementById("log-in").addEventListener("submit", logIn);
  document.getElementById("paste").addEventListener("submit", paste);
}

start();
