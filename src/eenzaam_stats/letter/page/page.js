"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const languages = all("input[name=language]");
  const chosen = () => languages.find((button) => button.checked);
  const visible = (element) => element.getClientRects().length > 0;

  function speak() {
    document.documentElement.lang = chosen().dataset.code;
    document.title = chosen().dataset.title;
  }

  function count() {
    const spoken = chosen().dataset.code;
    all("section.theme").forEach((section) => { section.hidden = false; });
    let shown = 0;
    all(`[data-lang=${spoken}] section.theme`).forEach((section) => {
      const here = [...section.querySelectorAll("article")].filter(visible).length;
      section.hidden = here === 0;
      shown += here;
    });
    document.getElementById("shown").textContent = shown;
  }

  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const home = target && target.closest("[data-lang]");
    if (!home) return;
    const button = document.getElementById(`language-${home.dataset.lang}`);
    if (!button.checked) { button.checked = true; speak(); }
    if (!visible(target)) document.querySelector("form.filters").reset();
    requestAnimationFrame(() => { count(); target.scrollIntoView(); });
  }

  all("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
  document.querySelector("form.tools").addEventListener("change", () => { speak(); count(); });
  document.querySelector("form.filters").addEventListener("change", count);
  document.querySelector("form.filters").addEventListener("reset", () => requestAnimationFrame(count));
  addEventListener("hashchange", follow);
  const folded = () => all("details.behind, details.meanings").filter((one) => !one.open);
  let opened = [];
  addEventListener("beforeprint", () => { opened = folded(); opened.forEach((one) => { one.open = true; }); });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
  all(".scripted").forEach((part) => { part.hidden = false; });
  speak();
  count();
  follow();
})();
