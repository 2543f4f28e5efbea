/** Interactive Block Kit elements, for messages, modals and the App Home alike. The renderer only draws. */
import { useId, useRef, useState } from "react";
import { useDesk } from "./context";
import { Icon } from "./icons";
import { Menu } from "./menu";
import { words } from "./mrkdwn";
import type { Element, Option, Payload, Value } from "./types";

export interface ElementProps {
  element: Element;
  /** Called when the element should tell the bot, with Slack's own member for its kind. */
  onAct?: (payload: Payload) => void;
  value?: Value;
  onChange?: (value: Value) => void;
  label?: string;
  describedBy?: string;
  invalid?: boolean;
  busy?: boolean;
}

export function optionsOf(element: Element): Option[] {
  return element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
}

/** What an input holds before anybody touched it. */
export function initialValue(element: Element): Value {
  const at = element.initial_date_time;
  return (
    element.initial_value ??
    element.initial_option?.value ??
    element.initial_options?.map((option) => option.value) ??
    element.initial_users ??
    element.initial_channels ??
    element.initial_conversations ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    element.initial_date ??
    element.initial_time ??
    (at === undefined ? (isMany(element) ? [] : null) : String(at))
  );
}

export function isMany(element: Element): boolean {
  return element.type === "checkboxes" || element.type.startsWith("multi_");
}

/** The member of an action that carries this element's value. */
export function payloadOf(element: Element, value: Value): Payload {
  const chosen = (wanted: string) => optionsOf(element).find((option) => option.value === wanted) ?? null;
  switch (element.type) {
    case "static_select":
    case "external_select":
    case "radio_buttons":
    case "overflow":
      return { selected_option: chosen(String(value ?? "")) };
    case "checkboxes":
    case "multi_static_select":
    case "multi_external_select":
      return { selected_options: (Array.isArray(value) ? value : []).map(chosen).filter(Boolean) };
    case "users_select":
      return { selected_user: value };
    case "channels_select":
      return { selected_channel: value };
    case "conversations_select":
      return { selected_conversation: value };
    case "multi_users_select":
      return { selected_users: value ?? [] };
    case "multi_channels_select":
      return { selected_channels: value ?? [] };
    case "multi_conversations_select":
      return { selected_conversations: value ?? [] };
    case "datepicker":
      return { selected_date: value };
    case "timepicker":
      return { selected_time: value };
    case "datetimepicker":
      return { selected_date_time: value === null ? null : Number(value) };
    default:
      return { value };
  }
}

/** The plain value in an action's payload; the other way of payloadOf. */
export function valueOf(payload: Payload): Value {
  const one = (held: unknown) =>
    held && typeof held === "object" && "value" in held ? String(held.value) : held == null ? null : String(held);
  const [held] = Object.values(payload);
  return Array.isArray(held) ? held.map((item) => one(item) ?? "") : one(held);
}

export function BlockElement(props: ElementProps) {
  const { element } = props;
  const { me } = useDesk();
  const audience = element.visible_to_user_ids;
  if (audience?.length && !audience.includes(me.id)) return null;
  switch (element.type) {
    case "button":
    case "workflow_button":
      return <Button {...props} />;
    case "icon_button":
      return <IconButton {...props} />;
    case "feedback_buttons":
      return <Feedback {...props} />;
    case "overflow":
      return <Overflow {...props} />;
    case "radio_buttons":
    case "checkboxes":
      return <Choices {...props} />;
    case "static_select":
    case "external_select":
    case "users_select":
    case "channels_select":
    case "conversations_select":
      return <Select {...props} />;
    case "multi_static_select":
    case "multi_external_select":
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
      return <Choices {...props} />;
    case "image":
      return <img className="element-image" src={element.image_url} alt={element.alt_text ?? ""} />;
    case "plain_text_input":
    case "email_text_input":
    case "url_text_input":
    case "number_input":
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
    case "rich_text_input":
      return <Field {...props} />;
    default:
      return <span className="unknown-block">{words(element.text) || `(${element.type} cannot be used here)`}</span>;
  }
}

function Button({ element, onAct, busy }: ElementProps) {
  const text = words(element.text);
  const look = element.style === "primary" ? "is-primary" : element.style === "danger" ? "is-danger" : "";
  const act = () => {
    if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener");
    onAct?.({ value: element.value });
  };
  return (
    <button type="button" className={`button ${look}`} aria-label={element.accessibility_label} disabled={busy} onClick={act}>
      <Emojied text={text} />
    </button>
  );
}

const KNOWN: Record<string, string> = {
  white_check_mark: "✅", x: "❌", sos: "🆘", wastebasket: "🗑️", arrows_counterclockwise: "🔄", repeat: "🔁",
  bust_in_silhouette: "👤", raising_hand: "🙋", wave: "👋", thumbsup: "👍", thumbsdown: "👎", eyes: "👀", lock: "🔒",
};

function Emojied({ text }: { text: string }) {
  return <>{text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => KNOWN[name] ?? whole)}</>;
}

function IconButton({ element, onAct, busy }: ElementProps) {
  const label = element.accessibility_label ?? words(element.text) ?? "Remove";
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} disabled={busy}
      onClick={() => onAct?.({ value: element.value })}>
      <Icon name={element.icon === "trash" ? "trash" : "more"} />
    </button>
  );
}

function Feedback({ element, onAct, busy }: ElementProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const both = [
    ["up", element.positive_button],
    ["down", element.negative_button],
  ] as const;
  return (
    <span className="feedback" role="group" aria-label="Was this helpful?">
      {both.map(([icon, button]) =>
        button ? (
          <button key={icon} type="button" className="button is-small" aria-pressed={chosen === icon} disabled={busy}
            aria-label={button.accessibility_label}
            onClick={() => {
              setChosen(icon);
              onAct?.({ value: button.value });
            }}>
            <Icon name={icon} /> <Emojied text={words(button.text)} />
          </button>
        ) : null,
      )}
    </span>
  );
}

function Overflow({ element, onAct, busy }: ElementProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const pick = (option: Option) => {
    setOpen(false);
    if (option.url && /^https?:/i.test(option.url)) window.open(option.url, "_blank", "noopener");
    onAct?.({ selected_option: option });
  };
  return (
    <>
      <button ref={anchor} type="button" className="icon-button has-border" aria-haspopup="menu" aria-expanded={open}
        aria-label={element.accessibility_label ?? "More actions"} disabled={busy} onClick={() => setOpen(!open)}>
        <Icon name="more" />
      </button>
      {open && (
        <Menu anchor={anchor} label="More actions" onClose={() => setOpen(false)}
          items={optionsOf(element).map((option) => ({
            key: option.value, label: words(option.text), hint: words(option.description), run: () => pick(option),
          }))} />
      )}
    </>
  );
}

/** What can be chosen, also where Slack itself knows the list. */
function useOptions(element: Element): { value: string; label: string; hint?: string }[] {
  const { workspace, me } = useDesk();
  const people = workspace.users.map((user) => ({ value: user.id, label: user.real_name || user.name }));
  const rooms = workspace.channels
    .filter((room) => !room.is_im && room.members.includes(me.id))
    .map((room) => ({ value: room.id, label: `# ${room.name}` }));
  if (element.type.includes("users_select")) return people;
  if (element.type.includes("channels_select") || element.type.includes("conversations_select")) return rooms;
  return optionsOf(element).map((option) => ({
    value: option.value, label: words(option.text), hint: words(option.description),
  }));
}

function Select({ element, value, onChange, onAct, label, describedBy, invalid, busy }: ElementProps) {
  const options = useOptions(element);
  const [own, setOwn] = useState<Value>(() => initialValue(element));
  const current = value === undefined ? own : value;
  const change = (next: string) => {
    const chosen = next || null;
    setOwn(chosen);
    onChange?.(chosen);
    onAct?.(payloadOf(element, chosen));
  };
  return (
    <select className="select" value={String(current ?? "")} aria-label={label || words(element.placeholder) || "Choose"}
      aria-describedby={describedBy} aria-invalid={invalid || undefined} disabled={busy}
      autoFocus={element.focus_on_load} onChange={(event) => change(event.target.value)}>
      <option value="">{words(element.placeholder) || "Choose …"}</option>
      {element.option_groups
        ? element.option_groups.map((group) => (
            <optgroup key={words(group.label)} label={words(group.label)}>
              {group.options.map((option) => (
                <option key={option.value} value={option.value}>{words(option.text)}</option>
              ))}
            </optgroup>
          ))
        : options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  );
}

function Choices({ element, value, onChange, onAct, label, describedBy, invalid, busy }: ElementProps) {
  const options = useOptions(element);
  const name = useId();
  const single = element.type === "radio_buttons";
  const [own, setOwn] = useState<Value>(() => initialValue(element));
  const current = value === undefined ? own : value;
  const chosen = Array.isArray(current) ? current : current ? [current] : [];
  const toggle = (wanted: string) => {
    const many = chosen.includes(wanted) ? chosen.filter((one) => one !== wanted) : [...chosen, wanted];
    const next = single ? wanted : many;
    setOwn(next);
    onChange?.(next);
    onAct?.(payloadOf(element, next));
  };
  return (
    <div className="choices" role={single ? "radiogroup" : "group"} aria-label={label} aria-describedby={describedBy}
      aria-invalid={invalid || undefined}>
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input type={single ? "radio" : "checkbox"} name={name} checked={chosen.includes(option.value)} disabled={busy}
            onChange={() => toggle(option.value)} />
          <span>
            <Emojied text={option.label} />
            {option.hint ? <small>{option.hint}</small> : null}
          </span>
        </label>
      ))}
    </div>
  );
}

const TYPES: Record<string, string> = {
  email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local",
};

function toLocal(seconds: string): string {
  const then = new Date(Number(seconds) * 1000);
  return new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Field({ element, value, onChange, onAct, label, describedBy, invalid, busy }: ElementProps) {
  const [own, setOwn] = useState<Value>(() => initialValue(element));
  const stored = String((value === undefined ? own : value) ?? "");
  const isPicker = element.type in TYPES && element.type !== "email_text_input" && element.type !== "url_text_input";
  const isMoment = element.type === "datetimepicker";
  const change = (text: string) => {
    const next = text === "" ? null : isMoment ? String(Math.floor(new Date(text).getTime() / 1000)) : text;
    setOwn(next);
    onChange?.(next);
    if (isPicker || element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered")) {
      onAct?.(payloadOf(element, next));
    }
  };
  const shared = {
    className: "field", value: isMoment && stored ? toLocal(stored) : stored, disabled: busy, "aria-label": label,
    "aria-describedby": describedBy, "aria-invalid": invalid || undefined, placeholder: words(element.placeholder),
    minLength: element.min_length, maxLength: element.max_length, autoFocus: element.focus_on_load,
  };
  if (element.multiline || element.type === "rich_text_input") {
    return <textarea {...shared} rows={6} onChange={(event) => change(event.target.value)} />;
  }
  return (
    <input {...shared} type={TYPES[element.type] ?? "text"} inputMode={element.type === "number_input" ? "decimal" : undefined}
      spellCheck={false} autoComplete="off" onChange={(event) => change(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && onAct && !isPicker) {
          event.preventDefault();
          onAct(payloadOf(element, stored || null));
        }
      }} />
  );
}
