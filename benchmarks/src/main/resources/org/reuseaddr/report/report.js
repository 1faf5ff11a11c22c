(() => {
  "use strict";
  const byId = id => document.getElementById(id);
  const announce = text => { byId("announce").textContent = text; };

  // Sorting: each column head of a sortable table becomes a button.
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };
  const compare = (one, two) => typeof one === "number" ? one - two : one.localeCompare(two, "en", {numeric: true});
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => (up ? 1 : -1) * compare(value(a, column), value(b, column)));
        table.tBodies[0].append(...rows);
        announce("sorted by " + button.textContent.trim() + (up ? ", ascending" : ", descending"));
      });
    });
  }

  // Filtering: all words must occur in a row, and its verdict must be the chosen one.
  const filter = id => {
    const words = document.querySelector(`[data-filter="${id}"]`).value.toLowerCase().split(/\s+/);
    const choice = document.querySelector(`[data-verdict="${id}"]`);
    let shown = 0;
    for (const row of byId(id).tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word))
        || Boolean(choice && choice.value && choice.value !== row.dataset.verdictOf);
      shown += row.hidden ? 0 : 1;
    }
    announce(shown + (shown === 1 ? " row shown" : " rows shown"));
  };
  document.querySelectorAll("input[data-filter]").forEach(input =>
    input.addEventListener("input", () => filter(input.dataset.filter)));
  document.querySelectorAll("select[data-verdict]").forEach(select =>
    select.addEventListener("change", () => filter(select.dataset.verdict)));

  // Embedded files: gzip in base64 in a template element.
  const bytes = id => Uint8Array.from(atob(byId(id).content.textContent.trim()), char => char.charCodeAt(0));
  const unpacked = id => new Response(new Blob([bytes(id)]).stream().pipeThrough(new DecompressionStream("gzip")));
  document.querySelectorAll("button[data-download]").forEach(button => button.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await unpacked(button.dataset.download).arrayBuffer()], {type: "text/csv"}));
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    announce(button.dataset.name + " downloaded");
  }));
  document.querySelectorAll("button[data-copy]").forEach(button => button.addEventListener("click", () => {
    const range = document.createRange();
    range.selectNodeContents(byId(button.dataset.copy));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
    announce("copied");
  }));

  // The matrix: a cell opens its scenarios' transcripts; a group of scenarios can be looked at alone.
  const dialog = byId("cell");
  if (dialog) {
    const data = unpacked("scenarios").json();
    const group = byId("matrix-group");
    const choice = byId("cell-choice");
    let listed = [];
    const ofPair = (all, pair) => all.scenarios.filter(scenario => scenario.pair === pair
      && (!group.value || scenario.group === group.value));
    const show = () => {
      const scenario = listed[choice.selectedIndex];
      byId("cell-rule").textContent = scenario.rule;
      byId("cell-grade").textContent = scenario.grade
        + (scenario.base && scenario.base !== scenario.grade ? "; on the baseline " + scenario.base : "");
      byId("cell-text").replaceChildren(...scenario.text.split("\n").map(line => {
        const span = document.createElement("span");
        span.className = line.startsWith("-") ? "expected" : line.startsWith("+") ? "observed" : "same";
        span.textContent = line + "\n";
        return span;
      }));
    };
    choice.addEventListener("change", show);
    byId("cell-close").addEventListener("click", () => dialog.close());
    const cells = [...document.querySelectorAll("button[data-pair]")];
    cells.forEach(cell => cell.addEventListener("click", async () => {
      listed = ofPair(await data, cell.dataset.pair);
      if (listed.length === 0) {
        return;
      }
      byId("cell-title").textContent = cell.getAttribute("aria-label");
      choice.replaceChildren(...listed.map(scenario => new Option(scenario.grade + " " + scenario.id)));
      show();
      dialog.showModal();
    }));
    group.addEventListener("change", async () => {
      const all = await data;
      for (const cell of cells) {
        const rows = ofPair(all, cell.dataset.pair);
        const failed = rows.filter(row => row.grade !== "PASS").length;
        const grade = rows.length ? rows[0].grade : "none";
        cell.dataset.grade = grade;
        cell.dataset.differs = rows.some(row => row.base && row.base !== row.grade);
        cell.firstElementChild.textContent = rows.length ? failed + " / " + rows.length : "–";
        cell.setAttribute("aria-label", cell.dataset.pair.replace(" ", " then ") + ": " + grade + ", " + failed
          + " of " + rows.length + " did not pass");
      }
      announce(group.value ? "only " + group.value : "all scenarios");
    });
  }

  // The matrix shows the addresses with differences; a button shows the others too.
  const fold = byId("matrix-fold");
  if (fold) {
    const table = document.querySelector(".matrix");
    const show = all => {
      table.classList.toggle("folded", !all);
      fold.setAttribute("aria-pressed", String(all));
    };
    fold.hidden = false;
    show(false);
    fold.addEventListener("click", () => show(table.classList.contains("folded")));
    addEventListener("beforeprint", () => show(true));
  }

  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(details => { details.open = true; }));
})();
