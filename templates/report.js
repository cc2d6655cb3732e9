// Makes the headings of tables into buttons that sort. The page reads as well without.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const sort = (column, ascending) => {
    const rows = [...body.rows];
    const compare = (one, other) => one.localeCompare(other, "en", { numeric: true });
    const numbers = rows.every((row) => key(row, column) !== "" && Number.isFinite(Number(key(row, column))));
    rows.sort((one, other) => {
      const [a, b] = [key(one, column), key(other, column)];
      return (numbers ? a - b : compare(a, b)) * (ascending ? 1 : -1);
    });
    body.append(...rows);
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
