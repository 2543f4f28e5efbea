/** The words of the playground's HTTP interface, and the parts of Block Kit that the page handles. */

export interface Person {
  id: string;
  name: string;
  real_name: string;
  color: string;
  role: string;
}

export interface Room {
  id: string;
  name: string;
  mode: string;
  members: string[];
  is_im: boolean;
  topic?: string;
}

export interface Verb {
  name: string;
  usage?: string;
  description?: string;
}

export interface Shortcut {
  callback_id: string;
  name: string;
  type: string;
}

export interface Example {
  title: string;
  text: string;
  channel?: string;
}

export interface Workspace {
  team: { id: string; name: string };
  users: Person[];
  bot: { id: string; user_id: string; name: string };
  channels: Room[];
  user_groups: { id: string; name: string }[];
  commands: { command: string; description?: string; usage_hint?: string }[];
  verbs: Verb[];
  shortcuts: Shortcut[];
  examples: Example[];
  stand_ins: string;
}

export interface Reaction {
  name: string;
  users: string[];
}

export interface SharedFile {
  id?: string;
  name?: string;
  title?: string;
  size?: number;
  mimetype?: string;
  preview?: string;
  preview_is_truncated?: boolean;
}

export interface Message {
  channel: string;
  ts: string;
  thread_ts?: string | null;
  /** The author's id; the server gives the name here and the id beside it. */
  user: string;
  user_id?: string;
  text: string;
  blocks?: Block[] | null;
  ephemeral_to?: string | null;
  edited?: unknown;
  reactions?: Reaction[] | null;
  files?: SharedFile[] | null;
  deleted?: boolean;
  subtype?: string | null;
  broadcast?: boolean;
}

export interface TextObject {
  type: string;
  text: string;
}

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
}

export interface Confirm {
  title?: TextObject;
  text?: TextObject;
  confirm?: TextObject;
  deny?: TextObject;
  style?: string;
}

export interface Element {
  type: string;
  action_id?: string;
  text?: TextObject | string;
  value?: string;
  url?: string;
  style?: string;
  confirm?: Confirm;
  accessibility_label?: string;
  placeholder?: TextObject;
  options?: Option[];
  option_groups?: { label: TextObject; options: Option[] }[];
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  is_decimal_allowed?: boolean;
  min_value?: string;
  max_value?: string;
  focus_on_load?: boolean;
  initial_value?: string;
  initial_option?: Option;
  initial_options?: Option[];
  initial_user?: string;
  initial_users?: string[];
  initial_channel?: string;
  initial_channels?: string[];
  initial_conversation?: string;
  initial_conversations?: string[];
  initial_date?: string;
  initial_time?: string;
  initial_date_time?: number;
  default_to_current_conversation?: boolean;
  positive_button?: { text: TextObject; value: string; accessibility_label?: string };
  negative_button?: { text: TextObject; value: string; accessibility_label?: string };
  icon?: string;
  image_url?: string;
  alt_text?: string;
  visible_to_user_ids?: string[];
  dispatch_action_config?: { trigger_actions_on?: string[] };
}

/** Any block: what a block of its type carries is checked where it is drawn. */
export interface Block {
  type: string;
  block_id?: string;
  [member: string]: any;
}

export interface View {
  id: string;
  type: string;
  title?: TextObject | null;
  submit?: TextObject | null;
  close?: TextObject | null;
  blocks: Block[];
  hash?: string;
  callback_id?: string;
  notify_on_close?: boolean;
  clear_on_close?: boolean;
  submit_disabled?: boolean;
  state?: { values?: Record<string, Record<string, any>> };
  errors?: Record<string, string> | null;
  notice?: string | null;
}

export interface Views {
  modals: View[];
  home: View | null;
}

/** What an input holds: Slack's plain value, or several of them. */
export type Value = string | string[] | null;

/** What is sent with a click: Slack's own member for that kind of element. */
export type Payload = Record<string, unknown>;

/** The customer's server that the playground runs. */
export interface Customer {
  jwks_url: string;
  serves: string;
  can_serve: string[];
  token: string;
}

/** What the stand-in for Anon's API knows. */
export interface AnonState {
  links: { app_user_id: string; app: string; status: string; env: string }[];
  outage: boolean;
}
