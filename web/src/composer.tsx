/** Where one writes: several lines, commands and mentions with completion, a text file, shortcuts. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { type Suggestion, suggest } from "./completion";
import { useDesk } from "./context";
import { Icon } from "./icons";
import { Menu, type MenuItem } from "./menu";
import type { Room } from "./types";

const SNIPPET_CHARS = 4_000;
const FILE_BYTES = 1_000_000;
const drafts = new Map<string, string>();

interface Attached {
  name: string;
  content: string;
}

interface Props {
  room: Room;
  thread?: string;
  placeholder: string;
  onSent?: () => void;
}

export function Composer({ room, thread, placeholder, onSent }: Props) {
  const { workspace, me, send, toast, expectAnswer } = useDesk();
  const key = `${me.id}/${room.id}/${thread ?? ""}`;
  const [text, setText] = useState(() => drafts.get(key) ?? "");
  const [file, setFile] = useState<Attached | null>(null);
  const [caret, setCaret] = useState(0);
  const [picked, setPicked] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const [sending, setSending] = useState(false);
  const [menu, setMenu] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const bolt = useRef<HTMLButtonElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const list = useId();

  const found = dismissed === text ? null : suggest(workspace, room, text, caret, Boolean(thread));
  const items = found?.items ?? [];
  const index = Math.min(picked, Math.max(0, items.length - 1));

  useEffect(() => {
    drafts.set(key, text);
    setPicked(0);
  }, [key, text]);
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 260)}px`;
  }, [text]);

  const put = (value: string, at = value.length) => {
    setText(value);
    setCaret(at);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(at, at);
    });
  };
  const accept = (item: Suggestion) => {
    const before = text.slice(0, found?.from ?? 0) + item.insert;
    put(before + text.slice(caret), before.length);
  };

  const command = async (typed: string): Promise<boolean> => {
    const [, name = "", rest = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed) ?? [];
    const known = workspace.commands.map((one) => one.command);
    if (!known.includes(name)) {
      toast(`${name} is no command here. There is ${known.join(", ")}.`);
      return false;
    }
    if (thread) {
      toast(`Slack has no commands in threads. Write @${workspace.bot.name} ${rest || "help"} in its place.`);
      return false;
    }
    return send("command", { channel: room.id, user: me.id, command: name, text: rest });
  };
  const deliver = (typed: string): Promise<boolean> => {
    const place = { channel: room.id, user: me.id, ...(thread ? { thread_ts: thread } : {}) };
    if (file) return send("file", { ...place, ...file, ...(typed ? { text: typed } : {}) });
    return /^\/[a-z]/i.test(typed) ? command(typed) : send("say", { ...place, text: typed });
  };
  const submit = async () => {
    const typed = text.trim();
    if (sending || (!typed && !file)) return;
    setSending(true);
    expectAnswer(room.id, thread);
    const accepted = await deliver(typed);
    setSending(false);
    if (!accepted) return;
    setFile(null);
    put("");
    onSent?.();
  };

  const attach = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > FILE_BYTES) return toast("Files here are at most 1 MB.");
    setFile({ name: chosen.name, content: await chosen.text() });
    area.current?.focus();
  };
  const onPaste = (event: React.ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text");
    if (event.clipboardData.files.length) {
      event.preventDefault();
      void attach(event.clipboardData.files[0]);
    } else if (pasted.length > SNIPPET_CHARS) {
      event.preventDefault();
      setFile({ name: "paste.txt", content: pasted });
    }
  };
  const onKey = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const chosen = items[index];
    if (items.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setPicked((index + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
    } else if (chosen && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      accept(chosen);
    } else if (items.length && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      setDismissed(text);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const typed = text.slice(found?.from ?? 0, caret);
      if (chosen && !found?.hintOnly && typed.trim() !== chosen.insert.trim()) accept(chosen);
      else void submit();
    }
  };

  const shortcuts: MenuItem[] = workspace.shortcuts
    .filter((one) => one.type === "global")
    .map((one, at) => ({
      key: one.callback_id, label: one.name, heading: at ? undefined : "Shortcuts",
      run: () => {
        setMenu(false);
        void send("shortcut", { user: me.id, callback_id: one.callback_id, channel: room.id });
      },
    }));
  const commands: MenuItem[] = workspace.commands.map((one, at) => ({
    key: one.command, label: one.command, hint: one.description, heading: at ? undefined : "Commands",
    run: () => {
      setMenu(false);
      put(`${one.command} `);
    },
  }));

  return (
    <div className="composer">
      {items.length ? (
        <div className="completion" role="listbox" id={list} aria-label={found?.label}>
          <p className="menu-heading">{found?.label}</p>
          {items.map((item, at) => (
            <div key={item.insert} id={`${list}-${at}`} role="option" aria-selected={at === index && !found?.hintOnly}
              className="completion-item" onPointerDown={(event) => event.preventDefault()} onClick={() => accept(item)}
              ref={at === index ? (node) => node?.scrollIntoView({ block: "nearest" }) : undefined}>
              <span className="completion-name">{item.name}</span> <span className="completion-usage">{item.usage}</span>
              <small>{item.description}</small>
            </div>
          ))}
        </div>
      ) : null}
      <div className="composer-box">
        {file ? (
          <p className="attached">
            <Icon name="file" /> <span>{file.name}</span> <small>{file.content.length.toLocaleString()} characters</small>
            <button type="button" className="icon-button" aria-label={`Take ${file.name} away`} onClick={() => setFile(null)}>
              <Icon name="close" />
            </button>
          </p>
        ) : null}
        <textarea ref={area} rows={1} value={text} placeholder={placeholder} aria-label={placeholder} role="combobox"
          aria-expanded={items.length > 0} aria-controls={list} aria-autocomplete="list" spellCheck={false}
          aria-activedescendant={items.length && !found?.hintOnly ? `${list}-${index}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)} onPaste={onPaste} onKeyDown={onKey} />
        <div className="composer-bar">
          <button ref={bolt} type="button" className="icon-button" aria-label="Shortcuts and commands" title="Shortcuts and commands"
            aria-haspopup="menu" aria-expanded={menu} onClick={() => setMenu(!menu)}>
            <Icon name="bolt" />
          </button>
          <button type="button" className="icon-button" aria-label="Attach a text file" title="Attach a text file"
            onClick={() => chooser.current?.click()}>
            <Icon name="clip" />
          </button>
          <input ref={chooser} type="file" hidden tabIndex={-1} aria-hidden="true" accept="text/*,.log,.json,.txt,.har,.md,.yaml,.yml"
            onChange={(event) => {
              void attach(event.target.files?.[0]);
              event.target.value = "";
            }} />
          <span className="composer-hint">
            <kbd>Enter</kbd> sends · <kbd>Shift</kbd> <kbd>Enter</kbd> new line{thread ? "" : <> · <kbd>/</kbd> commands</>}
          </span>
          <button type="button" className="send" aria-label="Send" title="Send" disabled={sending || (!text.trim() && !file)}
            onClick={() => void submit()}>
            <Icon name="send" />
          </button>
        </div>
        {menu && <Menu anchor={bolt} label="Shortcuts and commands" onClose={() => setMenu(false)} items={[...shortcuts, ...commands]} />}
      </div>
    </div>
  );
}
