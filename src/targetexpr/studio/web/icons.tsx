// Small pictures of buttons, drawn with the colour of the text around them.
const paths = {
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7",
  redo: "m10 3 3.5 3.5L10 10m3-3.5H6.5a4 4 0 0 0 0 8H9",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z",
  layout: "M2.5 4h11m-8 4h8m-11 4h11",
  plus: "M8 3v10M3 8h10",
  close: "m4 4 8 8m0-8-8 8",
  up: "m4 10 4-4 4 4",
  down: "m4 6 4 4 4-4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.7-1.3L14 14",
  group: "M5 2.5H2.5v11H5m6-11h2.5v11H11M6 6h4M6 10h4",
  check: "m3 8.5 3.2 3L13 4.5",
  warning: "M8 2.2 14.5 13.5h-13zM8 6.5v3.2m0 1.6v.4",
  error: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v4m0 1.8v.4",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1m7.8 7.8L13 13m0-10-1.1 1.1M4.1 11.9 3 13",
  moon: "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z",
  auto: "M2 3h12v8.5H2zM6 14h4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
