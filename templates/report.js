// Makes the headings of tables into buttons that sort, and gives commands a button that copies them.
// The page reads as well without.
const collator = new Intl.Collator("en", { numeric: true });
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const sort = (column, ascending) => {
    // Read every cell once: a comparison that reads the page makes a thousand rows slow.
    const keyed = [...body.rows].map((row) => {
      const cell = row.cells[column];
      return [cell.dataset.sort ?? cell.textContent.trim(), row];
    });
    const numbers = keyed.every(([key]) => key !== "" && Number.isFinite(Number(key)));
    const direction = ascending ? 1 : -1;
    keyed.sort(([a], [b]) => (numbers ? a - b : collator.compare(a, b)) * direction);
    body.replaceChildren(...keyed.map(([, row]) => row));
    headings.forEach((heading, index) => {
      if (index === column) heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    });
  };
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(column, heading.getAttribute("aria-sort") !== "ascending"));
  });
}
// What is copied is commands alone: some shells take a comment behind a command for its arguments.
const commandsOf = (element) => {
  const copied = element.cloneNode(true);
  for (const comment of copied.querySelectorAll(".quiet, .copy")) comment.remove();
  const lines = copied.textContent.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n");
};
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
};
for (const commands of document.querySelectorAll("pre, code.command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    button.textContent = (await copy(commandsOf(commands))) ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  if (commands.matches("pre")) commands.append(button);
  else commands.after(" ", button);
}
