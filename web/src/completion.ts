/** What could be meant by what has been typed so far: commands, their verbs, people. Pure. */
import { displayBot } from "./context";
import type { Room, Verb, Workspace } from "./types";

export interface Suggestion {
  name: string;
  usage: string;
  description: string;
  insert: string;
}

export interface Suggestions {
  label: string;
  /** Where in the text the completion begins. */
  from: number;
  items: Suggestion[];
  /** The verb is complete: its usage is shown, and Enter sends. */
  hintOnly: boolean;
}

/** The arguments of a verb, whether its usage repeats the command and the verb or not. */
export function usageOf(verb: Verb, command: string): string {
  let usage = (verb.usage ?? "").trim();
  for (const lead of [command, verb.name]) {
    if (usage.startsWith(lead)) usage = usage.slice(lead.length).trim();
  }
  return usage;
}

function commandsFor(workspace: Workspace, text: string): Suggestions | null {
  const items = workspace.commands
    .filter((one) => one.command.startsWith(text))
    .map((one) => ({
      name: one.command, usage: one.usage_hint ?? "", description: one.description ?? "", insert: `${one.command} `,
    }));
  return items.length ? { label: "Commands", from: 0, items, hintOnly: false } : null;
}

function verbsFor(workspace: Workspace, text: string): Suggestions | null {
  const match = /^(\/\S+) ([^\n]*)$/.exec(text);
  const command = workspace.commands.find((one) => one.command === match?.[1])?.command;
  if (!match || !command) return null;
  const typed = (match[2] ?? "").toLowerCase();
  const as = (verb: Verb): Suggestion => {
    const usage = usageOf(verb, command);
    return {
      name: `${command} ${verb.name}`, usage, description: verb.description ?? "",
      insert: `${command} ${verb.name}${usage ? " " : ""}`,
    };
  };
  const starting = workspace.verbs.filter((verb) => verb.name.startsWith(typed));
  if (starting.length) return { label: "What Anon can do", from: 0, items: starting.map(as), hintOnly: false };
  const complete = workspace.verbs
    .filter((verb) => typed.startsWith(`${verb.name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  return complete ? { label: "How to write it", from: 0, items: [as(complete)], hintOnly: true } : null;
}

function peopleFor(workspace: Workspace, room: Room, before: string): Suggestions | null {
  const match = /(?:^|\s)@(\w*)$/.exec(before);
  if (!match) return null;
  const typed = (match[1] ?? "").toLowerCase();
  const { bot } = workspace;
  const people = workspace.users.filter((user) => room.members.includes(user.id));
  const all: Suggestion[] = [
    { name: `@${displayBot(bot.name)}`, usage: "", description: "app · an ask always gets an answer", insert: `@${displayBot(bot.name)} ` },
    ...people.map((user) => ({
      name: `@${user.name}`, usage: user.real_name, description: user.role, insert: `@${user.name} `,
    })),
  ];
  const items = all.filter((one) => one.name.slice(1).toLowerCase().startsWith(typed));
  return items.length ? { label: "People", from: before.length - typed.length - 1, items, hintOnly: false } : null;
}

export function suggest(workspace: Workspace, room: Room, text: string, caret: number, inThread: boolean): Suggestions | null {
  const before = text.slice(0, caret);
  if (!inThread && /^\/\S*$/.test(before)) return commandsFor(workspace, before);
  if (!inThread && text.startsWith("/")) {
    const verbs = caret === text.length ? verbsFor(workspace, text) : null;
    if (verbs) return verbs;
  }
  return peopleFor(workspace, room, before);
}
