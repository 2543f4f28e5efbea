/**
 * Turns Slack's mrkdwn, and what people type, into rich_text, which the renderer draws letter by letter.
 *
 * The renderer's own mrkdwn parser rewrites * inside code and leaves &amp; as it is, so error texts would
 * be shown changed. Rich text has no such second reading.
 */
import type { Block, TextObject } from "./types";

type Style = { bold?: true; italic?: true; strike?: true; code?: true };
type Part = Record<string, unknown>;

const FENCE = /```(?:[a-z]+\n|\n)?([\s\S]*?)(?:\n[ \t]*)?```/g;
const INLINE =
  /<([^<>\n]+)>|`([^`\n]+)`|(https?:\/\/[^\s<>|`]+[^\s<>|`.,;:!?'")\]])|:([a-z0-9_+'-]+):|(?<![\p{L}\p{N}*_~])([*_~])(?!\s)([^\n]*?[^\s\n])\5(?![\p{L}\p{N}*_~])/gu;
const STYLES: Record<string, Style> = { "*": { bold: true }, _: { italic: true }, "~": { strike: true } };

export function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function plain(text: string, style: Style): Part {
  const part: Part = { type: "text", text: unescape(text) };
  return Object.keys(style).length ? { ...part, style } : part;
}

function angled(inside: string, style: Style): Part {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (/^@[UWB]/.test(target)) return { type: "user", user_id: target.slice(1) };
  if (/^#[CGD]/.test(target)) return { type: "channel", channel_id: target.slice(1) };
  if (target.startsWith("!subteam^")) return { type: "usergroup", usergroup_id: target.slice("!subteam^".length) };
  if (/^!(here|channel|everyone)$/.test(target)) return { type: "broadcast", range: target.slice(1) };
  if (target.startsWith("!date^")) return plain(label, style);
  if (/^(https?:|mailto:)/i.test(target)) {
    return { type: "link", url: unescape(target), text: unescape(label || target.replace(/^mailto:/, "")), style };
  }
  return plain(`<${inside}>`, style);
}

function inline(text: string, style: Style = {}): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > from) parts.push(plain(text.slice(from, found.index), style));
    const [whole, angle, code, url, emoji, mark, marked] = found;
    if (angle !== undefined) parts.push(angled(angle, style));
    else if (code !== undefined) parts.push(plain(code, { ...style, code: true }));
    else if (url !== undefined) parts.push({ type: "link", url: unescape(url), text: unescape(url) });
    else if (emoji !== undefined) parts.push({ type: "emoji", name: emoji });
    else parts.push(...inline(marked ?? "", { ...style, ...STYLES[mark ?? ""] }));
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push(plain(text.slice(from), style));
  return parts;
}

function lines(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { quote: boolean; lines: string[] } | null = null;
  const close = () => {
    if (!open) return;
    const type = open.quote ? "rich_text_quote" : "rich_text_section";
    blocks.push({ type, elements: inline(open.lines.join("\n")) });
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?/.exec(line);
    if (!open || open.quote !== Boolean(quote)) {
      close();
      open = { quote: Boolean(quote), lines: [] };
    }
    open.lines.push(quote ? line.slice(quote[0].length) : line);
  }
  close();
  return blocks;
}

/** The rich_text block that says the same as this mrkdwn. */
export function richText(text: string): Block {
  const elements: Block[] = [];
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    const before = text.slice(from, fence.index).replace(/\n$/, "");
    if (before) elements.push(...lines(before));
    elements.push({ type: "rich_text_preformatted", elements: [{ type: "text", text: unescape(fence[1] ?? "") }] });
    from = fence.index + fence[0].length;
  }
  const rest = from ? text.slice(from).replace(/^\n/, "") : text;
  if (rest) elements.push(...lines(rest));
  return { type: "rich_text", elements };
}

/** Rich text without the empty lines around code, which is drawn as a box of its own. */
export function trimmed(block: Block): Block {
  if (!Array.isArray(block.elements)) return block;
  const all: Block[] = block.elements;
  const isCode = (at: number) => all[at]?.type === "rich_text_preformatted";
  const elements = all.map((element, at) => {
    if (element.type !== "rich_text_section" || !Array.isArray(element.elements)) return element;
    const parts = element.elements.map((part: Part, index: number) => {
      if (part.type !== "text" || typeof part.text !== "string") return part;
      let text = part.text;
      if (isCode(at + 1) && index === element.elements.length - 1) text = text.replace(/\n+$/, "");
      if (isCode(at - 1) && index === 0) text = text.replace(/^\n+/, "");
      return { ...part, text };
    });
    return { ...element, elements: parts.filter((part: Part) => part.type !== "text" || part.text) };
  });
  return { ...block, elements: elements.filter((one) => one.type !== "rich_text_section" || one.elements?.length) };
}

/** The rich_text block of a text object: plain_text is taken letter by letter, but for emoji. */
export function richTextOf(text: TextObject | string | undefined | null): Block {
  if (!text) return { type: "rich_text", elements: [] };
  if (typeof text === "string") return richText(text);
  if (text.type === "mrkdwn") return richText(text.text ?? "");
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: letters(text.text ?? "") }] };
}

function letters(text: string): Part[] {
  return text.split(/:([a-z0-9_+'-]+):/).map((piece, index) =>
    index % 2 ? { type: "emoji", name: piece } : { type: "text", text: piece },
  ).filter((part) => part.type === "emoji" || part.text);
}

/** The words of a text object, for labels. */
export function words(text: TextObject | string | undefined | null): string {
  return typeof text === "string" ? text : (text?.text ?? "");
}

interface Names {
  people: { id: string; name: string }[];
  rooms: { id: string; name: string; is_im: boolean }[];
}

/** What somebody would have typed for a stored text. */
export function toTyped(text: string, names: Names): string {
  const person = (id: string) => names.people.find((one) => one.id === id)?.name ?? id;
  const room = (id: string) => names.rooms.find((one) => one.id === id)?.name ?? id;
  const shown = text
    .replace(/<@([UWB]\w+)(?:\|[^>]*)?>/g, (_, id) => `@${person(id)}`)
    .replace(/<#([CG]\w+)(?:\|[^>]*)?>/g, (_, id) => `#${room(id)}`)
    .replace(/<(?:mailto:)?((?:https?:|[^<>|!@#\s]+@)[^<>|]*)(?:\|[^>]*)?>/g, (_, url) => url);
  return unescape(shown);
}
