/** Small line drawings of our own; decorative, so hidden from screen readers. */
const PATHS = {
  bolt: "M11 2 4 11.5h5L8.5 18 16 8h-5.5z",
  send: "M3 10 17 3l-4.5 14-3-6z M9.5 11 17 3",
  clip: "m14.5 9.5-5 5a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 2.9 2.9l-6 6a1 1 0 0 1-1.4-1.4l5-5",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14 M7 12c1.5 2 4.5 2 6 0 M7.5 8v.5 M12.5 8v.5",
  thread: "M4 4h12v9H9l-4 3.5V13H4z M7 7.5h6 M7 10h4",
  more: "M5 10h.01 M10 10h.01 M15 10h.01",
  close: "m5 5 10 10 M15 5 5 15",
  menu: "M3 5.5h14 M3 10h14 M3 14.5h14",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7 M10 1.5v2 M10 16.5v2 M1.5 10h2 M16.5 10h2 M4 4l1.4 1.4 M14.6 14.6 16 16 M16 4l-1.4 1.4 M5.4 14.6 4 16",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z",
  trash: "M4 6h12 M8 6V4h4v2 M5.5 6l.8 10.5h7.4L14.5 6 M8.5 9v5 M11.5 9v5",
  up: "M6 9.5 9.5 3c1.5 0 2 1 1.7 2.5L10.8 8H15c1 0 1.7 1 1.4 2l-1.3 5c-.2.9-.9 1.5-1.8 1.5H6z M6 9.5H3.5v7H6",
  down: "M6 10.5 9.5 17c1.5 0 2-1 1.7-2.5L10.8 12H15c1 0 1.7-1 1.4-2l-1.3-5c-.2-.9-.9-1.5-1.8-1.5H6z M6 10.5H3.5v-7H6",
  file: "M5 2.5h6.5L15 6v11.5H5z M11.5 2.5V6H15 M7.5 10h5 M7.5 13h5",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1 M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1",
  pen: "m4 16 .7-3.2L13.5 4 16 6.5l-8.8 8.8z",
  home: "M3 9.5 10 3.5l7 6 M5 8.5V16.5h10V8.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon is-${name}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The bot's own face: a key bit in a speech bubble. */
export function BotFace() {
  return (
    <svg className="bot-face" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <path className="bot-bubble" d="M9 8h18a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-9l-6 5v-5H9a4 4 0 0 1-4-4v-9a4 4 0 0 1 4-4z" />
      <circle className="bot-eye" cx="13.5" cy="16.5" r="3" />
      <path className="bot-key" d="M16.5 16.5h9 M22.5 16.5v3.5 M25.5 16.5v2.5" />
    </svg>
  );
}
