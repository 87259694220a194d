// A whole table: DataTables adds sorting, a search box and pages; lists choose among the words of a column. Without scripts the table stands as it is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const table = document.getElementById("whole-table");
  if (!table || !window.DataTable) return;
  new DataTable("#whole-table", {
    pageLength: 25, lengthMenu: [25, 100, { label: "all", value: -1 }], order: [], autoWidth: false,
    language: { search: "Find in all columns:", lengthMenu: "_MENU_ rows a page", info: "Rows _START_ to _END_ of _TOTAL_", infoFiltered: "(of _MAX_ in the table)", zeroRecords: "No row has these words." },
    initComplete() { addLists(table, this.api()); },
  });
});

// A list for each column that holds few different words; one choice a column, all of them together.
function addLists(table, rows) {
  const box = document.querySelector(".data-table-box"), chooser = document.createElement("form");
  chooser.className = "data-chooser";
  chooser.addEventListener("submit", (event) => event.preventDefault());
  for (const place of JSON.parse(box.dataset.choose)) {
    const column = rows.column(place), label = document.createElement("label"), list = document.createElement("select");
    const words = new Set(column.nodes().toArray().map((cell) => cell.textContent.trim()));
    list.add(new Option("all", ""));
    [...words].filter(Boolean).sort().forEach((word) => list.add(new Option(word, word)));
    list.addEventListener("change", () => column.search(list.value ? `^${DataTable.util.escapeRegex(list.value)}$` : "", { regex: true, smart: false }).draw());
    label.append(`${table.tHead.rows[0].cells[place].textContent.trim()} `, list);
    chooser.append(label);
  }
  if (chooser.childElementCount) box.before(chooser);
}
