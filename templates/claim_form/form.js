"use strict";
// One file, no network: the lines come from the JSON in the page, the answers leave as a JSON file. A draft of them
// lies in the browser's own store. Only one page of lines is drawn at a time, as a claim may have very many.
(() => {
  const form = JSON.parse(document.getElementById("form-data").textContent);
  const byId = (id) => document.getElementById(id);
  const PAGE = 50;
  const answers = new Map(form.rows.map((row) => [row.line, Object.fromEntries(form.answers.map((name) => [name, row[name] || ""]))]));
  const draftName = `vendoreval-claim-${form.id}`;
  let page = 0;
  let shown = form.rows;
  let timer = 0;
  let unsaved = false;

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const given = (answer) => form.answers.some((name) => answer[name].trim() !== "");
  const lacks = (answer) => {
    if (!answer.position) return given(answer) ? "Choose a position." : "";
    if (answer.position === "rebutted") return answer["reason code"] ? "" : "A rebutted line needs a reason code.";
    return answer["reason code"] ? "The line is accepted and yet has a reason to rebut it." : "";
  };
  const record = () => form.rows.filter((row) => given(answers.get(row.line))).map((row) => ({ ...form.identity, ...row, ...answers.get(row.line) }));

  const progress = () => {
    const done = [...answers.values()].filter((answer) => answer.position).length;
    byId("progress").textContent = `${done} of ${answers.size} lines answered`;
  };
  const keepDraft = () => {
    clearTimeout(timer);
    timer = 0;
    try {
      const kept = [...answers].filter(([, answer]) => given(answer));
      localStorage.setItem(draftName, JSON.stringify(kept));
      unsaved = false;
      byId("draft").textContent = "Draft kept";
      byId("discard").hidden = false;
    } catch {
      byId("draft").textContent = "This browser keeps no draft: save often";
    }
  };
  const changed = () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(keepDraft, 500);
    progress();
  };
  const take = (line, found) => {
    const answer = answers.get(line);
    if (!answer || typeof found !== "object" || found === null) return false;
    for (const name of form.answers) if (typeof found[name] === "string") answer[name] = found[name];
    return true;
  };

  const drawn = (row) => {
    const answer = answers.get(row.line);
    const missing = make("p", { className: "missing" });
    const article = make("article", { id: `line-${row.line}` });
    const refresh = () => {
      article.classList.toggle("done", answer.position !== "" && !lacks(answer));
      missing.textContent = lacks(answer);
    };
    const bound = (name, control) => {
      control.value = answer[name];
      control.addEventListener("input", () => { answer[name] = control.value; refresh(); changed(); });
      return control;
    };
    const choice = ([value, title]) => {
      const button = make("input", { type: "radio", name: `position-${row.line}`, value, checked: answer.position === value });
      button.addEventListener("change", () => { answer.position = value; refresh(); changed(); });
      return make("label", {}, button, ` ${title}`);
    };
    const labelled = (title, control) => make("label", { className: "text" }, title, control);
    const codes = make("select", {}, make("option", { value: "", textContent: "–" }),
      ...form.codes.map(([code, text]) => make("option", { value: code, textContent: `${code}: ${text}` })));
    const names = bound("evidence files", make("textarea", { rows: 2 }));
    const files = make("input", { type: "file", multiple: true });
    files.addEventListener("change", () => {
      const all = [...names.value.split("\n"), ...[...files.files].map((file) => file.name)];
      answer["evidence files"] = names.value = [...new Set(all.filter((name) => name.trim()))].join("\n");
      refresh();
      changed();
    });
    article.append(
      make("h3", {}, make("span", { textContent: row.line }), row.item),
      make("dl", {}, ...form.claimed.filter((name) => name !== "item" && row[name]).flatMap((name) =>
        [make("dt", { textContent: name }), make("dd", { textContent: row[name] })])),
      make("fieldset", {}, make("legend", { textContent: `Your position on line ${row.line}` }),
        make("div", { className: "positions" }, ...[["accepted", "accepted"], ["rebutted", "rebutted"], ["", "not answered yet"]].map(choice))),
      labelled("Reason code, where rebutted", bound("reason code", codes)),
      labelled("Why", bound("text", make("textarea", { rows: 3, maxLength: form.longest }))),
      make("div", { className: "row" },
        labelled("Passage of the guideline", bound("guideline passage", make("textarea", { rows: 2, maxLength: form.longest }))),
        labelled("Names of evidence files, one a line", names)),
      labelled("Take names from files (they are not uploaded; send them along)", files),
      missing);
    refresh();
    return article;
  };
  const draw = () => {
    const wanted = byId("show").value;
    const words = byId("find").value.trim().toLowerCase();
    shown = form.rows.filter((row) => {
      const { position } = answers.get(row.line);
      const fits = wanted === "all" || (wanted === "open" ? !position : position === wanted);
      return fits && (!words || row.line === words || row.item.toLowerCase().includes(words));
    });
    const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
    page = Math.min(page, last);
    byId("lines").replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map(drawn));
    byId("page").textContent = shown.length ? `page ${page + 1} of ${last + 1}` : "no such line";
    byId("back").disabled = page === 0;
    byId("on").disabled = page === last;
    progress();
  };
  const turn = (by) => {
    page += by;
    draw();
    scrollTo(0, 0);
  };

  byId("told").append(...form.told.map((textContent) => make("p", { textContent })));
  byId("show").addEventListener("change", () => { page = 0; draw(); });
  byId("find").addEventListener("input", () => { page = 0; draw(); });
  byId("back").addEventListener("click", () => turn(-1));
  byId("on").addEventListener("click", () => turn(1));
  byId("save").addEventListener("click", () => {
    keepDraft();
    const kept = record();
    const wrong = kept.filter((row) => lacks(row)).map((row) => row.line);
    const blob = new Blob([JSON.stringify(kept, null, 1)], { type: "application/json" });
    const link = make("a", { href: URL.createObjectURL(blob), download: `answers-${form.identity.claim}.json` });
    link.click();
    byId("message").textContent = wrong.length ? `Saved, but these lines are not complete: ${wrong.slice(0, 20).join(", ")}${wrong.length > 20 ? ", …" : ""}.` : "Saved. Send us the file with your evidence.";
  });
  byId("open").addEventListener("change", async ({ target }) => {
    try {
      const rows = JSON.parse(await target.files[0].text());
      const ours = rows.filter((row) => row.record === form.identity.record && take(String(row.line), row));
      byId("message").textContent = `Opened ${ours.length} answers${ours.length < rows.length ? "; the others are not of this form" : ""}.`;
      changed();
      draw();
    } catch {
      byId("message").textContent = "This is no file of saved answers.";
    }
    target.value = "";
  });
  byId("discard").addEventListener("click", () => {
    if (!confirm("Discard what was typed and not saved to a file?")) return;
    clearTimeout(timer);
    try { localStorage.removeItem(draftName); } catch { /* a browser without a store keeps no draft */ }
    unsaved = false;
    location.reload();
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  try {
    const kept = JSON.parse(localStorage.getItem(draftName)) || [];
    if (kept.filter(([line, answer]) => take(line, answer)).length) {
      byId("draft").textContent = "Went on from the draft";
      byId("discard").hidden = false;
    }
  } catch { /* no draft, or one that cannot be read */ }
  draw();
})();
