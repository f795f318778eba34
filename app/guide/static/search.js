// Finds sections of the guide in search.json, which is read when somebody searches.
"use strict";

const form = document.querySelector("form[role=search]");
const input = form.querySelector("input");
const found = document.querySelector(".found");
const root = form.dataset.root;
const MOST = 20;
let sections;

function read() {
  sections ??= fetch(`${root}search.json`).then((answer) => answer.json());
  return sections;
}

// Words in a heading count more than words in a text; every word must be there.
function score(section, words) {
  const heading = `${section.heading} ${section.page}`.toLowerCase();
  const text = section.text.toLowerCase();
  let total = 0;
  for (const word of words) {
    const points = (heading.includes(word) ? 10 : 0) + (text.includes(word) ? 1 : 0);
    if (points === 0) return 0;
    total += points;
  }
  return total;
}

function part(text, words) {
  const at = Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0));
  const start = Number.isFinite(at) ? Math.max(0, at - 60) : 0;
  return (start ? "…" : "") + text.slice(start, start + 160);
}

function item(section, words) {
  const link = document.createElement("a");
  link.href = root + section.at;
  link.textContent = section.heading === section.page ? section.page : `${section.page}: ${section.heading}`;
  const text = document.createElement("p");
  text.textContent = part(section.text, words);
  const entry = document.createElement("li");
  entry.append(link, text);
  return entry;
}

async function search() {
  const asked = input.value;
  const words = asked.toLowerCase().split(/\s+/).filter((word) => word.length > 1);
  if (words.length === 0) {
    found.replaceChildren();
    return;
  }
  const scored = (await read()).map((section) => [score(section, words), section]).filter(([points]) => points > 0);
  if (input.value !== asked) return;
  const best = scored.sort(([one], [other]) => other - one).slice(0, MOST);
  const list = document.createElement("ol");
  list.append(...best.map(([, section]) => item(section, words)));
  const count = document.createElement("p");
  count.textContent = `${scored.length} ${document.documentElement.lang === "nl" ? "gevonden" : "found"}`;
  found.replaceChildren(count, list);
}

input.addEventListener("input", search);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
