/** One message: who, when, what, its reactions, its thread, and what can be done with it. */
import { memo, useId, useRef, useState } from "react";
import { type Act, Blocks, Said, textIn } from "./blocks";
import { type Author, authorOf, clock, count, timeOf, useDesk } from "./context";
import { REACTIONS, sign } from "./emoji";
import { BotFace, Icon } from "./icons";
import { Menu, type MenuItem } from "./menu";
import { richText, toTyped } from "./mrkdwn";
import type { Message, SharedFile } from "./types";

export function Avatar({ author, small }: { author: Author; small?: boolean }) {
  const initials = author.name.split(/\s+/).map((word) => word.charAt(0)).slice(0, 2).join("").toUpperCase();
  return (
    <span className={small ? "avatar is-small" : "avatar"} style={author.isBot ? undefined : { backgroundColor: author.color }}
      data-bot={author.isBot || undefined} aria-hidden="true">
      {author.isBot ? <BotFace /> : initials}
    </span>
  );
}

export function linkTo(message: Message): string {
  return `${location.origin}/#${message.channel}/p${message.ts.replace(".", "")}`;
}

function FileCard({ file }: { file: SharedFile }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const lines = (file.preview ?? "").split("\n");
  const long = lines.length > 6 || (file.preview?.length ?? 0) > 500;
  const shown = open || !long ? file.preview : lines.slice(0, 6).join("\n").slice(0, 500);
  const size = file.size === undefined ? "" : file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} kB`;
  return (
    <figure className="file-card">
      <figcaption>
        <Icon name="file" /> <strong>{file.title || file.name || "File"}</strong> <small>{size}</small>
      </figcaption>
      {shown ? <pre id={id}>{shown}</pre> : null}
      {file.preview_is_truncated && (open || !long) ? <small className="file-more">… the file goes on</small> : null}
      {long ? (
        <button type="button" className="link-button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Show more"}
        </button>
      ) : null}
    </figure>
  );
}

function Reactions({ message, onToggle }: { message: Message; onToggle: (name: string) => void }) {
  const { me, workspace } = useDesk();
  const shown = (message.reactions ?? []).filter((reaction) => reaction.users?.length);
  if (!shown.length) return null;
  return (
    <div className="reactions">
      {shown.map(({ name, users }) => {
        const who = users.map((user) => authorOf(workspace, user).name).join(", ");
        return (
          <button key={name} type="button" className="reaction" aria-pressed={users.includes(me.id) || users.includes(me.name)} title={who}
            aria-label={`${name.replaceAll("_", " ")}, ${who}`} onClick={() => onToggle(name)}>
            <span aria-hidden="true">{sign(name)}</span> {users.length}
          </button>
        );
      })}
    </div>
  );
}

function ThreadSummary({ message, replies }: { message: Message; replies: Message[] }) {
  const { workspace, openThread } = useDesk();
  const last = replies.at(-1);
  if (!last) return null;
  const people = [...new Set(replies.map((reply) => reply.user))].slice(0, 3);
  return (
    <button type="button" className="thread-summary" onClick={() => openThread(message)}>
      <span className="thread-people">
        {people.map((user) => <Avatar key={user} small author={authorOf(workspace, user)} />)}
      </span>
      <span className="thread-count">{count(replies.length, "reply", "replies")}</span>
      <span className="thread-last">last at {clock(last.ts)}</span>
    </button>
  );
}

function Editor({ message, onDone }: { message: Message; onDone: () => void }) {
  const { workspace, me, send } = useDesk();
  const people = [...workspace.users, { id: workspace.bot.user_id, name: workspace.bot.name }];
  const [text, setText] = useState(() => toTyped(message.text, { people, rooms: workspace.channels }));
  const save = async () => {
    if (await send("edit", { channel: message.channel, user: me.id, ts: message.ts, text })) onDone();
  };
  return (
    <div className="editor">
      <textarea className="field" aria-label="Edit message" autoFocus rows={Math.min(8, text.split("\n").length + 1)} value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }} />
      <div className="editor-buttons">
        <button type="button" className="button is-small" onClick={onDone}>Cancel</button>
        <button type="button" className="button is-small is-primary" onClick={() => void save()}>Save</button>
      </div>
    </div>
  );
}

interface ToolsProps {
  message: Message;
  mine: boolean;
  inThread: boolean;
  onReact: (name: string) => void;
  onEdit: () => void;
}

function Tools({ message, mine, inThread, onReact, onEdit }: ToolsProps) {
  const { workspace, me, send, expectAnswer, openThread, toast } = useDesk();
  const [open, setOpen] = useState<"" | "react" | "more">("");
  const smile = useRef<HTMLButtonElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const done = (run: () => void) => () => {
    setOpen("");
    run();
  };
  const shortcut = async (callback_id: string) => {
    if (await send("shortcut", { user: me.id, callback_id, channel: message.channel, ts: message.ts })) {
      expectAnswer(message.channel, message.thread_ts);
    }
  };
  const copy = () =>
    navigator.clipboard.writeText(linkTo(message)).then(() => toast("Link copied"), () => toast(linkTo(message)));
  const shortcuts: MenuItem[] = workspace.shortcuts
    .filter((one) => one.type === "message")
    .map((one, index) => ({
      key: one.callback_id, label: one.name, heading: index ? undefined : "Message shortcuts",
      run: done(() => void shortcut(one.callback_id)),
    }));
  const items: MenuItem[] = [
    ...shortcuts,
    ...(mine ? [{ key: "edit", label: "Edit message", heading: "Message", run: done(onEdit) }] : []),
    { key: "copy", label: "Copy link", heading: mine ? undefined : "Message", run: done(() => void copy()) },
  ];
  return (
    <div className={open ? "tools is-open" : "tools"} role="toolbar" aria-label="Message actions">
      <button ref={smile} type="button" className="tool" aria-label="Add a reaction" title="Add a reaction (R)" data-tool="react"
        aria-haspopup="menu" aria-expanded={open === "react"} onClick={() => setOpen(open === "react" ? "" : "react")}>
        <Icon name="smile" />
      </button>
      {inThread ? null : (
        <button type="button" className="tool" aria-label="Reply in thread" title="Reply in thread (T)" data-tool="thread"
          onClick={() => openThread(message)}>
          <Icon name="thread" />
        </button>
      )}
      <button ref={more} type="button" className="tool" aria-label="More actions" title="More actions (M)" data-tool="more"
        aria-haspopup="menu" aria-expanded={open === "more"} onClick={() => setOpen(open === "more" ? "" : "more")}>
        <Icon name="more" />
      </button>
      {open === "react" && (
        <Menu anchor={smile} grid label="Reactions" onClose={() => setOpen("")}
          items={REACTIONS.map(([name, drawn, hint]) => ({ key: name, label: drawn, hint, run: done(() => onReact(name)) }))} />
      )}
      {open === "more" && <Menu anchor={more} label="More actions" onClose={() => setOpen("")} items={items} />}
    </div>
  );
}

const KEYS: Record<string, string> = { t: "thread", r: "react", m: "more" };

function onRowKey(event: React.KeyboardEvent<HTMLElement>) {
  const row = event.currentTarget;
  if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const rows = [...(row.closest("[data-rows]")?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
  const tool = KEYS[event.key.toLowerCase()];
  if (tool) {
    event.preventDefault();
    row.querySelector<HTMLElement>(`[data-tool=${tool}]`)?.click();
  }
}

interface Props {
  message: Message;
  replies?: Message[];
  compact?: boolean;
  inThread?: boolean;
  flash?: boolean;
}

export const MessageRow = memo(function MessageRow({ message, replies = [], compact, inThread = false, flash }: Props) {
  const { workspace, me, send, expectAnswer } = useDesk();
  const [editing, setEditing] = useState(false);
  const author = authorOf(workspace, message.user);
  const mine = message.user === me.id;
  const isPrivate = Boolean(message.ephemeral_to);
  const at = { channel: message.channel, user: me.id, ts: message.ts };

  const act: Act = async (block_id, element, payload) => {
    if (await send("click", { ...at, action_id: element.action_id, block_id, ...payload })) {
      expectAnswer(message.channel, message.thread_ts);
    }
  };
  const toggle = (name: string) => {
    const users = message.reactions?.find((one) => one.name === name)?.users ?? [];
    void send("react", { ...at, name, ...(users.includes(me.id) || users.includes(me.name) ? { remove: true } : {}) });
  };
  const blocks = message.blocks ?? [];
  const spoken = `${author.name}${author.isBot ? " (app)" : ""}, ${clock(message.ts)}`;
  return (
    <article className={`message${compact ? " is-compact" : ""}${isPrivate ? " is-private" : ""}${flash ? " is-flashed" : ""}`}
      id={`${inThread ? "t" : "m"}${message.ts}`} data-row data-ts={message.ts} tabIndex={0} aria-label={spoken} onKeyDown={onRowKey}>
      {isPrivate ? <p className="private-note"><Icon name="eye" /> Only visible to you</p> : null}
      <div className="message-grid">
        {compact ? <time className="side-time" aria-hidden="true">{clock(message.ts).replace(/\s*[ap]\.?m\.?$/i, "")}</time> : <Avatar author={author} />}
        <div className="message-body">
          {compact ? null : (
            <header className="message-head">
              <strong>{author.name}</strong>
              {author.isBot ? <span className="app-tag">APP</span> : null}
              {author.role.startsWith("guest") ? <span className="guest-tag">{author.role}</span> : null}
              <time dateTime={timeOf(message.ts).toISOString()} title={timeOf(message.ts).toLocaleString()}>{clock(message.ts)}</time>
              {message.edited ? <span className="edited">(edited)</span> : null}
            </header>
          )}
          {editing ? (
            <Editor message={message} onDone={() => setEditing(false)} />
          ) : (
            <div className="message-text">
              {blocks.length ? <Blocks blocks={blocks} act={act} /> : message.text ? <Said text={richText(message.text)} /> : null}
              {message.edited && compact ? <span className="edited">(edited)</span> : null}
            </div>
          )}
          {(message.files ?? []).map((file, index) => <FileCard key={file.id ?? index} file={file} />)}
          <Reactions message={message} onToggle={toggle} />
          {inThread ? null : <ThreadSummary message={message} replies={replies} />}
        </div>
      </div>
      {isPrivate || editing ? null : (
        <Tools message={message} mine={mine} inThread={inThread} onReact={toggle} onEdit={() => setEditing(true)} />
      )}
    </article>
  );
});

/** One line for screen readers and for the window's title. */
export function spokenText(message: Message): string {
  return (message.text || textIn(message.blocks)).slice(0, 240);
}
