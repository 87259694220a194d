// A whole table: DataTables adds sorting, a search box and pages; lists choose among the words of a column. Without scripts the table stands as it is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector(".data-table-box"), table = document.getElementById("all-rows");
  if (!box || !window.DataTable) return;
  const rows = new DataTable(table, {
    pageLength: 25, lengthMenu: [25, 100, { label: "all", value: -1 }], order: [], autoWidth: false,
    language: { search: "Find in all columns:", lengthMenu: "_MENU_ rows a page", info: "Rows _START_ to _END_ of _TOTAL_", infoFiltered: "(of _MAX_ in the table)", zeroRecords: "No row has these words." },
  });
  const chooser = document.createElement("form");
  chooser.className = "data-chooser";
  chooser.addEventListener("submit", (event) => event.preventDefault());
  for (const place of JSON.parse(box.dataset.choose)) {
    const column = rows.column(place), label = document.createElement("label"), list = document.createElement("select");
    list.add(new Option("all", ""));
    [...new Set(column.data().toArray())].filter(Boolean).sort().forEach((word) => list.add(new Option(decoded(word), word)));
    list.addEventListener("change", () => column.search(list.value ? `^${decoded(list.value).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$` : "", { regex: true, smart: false }).draw());
    label.append(`${table.tHead.rows[0].cells[place].textContent.trim()} `, list);
    chooser.append(label);
  }
  if (chooser.childElementCount) box.before(chooser);
});

function decoded(word) {
  const holder = document.createElement("textarea");
  holder.innerHTML = word;
  return holder.value;
}
