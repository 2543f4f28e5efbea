/** Talks to the playground's server. A refusal becomes an Error whose text is meant for the person. */
import type { AnonState, Customer, Message, Views, Workspace } from "./types";

const AWAY = "The playground does not answer. Is it still running in the terminal?";

async function read<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const said = body && typeof body.error === "string" ? body.error : `The playground answered ${response.status}.`;
  throw new Error(said);
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch {
    throw new Error(AWAY);
  }
  return read<T>(response);
}

export function getState(): Promise<Workspace> {
  return call("/playground/state");
}

/** The message with ids in the places where the page compares them. */
export function withIds(message: Message, channel?: string): Message {
  return { ...message, user: message.user_id ?? message.user, channel: message.channel ?? channel };
}

export async function getMessages(channel: string, user: string): Promise<Message[]> {
  const query = new URLSearchParams({ channel, user });
  const { messages } = await call<{ messages: Message[] }>(`/playground/messages?${query}`);
  return messages.map((message) => withIds(message, channel));
}

export async function getViews(user: string): Promise<Views> {
  const found = await call<Partial<Views>>(`/playground/views?${new URLSearchParams({ user })}`);
  return { modals: found.modals ?? [], home: found.home ?? null };
}

export function getCustomer(): Promise<Partial<Customer>> {
  return call("/playground/customer");
}

export async function getAnon(): Promise<AnonState> {
  return (await call<{ state: AnonState }>("/playground/anon")).state;
}

export function post(what: string, body: Record<string, unknown>): Promise<{ ts?: string }> {
  return call(`/playground/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
