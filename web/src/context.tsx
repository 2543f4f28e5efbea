/** What every part of the page may use: who I am, names, actions, errors as toasts. */
import { createContext, useContext } from "react";
import { post } from "./api";
import type { Confirm, Message, Person, Workspace } from "./types";

export interface Desk {
  workspace: Workspace;
  me: Person;
  theme: "light" | "dark";
  toast: (text: string) => void;
  /** Sends, and shows a refusal as a toast; true when it was accepted. */
  send: (what: string, body: Record<string, unknown>) => Promise<boolean>;
  expectAnswer: (channel: string, thread?: string | null) => void;
  confirm: (asked: Confirm) => Promise<boolean>;
  openThread: (message: Message) => void;
  goTo: (channel: string, ts?: string) => void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("outside the page");
  return desk;
}

export interface Author {
  id: string;
  name: string;
  color: string;
  isBot: boolean;
  role: string;
}

export function authorOf(workspace: Workspace, user: string): Author {
  const { bot } = workspace;
  if ([bot.id, bot.user_id, bot.name].includes(user)) {
    return { id: bot.user_id, name: displayBot(bot.name), color: "", isBot: true, role: "bot" };
  }
  const person = workspace.users.find((one) => one.id === user || one.name === user);
  if (person) return { ...person, name: person.real_name || person.name, isBot: false };
  return { id: user, name: user === "USLACKBOT" ? "Workspace" : user, color: "", isBot: user === "USLACKBOT", role: "" };
}

export function displayBot(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export async function sendOrToast(
  toast: (text: string) => void,
  what: string,
  body: Record<string, unknown>,
): Promise<boolean> {
  try {
    await post(what, body);
    return true;
  } catch (error) {
    toast((error as Error).message);
    return false;
  }
}

/** The times of a Slack time stamp. */
export function timeOf(ts: string): Date {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clock(ts: string): string {
  return timeOf(ts).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

export function day(ts: string): string {
  const then = timeOf(ts);
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (then.toDateString() === today.toDateString()) return "Today";
  if (then.toDateString() === yesterday.toDateString()) return "Yesterday";
  return then.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
