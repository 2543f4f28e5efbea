/** Views: modals with their inputs, errors and loading state; confirm dialogs; the App Home. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { type Act, Blocks, Said } from "./blocks";
import { useDesk } from "./context";
import { BlockElement, initialValue, valueOf } from "./elements";
import { Icon } from "./icons";
import { richTextOf, words } from "./mrkdwn";
import type { Block, Confirm, Element, Payload, Value, View } from "./types";

const PATIENCE_MS = 8_000;
type Values = Record<string, Record<string, Value>>;

/** Opens as a modal: the browser traps the focus and makes the page behind it inert. */
function useShown() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const node = dialog.current;
    const before = document.activeElement as HTMLElement | null;
    if (node && !node.open) node.showModal();
    return () => {
      node?.close();
      before?.focus?.();
    };
  }, []);
  return dialog;
}

export function ConfirmDialog({ asked, onAnswer }: { asked: Confirm; onAnswer: (yes: boolean) => void }) {
  const dialog = useShown();
  const title = useId();
  return (
    <dialog ref={dialog} className="dialog is-confirm" aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}>
      <h2 id={title}>{words(asked.title) || "Are you sure?"}</h2>
      <Said text={richTextOf(asked.text)} />
      <footer>
        <button type="button" className="button" onClick={() => onAnswer(false)}>{words(asked.deny) || "Cancel"}</button>
        <button type="button" className={`button ${asked.style === "danger" ? "is-danger-solid" : "is-primary"}`} autoFocus
          onClick={() => onAnswer(true)}>
          {words(asked.confirm) || "Yes"}
        </button>
      </footer>
    </dialog>
  );
}

function inputsOf(view: View): { block: Block; element: Element }[] {
  return view.blocks.flatMap((block) => {
    if (block.type === "input") return [{ block, element: block.element as Element }];
    const held = [...(Array.isArray(block.elements) ? block.elements : []), block.accessory].filter(Boolean) as Element[];
    return block.type === "actions" || block.type === "section"
      ? held.filter((one) => !/button|overflow|image/.test(one.type)).map((element) => ({ block, element }))
      : [];
  });
}

/** What the inputs hold: what was typed stays when the bot changes the view under it. */
function useValues(view: View) {
  const [values, setValues] = useState<Values>({});
  const at = (block: Block, element: Element): Value => {
    const held = values[block.block_id ?? ""]?.[element.action_id ?? ""];
    return held === undefined ? initialValue(element) : held;
  };
  const set = (block: Block, element: Element, value: Value) =>
    setValues((now) => ({
      ...now,
      [block.block_id ?? ""]: { ...now[block.block_id ?? ""], [element.action_id ?? ""]: value },
    }));
  const all = (changed?: { block: Block; element: Element; value: Value }) => {
    const found: Record<string, Record<string, Value | number>> = {};
    for (const { block, element } of inputsOf(view)) {
      const isChanged = changed?.block === block && changed.element === element;
      const held = isChanged ? changed.value : at(block, element);
      (found[block.block_id ?? ""] ??= {})[element.action_id ?? ""] =
        element.type === "datetimepicker" && held !== null ? Number(held) : held;
    }
    return found;
  };
  return { at, set, all };
}

const isEmpty = (value: Value) => value === null || value.length === 0 || (typeof value === "string" && !value.trim());

interface InputProps {
  block: Block;
  value: Value;
  error?: string;
  busy: boolean;
  onChange: (value: Value) => void;
  onAct?: (payload: Payload) => void;
}

function InputBlock({ block, value, error, busy, onChange, onAct }: InputProps) {
  const element = block.element as Element;
  const id = useId();
  const label = words(block.label);
  const group = /checkboxes|radio|multi_/.test(element.type);
  return (
    <div className={error ? "input-block has-error" : "input-block"} role={group ? undefined : "presentation"}>
      <p className="input-label" aria-hidden="true">
        {label} {block.optional ? <small>(optional)</small> : null}
      </p>
      <BlockElement element={element} value={value} onChange={onChange} onAct={onAct} label={label} busy={busy}
        describedBy={id} invalid={Boolean(error)} />
      <p id={id} className={error ? "input-error" : "input-hint"} role={error ? "alert" : undefined}>
        {error || words(block.hint)}
      </p>
    </div>
  );
}

export function Modal({ view, depth }: { view: View; depth: number }) {
  const { me, send, toast } = useDesk();
  const dialog = useShown();
  const title = useId();
  const { at, set, all } = useValues(view);
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [waiting, setWaiting] = useState<View | null>(null);
  const busy = waiting === view;
  const errors: Record<string, string> = { ...(view.errors ?? {}), ...missing };

  useEffect(() => {
    if (!busy) return;
    const timer = window.setTimeout(() => {
      setWaiting(null);
      toast("The app has not answered. Try again.");
    }, PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [busy, toast]);
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [dialog, view.errors]);

  const close = () => void send("close", { user: me.id, view_id: view.id });
  const click = (block: Block, element: Element, payload: Payload) => {
    const value = valueOf(payload);
    set(block, element, value);
    const values = all({ block, element, value });
    const { block_id } = block;
    void send("click", { user: me.id, view_id: view.id, action_id: element.action_id, block_id, values, ...payload });
  };
  const submit = async () => {
    const empty = inputsOf(view).filter(({ block, element }) => block.type === "input" && !block.optional && isEmpty(at(block, element)));
    setMissing(Object.fromEntries(empty.map(({ block }) => [block.block_id ?? "", "Please fill this in."])));
    if (empty.length || busy) return;
    setWaiting(view);
    if (!(await send("submit", { user: me.id, view_id: view.id, values: all() }))) setWaiting(null);
  };
  const change = (block: Block, value: Value) => {
    const element = block.element as Element;
    set(block, element, value);
    setMissing(({ [block.block_id ?? ""]: _gone, ...rest }) => rest);
  };

  return (
    <dialog ref={dialog} className="dialog is-modal" aria-labelledby={title} aria-busy={busy}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}>
      <form noValidate onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        <header>
          <h2 id={title}>{words(view.title) || "Anon"}</h2>
          <button type="button" className="icon-button" aria-label={depth > 1 ? "Back" : "Close"} onClick={close}><Icon name="close" /></button>
        </header>
        <div className="dialog-body" tabIndex={-1}>
          {view.notice ? <p className="dialog-notice" role="alert">{view.notice}</p> : null}
          {view.blocks.map((block, index) =>
            block.type === "input" && block.element ? (
              <InputBlock key={block.block_id ?? index} block={block} value={at(block, block.element)} busy={busy}
                error={errors[block.block_id ?? ""]} onChange={(value) => change(block, value)}
                onAct={block.dispatch_action ? (payload) => click(block, block.element, payload) : undefined} />
            ) : (
              <Blocks key={block.block_id ?? index} blocks={[block]} act={(_id, element, payload) => click(block, element, payload)} />
            ),
          )}
        </div>
        <footer>
          <button type="button" className="button" onClick={close}>{words(view.close) || (view.submit ? "Cancel" : "Close")}</button>
          {view.submit ? (
            <button type="submit" className="button is-primary" disabled={busy || view.submit_disabled}>
              {busy ? <span className="spinner" aria-label="Working" /> : null} {words(view.submit)}
            </button>
          ) : null}
        </footer>
      </form>
    </dialog>
  );
}

export function Home({ view }: { view: View | null }) {
  const { me, send } = useDesk();
  if (!view) {
    return <div className="empty-home"><Icon name="home" /><p>Anon has not put anything here yet.</p></div>;
  }
  const act: Act = (block_id, element, payload) =>
    void send("click", { user: me.id, view_id: view.id, action_id: element.action_id, block_id, ...payload });
  return <div className="home"><Blocks blocks={view.blocks} act={act} /></div>;
}
