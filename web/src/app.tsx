/** The page: who one is, where one is, and what is open. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { post } from "./api";
import { Channel, Thread } from "./channel";
import { authorOf, type Desk, DeskContext, sendOrToast } from "./context";
import { spokenText } from "./message";
import { ConfirmDialog, Home, Modal } from "./modal";
import { Sidebar } from "./sidebar";
import type { Confirm, Example, Message, Person, Room, Workspace } from "./types";
import { roomsOf, useLive, useWorkspaceState } from "./workspace";

const TOAST_MS = 6_000;
const WIDE_PX = 1_000;
const PERMALINK = /(?:#|\/archives\/)([CDG]\w+)\/p(\d{10})(\d{6})/;

const remember = (key: string, value: string) => {
  try {
    localStorage.setItem(`anon-playground.${key}`, value);
  } catch {
    // A browser without storage forgets; nothing else depends on it.
  }
};
const remembered = (key: string): string => {
  try {
    return localStorage.getItem(`anon-playground.${key}`) ?? "";
  } catch {
    return "";
  }
};

function useTheme() {
  const system = useMemo(() => window.matchMedia("(prefers-color-scheme: dark)"), []);
  const [chosen, setChosen] = useState(() => remembered("theme"));
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const follow = () => setDark(system.matches);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [system]);
  const theme: "light" | "dark" = chosen === "dark" || chosen === "light" ? chosen : dark ? "dark" : "light";
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    remember("theme", next);
    setChosen(next);
  };
  return { theme, toggle };
}

interface Toast {
  id: number;
  text: string;
}

function useToasts() {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const toast = useCallback((text: string) => {
    const one = { id: next.current++, text };
    setToasts((now) => [...now.filter((t) => t.text !== text), one].slice(-3));
    window.setTimeout(() => setToasts((now) => now.filter((t) => t.id !== one.id)), TOAST_MS);
  }, []);
  return { toasts, toast, drop: (id: number) => setToasts((now) => now.filter((t) => t.id !== id)) };
}

export function App() {
  const { toasts, toast, drop } = useToasts();
  const onError = useCallback((error: Error) => toast(error.message), [toast]);
  const { workspace, reload } = useWorkspaceState(onError);
  return (
    <>
      {workspace ? <Page workspace={workspace} toast={toast} onMembers={reload} /> : <p className="starting">Opening the workspace …</p>}
      <div className="toasts" role="region" aria-label="Notices" aria-live="assertive">
        {toasts.map((one) => (
          <p key={one.id} className="toast">
            {one.text}
            <button type="button" className="link-button" onClick={() => drop(one.id)}>Dismiss</button>
          </p>
        ))}
      </div>
    </>
  );
}

/** What was last read, per person and channel, so that the marks survive a reload. */
function useRead(me: string) {
  const [read, setRead] = useState<Record<string, string>>(() => JSON.parse(remembered("read") || "{}"));
  const mark = useCallback(
    (channel: string, ts: string) =>
      setRead((now) => {
        const key = `${me}/${channel}`;
        if ((now[key] ?? "") >= ts) return now;
        const next = { ...now, [key]: ts };
        remember("read", JSON.stringify(next));
        return next;
      }),
    [me],
  );
  return { read, mark };
}

interface PageProps {
  workspace: Workspace;
  toast: (text: string) => void;
  onMembers: () => void;
}

function Page({ workspace, toast, onMembers }: PageProps) {
  const { theme, toggle } = useTheme();
  const [person, setPerson] = useState<Person | undefined>(
    () => workspace.users.find((one) => one.id === remembered("me")) ?? workspace.users[0],
  );
  const me = person as Person;
  const [here, setHere] = useState("");
  const [thread, setThread] = useState("");
  const [tab, setTab] = useState<"messages" | "home">("messages");
  const [drawer, setDrawer] = useState(false);
  const [flashed, setFlashed] = useState("");
  const [asked, setAsked] = useState<{ what: Confirm; answer: (yes: boolean) => void } | null>(null);
  const [spoken, setSpoken] = useState("");
  const { read, mark } = useRead(me.id);
  const ownSends = useRef(new Set<string>());
  const openedByItself = useRef("");

  const rooms = useMemo(() => roomsOf(workspace, me.id), [workspace, me.id]);
  const room: Room | undefined = rooms.find((one) => one.id === here) ?? rooms[0];

  const place = useRef({ room: "", thread: "" });
  place.current = { room: room?.id ?? "", thread };
  const onArrival = useCallback(
    (message: Message) => {
      if (message.deleted || message.user === me.id) {
        if (message.user === me.id && !message.deleted) ownSends.current.add(message.ts);
        return;
      }
      if (message.channel !== place.current.room) return;
      setSpoken(`${authorOf(workspace, message.user).name}: ${spokenText(message)}`);
      // The answer to what one just wrote opens where there is room for it.
      const root = message.thread_ts;
      const free = !place.current.thread || place.current.thread === openedByItself.current;
      if (root && ownSends.current.delete(root) && free && window.innerWidth >= WIDE_PX) {
        openedByItself.current = root;
        setThread(root);
      }
    },
    [me.id, workspace],
  );
  const live = useLive(workspace, me.id, toast, onArrival, onMembers);

  const send = useCallback(
    async (what: string, body: Record<string, unknown>) => {
      const accepted = await sendOrToast(toast, what, body);
      if (accepted && (what === "close" || what === "submit")) void live.refreshViews().catch(() => undefined);
      return accepted;
    },
    [toast, live.refreshViews],
  );

  const visit = (id: string) => {
    setHere(id);
    setThread("");
    setTab("messages");
    setDrawer(false);
    const target = rooms.find((one) => one.id === id);
    if (target?.is_im) openHome("messages");
  };
  const openHome = (which: "messages" | "home") => {
    setTab(which);
    if (which === "home") setThread("");
    // Not every server tells the bot of it; the page goes on without.
    post("home", { user: me.id, tab: which }).catch(() => undefined);
  };
  const goTo = useCallback(
    (channel: string, ts?: string) => {
      if (!rooms.some((one) => one.id === channel)) return toast("You are not in that channel.");
      setHere(channel);
      setTab("messages");
      setDrawer(false);
      const message = ts ? live.messages[channel]?.[ts] : undefined;
      setThread(message?.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : "");
      if (!ts) return;
      setFlashed(ts);
      window.setTimeout(() => setFlashed(""), 2_500);
      requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-ts="${ts}"]`)?.scrollIntoView({ block: "center" })));
    },
    [rooms, live.messages, toast],
  );

  const latest = Object.keys(live.messages[room?.id ?? ""] ?? {}).sort().at(-1);
  useEffect(() => {
    if (room && latest) mark(room.id, latest);
  }, [room, latest, mark]);
  const unread = useMemo(
    () =>
      Object.fromEntries(
        rooms.map((one) => [
          one.id,
          Object.values(live.messages[one.id] ?? {}).filter((m) => m.user !== me.id && m.ts > (read[`${me.id}/${one.id}`] ?? "")).length,
        ]),
      ),
    [rooms, live.messages, read, me.id],
  );
  useEffect(() => {
    const news = Object.entries(unread).some(([id, number]) => number && id !== room?.id);
    document.title = `${news ? "• " : ""}${room?.is_im ? "Anon" : `#${room?.name ?? ""}`} · ${workspace.team.name}`;
  }, [unread, room, workspace.team.name]);

  const opened = useRef(false);
  useEffect(() => {
    if (!live.loaded || opened.current) return;
    opened.current = true;
    const found = PERMALINK.exec(location.hash);
    if (found?.[1]) goTo(found[1], `${found[2]}.${found[3]}`);
  }, [live.loaded, goTo]);

  useEffect(() => {
    const follow = () => {
      const found = PERMALINK.exec(location.hash);
      if (found?.[1]) goTo(found[1], `${found[2]}.${found[3]}`);
    };
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [goTo]);

  const desk: Desk = useMemo(
    () => ({
      workspace, me, theme, toast, send, goTo,
      expectAnswer: live.expectAnswer,
      confirm: (what) => new Promise((answer) => setAsked({ what, answer })),
      openThread: (message) => {
        setThread(message.thread_ts || message.ts);
        // On a phone the keyboard would hide the thread that one wants to read.
        if (window.innerWidth >= WIDE_PX) requestAnimationFrame(() => document.querySelector<HTMLElement>(".thread textarea")?.focus());
      },
    }),
    [workspace, me, theme, toast, send, goTo, live.expectAnswer],
  );

  const onExample = (example: Example) => {
    const target = rooms.find((one) => [one.id, one.name].includes(example.channel ?? "")) ?? room;
    if (!target) return;
    live.expectAnswer(target.id);
    void send("say", { channel: target.id, user: me.id, text: example.text });
  };
  const onLink = (event: React.MouseEvent) => {
    const anchor = (event.target as HTMLElement).closest("a");
    const found = anchor ? PERMALINK.exec(anchor.getAttribute("href") ?? "") : null;
    if (!found?.[1] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(found[1], `${found[2]}.${found[3]}`);
  };
  if (!room) return <p className="starting">{me.real_name} is in no channel.</p>;
  const closeThread = () => {
    setThread("");
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".channel textarea")?.focus());
  };
  const top = live.views.modals.at(-1);
  const [first, ...rest] = workspace.stand_ins.split(/(?<=\.)\s+/);
  return (
    <DeskContext.Provider value={desk}>
      <div className="page" data-drawer={drawer || undefined} data-thread={thread ? "" : undefined} onClick={onLink}
        onKeyDown={(event) => {
          if (event.key === "Escape" && drawer) setDrawer(false);
        }}>
        <p className="stand-ins">
          <span>{first} <span className="stand-ins-rest">{rest.join(" ")}</span></span>
          {live.connected ? null : <strong className="offline" role="status">Reconnecting …</strong>}
        </p>
        {drawer ? <div className="shade" onClick={() => setDrawer(false)} /> : null}
        <Sidebar rooms={rooms} current={room.id} unread={unread} onRoom={visit} onTheme={toggle} onClose={() => setDrawer(false)}
          onPerson={(next) => {
            remember("me", next.id);
            setPerson(next);
            setThread("");
            setTab("messages");
            if (here.startsWith("D")) setHere(roomsOf(workspace, next.id).find((one) => one.is_im)?.id ?? "");
          }} />
        <Channel key={me.id} room={room} channel={live.messages[room.id]} loaded={live.loaded} typing={live.typing} tab={tab}
          threadOpen={Boolean(thread)} flashed={flashed} home={<Home view={live.views.home} />} onTab={openHome}
          onMenu={() => setDrawer(true)} onExample={onExample} />
        {thread ? (
          <Thread key={`${me.id}/${thread}`} room={room} channel={live.messages[room.id]} root={thread} typing={live.typing}
            flashed={flashed} onClose={closeThread} />
        ) : null}
        {top ? <Modal key={top.id} view={top} depth={live.views.modals.length} /> : null}
        {asked ? (
          <ConfirmDialog asked={asked.what}
            onAnswer={(yes) => {
              asked.answer(yes);
              setAsked(null);
            }} />
        ) : null}
        <p className="visually-hidden" aria-live="polite">{spoken}</p>
      </div>
    </DeskContext.Provider>
  );
}
