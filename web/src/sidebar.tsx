/** The left side: the workspace, who one is, the channels. */
import { authorOf, displayBot, useDesk } from "./context";
import { BotFace, Icon } from "./icons";
import { Avatar } from "./message";
import { StandIns } from "./standins";
import type { Person, Room } from "./types";

interface Props {
  rooms: Room[];
  current: string;
  unread: Record<string, number>;
  onRoom: (id: string) => void;
  onPerson: (person: Person) => void;
  onTheme: () => void;
  onClose: () => void;
}

export function Sidebar({ rooms, current, unread, onRoom, onPerson, onTheme, onClose }: Props) {
  const { workspace, me, theme } = useDesk();
  const row = (room: Room) => {
    const news = room.id === current ? 0 : (unread[room.id] ?? 0);
    const name = room.is_im ? displayBot(workspace.bot.name) : room.name;
    return (
      <li key={room.id}>
        <button type="button" className={news ? "room is-unread" : "room"} aria-current={room.id === current ? "page" : undefined}
          onClick={() => onRoom(room.id)}>
          <span className="room-mark" aria-hidden="true">{room.is_im ? <BotFace /> : "#"}</span>
          <span className="room-name">{name}</span>
          {room.is_im ? <span className="app-tag">APP</span> : null}
          {news ? <span className="badge" aria-label={`${news} unread`}>{news > 9 ? "9+" : news}</span> : null}
        </button>
      </li>
    );
  };
  return (
    <nav className="sidebar" aria-label="Workspace">
      <header className="team">
        <span className="team-mark" aria-hidden="true">{workspace.team.name.charAt(0)}</span>
        <h1>{workspace.team.name}</h1>
        <button type="button" className="icon-button" aria-label={theme === "dark" ? "Light colours" : "Dark colours"}
          title={theme === "dark" ? "Light colours" : "Dark colours"} onClick={onTheme}>
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
        <button type="button" className="icon-button only-narrow" aria-label="Close the list of channels" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <section className="you" aria-labelledby="you-are">
        <h2 id="you-are">You are</h2>
        <div className="people" role="radiogroup" aria-labelledby="you-are">
          {workspace.users.map((person) => (
            <label key={person.id} className="person" title={`${person.real_name || person.name} · ${person.role}`}>
              <input type="radio" name="you" value={person.id} checked={person.id === me.id} onChange={() => onPerson(person)} />
              <Avatar author={authorOf(workspace, person.id)} />
              <span className="person-name">{person.name}</span>
            </label>
          ))}
        </div>
        <p className="you-role"><strong>{me.real_name || me.name}</strong> {me.role}</p>
      </section>
      <h2>Channels</h2>
      <ul className="rooms">{rooms.filter((room) => !room.is_im).map(row)}</ul>
      <h2>Direct messages</h2>
      <ul className="rooms">{rooms.filter((room) => room.is_im).map(row)}</ul>
      <StandIns />
    </nav>
  );
}
