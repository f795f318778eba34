// Names and roles for what Swagger UI draws without them, for people who do not see the page.
"use strict";

const NAMELESS = "select:not([aria-label]), input:not([aria-label]), textarea:not([aria-label]), pre:not([tabindex])";

function nameIn(element) {
  const row = element.closest("tr[data-param-name]");
  if (row) return row.dataset.paramName;
  if (element.closest(".opblock-section-request-body, .opblock-section")) {
    if (element.matches(".examples-select-element")) return "Example";
    return element.tagName === "SELECT" ? "Media type" : "Body of the request";
  }
  if (element.matches(".examples-select-element")) return "Example of the answer";
  return element.tagName === "SELECT" ? "Media type of the answer" : "Value";
}

function addNames() {
  for (const element of document.querySelectorAll(`#swagger-ui :is(${NAMELESS})`)) {
    // What scrolls can be reached with the keyboard.
    if (element.tagName === "PRE") element.tabIndex = 0;
    else element.setAttribute("aria-label", nameIn(element));
  }
}

new MutationObserver(addNames).observe(document.getElementById("swagger-ui"), { childList: true, subtree: true });
