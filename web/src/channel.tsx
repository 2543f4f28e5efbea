/** The middle and the right side: a channel's messages, its App Home, one thread. */
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Composer } from "./composer";
import { authorOf, count, day, displayBot, timeOf, useDesk } from "./context";
import { Icon } from "./icons";
import { Avatar, MessageRow } from "./message";
import type { Example, Message, Room } from "./types";
import { repliesOf, topLevel, type Typing } from "./workspace";

const TOGETHER_MS = 5 * 60_000;
const NEAR_PX = 160;
const PEEK_PX = 48;

const MODES: Record<string, string> = {
  auto: "Anon answers by itself when it is sure",
  suggest: "Anon suggests, to the asker alone",
  mention: "Anon answers when it is mentioned",
  shadow: "Anon only tells staff what it would say",
  off: "Anon answers only when it is asked",
  staff: "Staff only: what needs a human comes here",
};

/** Whether a message goes on without its author's face; each answer of the bot stands by itself. */
function together(a: Message | undefined, b: Message, bot: string): boolean {
  return Boolean(
    a && a.user === b.user && a.user !== bot && !a.ephemeral_to && !b.ephemeral_to && day(a.ts) === day(b.ts) &&
      timeOf(b.ts).getTime() - timeOf(a.ts).getTime() < TOGETHER_MS,
  );
}

/**
 * Keeps the newest message in sight while one is near the end, and goes there for another list.
 * Of a message that is taller than the list one sees the beginning, where its verdict stands.
 */
function useStickToEnd(key: string, last: string | undefined, extra: unknown) {
  const box = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const follow = useRef(() => {
    const node = box.current;
    if (!node || !near.current) return;
    const rows = node.querySelectorAll<HTMLElement>("[data-row]");
    const newest = rows[rows.length - 1];
    const end = node.scrollHeight - node.clientHeight;
    const start = newest ? newest.getBoundingClientRect().top - node.getBoundingClientRect().top + node.scrollTop - PEEK_PX : end;
    node.scrollTop = rows.length > 1 ? Math.min(end, start) : end;
  });
  useLayoutEffect(() => {
    near.current = true;
  }, [key]);
  useLayoutEffect(() => follow.current(), [key, last, extra]);
  useEffect(() => {
    const inner = box.current?.firstElementChild;
    if (!inner) return;
    const watch = new ResizeObserver(() => follow.current());
    watch.observe(inner);
    return () => watch.disconnect();
  }, []);
  /** Only a person's own scrolling decides whether the list follows. */
  const onScroll = () => {
    const node = box.current;
    if (!node) return;
    const rows = node.querySelectorAll<HTMLElement>("[data-row]");
    const tall = rows[rows.length - 1]?.offsetHeight ?? 0;
    near.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX + tall;
  };
  return { box, onScroll };
}

function Working({ typing }: { typing: Typing | undefined }) {
  const { workspace } = useDesk();
  const text = typing?.text.replace(/^is\s+/i, "is ") || "is looking at it";
  return (
    <p className={typing ? "working" : "working is-idle"} role="status">
      {typing ? (
        <>
          <span className="dots" aria-hidden="true"><i /><i /><i /></span> {displayBot(workspace.bot.name)} {text}
        </>
      ) : null}
    </p>
  );
}

function Rows({ messages, channel, inThread, flashed }: {
  messages: Message[];
  channel?: Record<string, Message>;
  inThread?: boolean;
  flashed?: string;
}): ReactNode {
  const { workspace } = useDesk();
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const newDay = !inThread && (!before || day(before.ts) !== day(message.ts));
    return (
      <div key={message.ts} role="presentation">
        {newDay ? <div className="day-line" role="separator" aria-label={day(message.ts)}><span>{day(message.ts)}</span></div> : null}
        <MessageRow message={message} compact={!newDay && together(before, message, workspace.bot.user_id)} inThread={inThread}
          flash={flashed === message.ts} replies={channel ? repliesOf(channel, message.ts) : undefined} />
      </div>
    );
  });
}

function Welcome({ room, onExample }: { room: Room; onExample: (example: Example) => void }) {
  const { workspace } = useDesk();
  const bot = displayBot(workspace.bot.name);
  const examples = room.name === "support" ? workspace.examples : [];
  return (
    <section className="welcome" aria-label="First steps">
      <h2>{room.is_im ? `Ask ${bot} in private` : `Welcome to #${room.name}`}</h2>
      <p>
        {room.is_im
          ? `Paste an error or ask a question. Only you and ${bot} see what is said here.`
          : room.mode === "auto"
            ? `Paste an error as you would in a support channel. ${bot} answers in its thread when it is sure, and keeps quiet when it is not.`
            : `${MODES[room.mode] ?? bot}. Try @${bot} and a question.`}
      </p>
      {examples.length ? (
        <>
          <p className="welcome-lead">Pastes to try; one click sends one:</p>
          <div className="examples">
            {examples.slice(0, 4).map((example) => (
              <button key={example.title} type="button" className="example" onClick={() => onExample(example)}>
                <strong>{example.title}</strong>
                <span className="example-text"><code>{example.text.replaceAll("```", "").replace(/\n{2,}/g, "\n")}</code></span>
                <span className="example-go"><Icon name="send" /> Send it</span>
              </button>
            ))}
          </div>
        </>
      ) : null}
    </section>
  );
}

interface ChannelProps {
  room: Room;
  channel: Record<string, Message> | undefined;
  loaded: boolean;
  typing: Typing[];
  home: ReactNode;
  tab: "messages" | "home";
  threadOpen: boolean;
  flashed?: string;
  onTab: (tab: "messages" | "home") => void;
  onMenu: () => void;
  onExample: (example: Example) => void;
}

export function Channel(props: ChannelProps) {
  const { room, channel, loaded, typing, home, tab, threadOpen, flashed, onTab, onMenu, onExample } = props;
  const { workspace } = useDesk();
  const messages = topLevel(channel);
  const bot = displayBot(workspace.bot.name);
  const name = room.is_im ? bot : `#${room.name}`;
  const mark = typing.find((one) => one.channel === room.id && !(one.thread_ts && threadOpen));
  const { box, onScroll } = useStickToEnd(`${room.id}/${tab}`, messages.at(-1)?.ts, Boolean(mark));
  return (
    <main className="channel" aria-label={name}>
      <header className="channel-head">
        <button type="button" className="icon-button only-narrow" aria-label="Channels" onClick={onMenu}><Icon name="menu" /></button>
        <div className="channel-title">
          <h2>{room.is_im ? bot : <><span className="hash">#</span> {room.name}</>}</h2>
          <p>{room.is_im ? "app · direct message" : (MODES[room.mode] ?? room.topic ?? "")}</p>
        </div>
        {room.is_im ? (
          <div className="tabs" role="tablist" aria-label={bot}>
            {(["messages", "home"] as const).map((one) => (
              <button key={one} type="button" role="tab" aria-selected={tab === one} onClick={() => onTab(one)}>
                {one === "home" ? "Home" : "Messages"}
              </button>
            ))}
          </div>
        ) : (
          <div className="members" title={room.members.map((id) => authorOf(workspace, id).name).join(", ")}>
            {room.members.slice(0, 5).map((id) => <Avatar key={id} small author={authorOf(workspace, id)} />)}
            <span className="members-count">{count(room.members.length, "member", "members")}</span>
          </div>
        )}
      </header>
      <div className="scroll" ref={box} onScroll={onScroll} data-rows>
        <div className="scroll-inner">
          {tab === "home" && room.is_im ? home : (
            <>
              {loaded && !messages.length ? <Welcome room={room} onExample={onExample} /> : null}
              <Rows messages={messages} channel={channel} flashed={flashed} />
            </>
          )}
        </div>
      </div>
      {tab === "home" && room.is_im ? null : (
        <>
          <Composer key={room.id} room={room} placeholder={`Message ${name}`} />
          <Working typing={mark} />
        </>
      )}
    </main>
  );
}

interface ThreadProps {
  room: Room;
  channel: Record<string, Message> | undefined;
  root: string;
  typing: Typing[];
  flashed?: string;
  onClose: () => void;
}

export function Thread({ room, channel, root, typing, flashed, onClose }: ThreadProps) {
  const { workspace } = useDesk();
  const pane = useRef<HTMLElement>(null);
  const first = channel?.[root];
  const replies = repliesOf(channel, root);
  const mark = typing.find((one) => one.channel === room.id && (!one.thread_ts || one.thread_ts === root));
  const { box, onScroll } = useStickToEnd(root, replies.at(-1)?.ts, Boolean(mark));
  return (
    <aside ref={pane} className="thread" aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}>
      <header className="channel-head">
        <div className="channel-title">
          <h2>Thread</h2>
          <p>{room.is_im ? displayBot(workspace.bot.name) : `#${room.name}`}</p>
        </div>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={onClose}><Icon name="close" /></button>
      </header>
      <div className="scroll" ref={box} onScroll={onScroll} data-rows>
        <div className="scroll-inner">
          {first ? <MessageRow message={first} inThread flash={flashed === first.ts} /> : <p className="gone">The message that began this thread is gone.</p>}
          {replies.length ? (
            <div className="day-line is-replies" role="separator"><span>{count(replies.length, "reply", "replies")}</span></div>
          ) : null}
          <Rows messages={replies} inThread flashed={flashed} />
        </div>
      </div>
      <Composer key={root} room={room} thread={root} placeholder="Reply in thread" />
      <Working typing={mark} />
    </aside>
  );
}
