/** The live state of the page: what this person sees, kept up to date by the server's stream or by polling. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { getMessages, getState, getViews, withIds } from "./api";
import type { Message, Room, Views, Workspace } from "./types";

export type Messages = Record<string, Record<string, Message>>;
export interface Typing {
  channel: string;
  thread_ts?: string | null;
  text: string;
}

const POLL_MS = 2_000;
const RETRY_MS = 1_500;
const WORKING_MS = 3_000;
const NO_VIEWS: Views = { modals: [], home: null };

type Change =
  | { kind: "reset" }
  | { kind: "loaded"; channel: string; messages: Message[] }
  | { kind: "one"; message: Message };

function reduce(state: Messages, change: Change): Messages {
  switch (change.kind) {
    case "reset":
      return {};
    case "loaded":
      return { ...state, [change.channel]: Object.fromEntries(change.messages.map((m) => [m.ts, m])) };
    case "one": {
      const { message } = change;
      const channel = { ...state[message.channel] };
      if (message.deleted) delete channel[message.ts];
      else channel[message.ts] = { ...channel[message.ts], ...message };
      return { ...state, [message.channel]: channel };
    }
  }
}

/** Runs again after a run that was under way when it was asked for: the last answer is the newest. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const start = async (): Promise<void> => {
    do {
      again = false;
      await run();
    } while (again);
  };
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = start().finally(() => {
      running = null;
    });
    return running;
  };
}

/** Channels that this person is a member of, direct messages last. */
export function roomsOf(workspace: Workspace, me: string): Room[] {
  const mine = workspace.channels.filter((room) => room.members.includes(me));
  return [...mine.filter((room) => !room.is_im), ...mine.filter((room) => room.is_im)];
}

/** The workspace itself: asked for until the server answers. */
export function useWorkspaceState(onError: (error: Error) => void) {
  const [workspace, setWorkspace] = useState<Workspace | null>(null);
  const load = useCallback(async () => setWorkspace(await getState()), []);
  const reload = useCallback(() => void load().catch(onError), [load, onError]);
  useEffect(() => {
    let timer = 0;
    const tryOnce = () =>
      load().catch((error: Error) => {
        onError(error);
        timer = window.setTimeout(tryOnce, RETRY_MS);
      });
    void tryOnce();
    return () => window.clearTimeout(timer);
  }, [load, onError]);
  return { workspace, reload };
}

export interface Live {
  messages: Messages;
  views: Views;
  typing: Typing[];
  connected: boolean;
  loaded: boolean;
  refreshViews: () => Promise<void>;
  expectAnswer: (channel: string, thread?: string | null) => void;
}

/** Everything that one person sees; begins anew for another person. */
export function useLive(
  workspace: Workspace | null,
  me: string,
  onNotice: (text: string) => void,
  onArrival: (message: Message) => void,
  onMembers: () => void,
): Live {
  const [messages, change] = useReducer(reduce, {});
  const [views, setViews] = useState<Views>(NO_VIEWS);
  const [typing, setTyping] = useState<Typing[]>([]);
  const [connected, setConnected] = useState(true);
  const [loaded, setLoaded] = useState(false);
  const arrival = useRef(onArrival);
  arrival.current = onArrival;
  const rooms = workspace ? roomsOf(workspace, me).map((room) => room.id).join() : "";

  const refreshViews = useMemo(() => oneAtATime(async () => setViews(await getViews(me))), [me]);

  const clearTyping = useCallback((channel: string, thread?: string | null) => {
    setTyping((now) => now.filter((t) => t.channel !== channel || (thread && t.thread_ts && t.thread_ts !== thread)));
  }, []);

  const expectAnswer = useCallback((channel: string, thread?: string | null) => {
    const mark: Typing = { channel, thread_ts: thread ?? null, text: "" };
    setTyping((now) => [...now.filter((t) => t.channel !== channel), mark]);
    window.setTimeout(() => setTyping((now) => now.filter((t) => t !== mark)), WORKING_MS);
  }, []);

  useEffect(() => {
    if (!rooms || !me) return;
    let stopped = false;
    let poll = 0;
    change({ kind: "reset" });
    setLoaded(false);
    setTyping([]);
    setViews(NO_VIEWS);

    // What the stream says while a whole channel is on its way is newer than that channel's answer.
    let meanwhile: Message[] = [];
    const loadAll = oneAtATime(async () => {
      meanwhile = [];
      const all = await Promise.all(rooms.split(",").map(async (id) => [id, await getMessages(id, me)] as const));
      if (stopped) return;
      for (const [channel, found] of all) change({ kind: "loaded", channel, messages: found });
      for (const message of meanwhile) change({ kind: "one", message });
      setLoaded(true);
      await refreshViews();
    });
    const quietly = () => void loadAll().catch(() => setConnected(false));
    const startPolling = () => {
      if (!poll) poll = window.setInterval(quietly, POLL_MS);
    };
    const stopPolling = () => {
      window.clearInterval(poll);
      poll = 0;
    };

    const stream = new EventSource(`/playground/stream?${new URLSearchParams({ user: me })}`);
    stream.onopen = () => {
      setConnected(true);
      stopPolling();
      quietly();
    };
    stream.onerror = () => {
      setConnected(false);
      startPolling();
    };
    stream.addEventListener("message", (event) => {
      const message = withIds(JSON.parse(event.data) as Message);
      if (!message.channel) return quietly();
      meanwhile.push(message);
      change({ kind: "one", message });
      arrival.current(message);
      if (message.user === workspace?.bot.user_id) clearTyping(message.channel, message.thread_ts);
    });
    stream.addEventListener("view", () => {
      setTyping([]);
      void refreshViews().catch(() => undefined);
    });
    stream.addEventListener("typing", (event) => {
      const said = JSON.parse(event.data) as Typing;
      setTyping((now) => {
        const others = now.filter((t) => t.channel !== said.channel);
        return said.text ? [...others, said] : others;
      });
    });
    stream.addEventListener("members", onMembers);
    stream.addEventListener("notice", (event) => onNotice(String(JSON.parse(event.data).text ?? "")));
    quietly();
    return () => {
      stopped = true;
      stopPolling();
      stream.close();
    };
  }, [rooms, me, workspace?.bot.user_id, clearTyping, refreshViews, onNotice, onMembers]);

  return { messages, views, typing, connected, loaded, refreshViews, expectAnswer };
}

/** Messages that stand in the channel itself, oldest first. */
export function topLevel(channel: Record<string, Message> | undefined): Message[] {
  return inOrder(channel).filter(
    (m) => !m.thread_ts || m.thread_ts === m.ts || m.broadcast || m.subtype === "thread_broadcast",
  );
}

/** Replies of one thread, oldest first, without its root. */
export function repliesOf(channel: Record<string, Message> | undefined, root: string): Message[] {
  return inOrder(channel).filter((m) => m.thread_ts === root && m.ts !== root);
}

function inOrder(channel: Record<string, Message> | undefined): Message[] {
  return Object.values(channel ?? {}).sort((a, b) => (a.ts < b.ts ? -1 : 1));
}
